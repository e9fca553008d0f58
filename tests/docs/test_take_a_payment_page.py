"""`docs/howto/take-a-payment.md`: its TwiML is valid, its test passes, its numbers are those of the processor."""

import re
from pathlib import Path

from ringback.interpreter.pay import connector
from ringback.testing import Caller, VirtualApp

TEXT = (Path(__file__).parents[2] / "docs" / "howto" / "take-a-payment.md").read_text(encoding="utf-8")


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_document_is_valid_and_asks_with_its_own_prompt() -> None:
    (document,) = examples("xml")
    app = VirtualApp({"/voice": document, "/paid": "<Response/>", "/progress": ""})
    transcript = app.run_call(Caller().hears("your card").presses("1#").hears("again").presses("*"))
    assert transcript.problem_codes() == []
    assert transcript.requests[1].parameters["Result"] == "caller-interrupted-with-star"


def test_the_test_on_the_page_passes() -> None:
    (example,) = examples("python")
    names: dict[str, object] = {}
    exec(compile(example, "take-a-payment.md", "exec"), names)
    test = names["test_a_card_is_charged"]
    assert callable(test)
    test()


def test_the_numbers_on_the_page_are_those_of_the_processor() -> None:
    others = {connector.DECLINED_CARD, connector.FAILING_CARD, connector.TEST_ACCOUNT, connector.DECLINED_ACCOUNT}
    table = TEXT.partition("## Test cards")[2].partition("## A test")[0]
    listed = set(re.findall(r"\b[0-9]{12,16}\b", table))
    assert listed == set(connector.TEST_CARDS) | others
