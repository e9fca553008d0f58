"""`<Gather>`: keys, timeouts, barge-in (G-01 to G-19)."""

from collections.abc import Sequence

import pytest

from ringback.call.control import Prompt
from ringback.interpreter.limits import Limits
from ringback.testing.transcript import Heard
from ringback.testing.virtual_call import VirtualCall
from tests.unit.interpreter.conftest import Bench

NEXT = "<Hangup/>"


def press(bench: Bench, keys: str, *times: float) -> None:
    for key, at in zip(keys, times, strict=True):
        bench.clock.call_at(at, lambda key=key: bench.call.press(key))  # type: ignore[misc]


async def gather(bench: Bench, attributes: str = "", children: str = "") -> None:
    await bench.runs(voice=f'<Gather action="/next" {attributes}>{children}</Gather><Say>No input</Say>', next=NEXT)


async def test_num_digits_submits_at_once(bench: Bench) -> None:
    press(bench, "12", 1, 2)
    await gather(bench, 'numDigits="2"')
    assert bench.last_parameters == {"Digits": "12", "FinishedOnKey": "", "msg": "Gather End"}
    assert bench.clock.now() == pytest.approx(2)


async def test_the_finish_key_submits_and_is_not_among_the_digits(bench: Bench) -> None:
    press(bench, "12#", 1, 2, 3)
    await gather(bench)
    assert bench.last_parameters == {"Digits": "12", "FinishedOnKey": "#", "msg": "Gather End"}


async def test_the_timeout_counts_anew_from_each_key(bench: Bench) -> None:
    press(bench, "123", 4, 8, 12)
    await gather(bench, 'timeout="5"')
    assert bench.last_parameters["Digits"] == "123"
    assert bench.clock.now() == pytest.approx(17)


async def test_no_key_in_time_falls_through(bench: Bench) -> None:
    await gather(bench, 'timeout="3"')
    assert bench.asked == ["/voice"]
    assert bench.heard == ["No input"]


async def test_the_timeout_counts_from_the_end_of_the_prompts(bench: Bench) -> None:
    await gather(bench, 'timeout="3"', "<Pause length='10'/>")
    assert bench.journal.transcript().events[-1].at == pytest.approx(13 + 0.8)


async def test_the_first_key_stops_the_prompts(bench: Bench) -> None:
    press(bench, "1", 1)
    await gather(bench, 'numDigits="1"', "<Say>" + "word " * 50 + "</Say><Say>Never</Say>")
    heard = [event for event in bench.journal.transcript().events if isinstance(event, Heard)]
    assert [event.is_complete for event in heard] == [False]
    assert heard[0].seconds == pytest.approx(1)


async def test_a_key_after_the_prompts_counts_too(bench: Bench) -> None:
    press(bench, "1", 12)
    await gather(bench, 'numDigits="1"', "<Pause length='10'/>")
    assert bench.last_parameters["Digits"] == "1"


async def test_an_empty_finish_key_collects_every_key(bench: Bench) -> None:
    press(bench, "#*1", 1, 2, 3)
    await gather(bench, 'finishOnKey=""')
    assert bench.last_parameters["Digits"] == "#*1"


async def test_the_finish_key_alone_is_no_input_and_ends_at_once(bench: Bench) -> None:
    press(bench, "#", 1)
    await gather(bench)
    assert bench.asked == ["/voice"]
    assert bench.clock.now() == pytest.approx(1 + 0.8)


async def test_action_on_empty_result_asks_the_action_without_digits(bench: Bench) -> None:
    await gather(bench, 'timeout="1" actionOnEmptyResult="true"')
    assert bench.last_parameters == {"Digits": "", "FinishedOnKey": "", "msg": "Gather End"}


async def test_without_an_action_the_document_is_asked_again(bench: Bench) -> None:
    press(bench, "1", 1)
    await bench.runs(voice='<Gather numDigits="1" method="GET"/>')
    assert bench.asked == ["/voice", "/voice"]
    assert bench.documents.asked[1].method == "GET"


async def test_keys_from_before_the_gather_do_not_count(bench: Bench) -> None:
    press(bench, "9", 1)
    await bench.runs(voice='<Say>One two three four five</Say><Gather numDigits="1" timeout="2" action="/next"/>')
    assert bench.asked == ["/voice"]


async def test_keys_pressed_while_the_prompts_are_fetched_count(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slowly(call: VirtualCall, prompts: Sequence[Prompt]) -> None:
        await call.pause(3)

    monkeypatch.setattr(VirtualCall, "prefetch", slowly)
    press(bench, "1", 1)
    await gather(bench, 'numDigits="1"', "<Say>Never</Say>")
    assert bench.last_parameters["Digits"] == "1"
    assert bench.heard == []


async def test_a_call_that_ends_while_it_gathers_asks_nothing(bench: Bench) -> None:
    press(bench, "1", 1)
    bench.clock.call_at(2, bench.call.end)
    await gather(bench)
    assert bench.asked == ["/voice"]


async def test_a_call_that_ends_in_a_nested_prompt_asks_nothing(bench: Bench) -> None:
    bench.clock.call_at(2, bench.call.end)
    await gather(bench, "", "<Pause length='9'/>")
    assert bench.asked == ["/voice"]
    assert bench.clock.now() == pytest.approx(2)


async def test_a_file_with_a_wrong_type_has_a_code_of_its_own_inside_gather(bench: Bench) -> None:
    await gather(bench, 'timeout="1"', "<Play>/missing.wav</Play>")
    assert bench.codes == [11200]
    assert bench.heard == ["No input"]


async def test_a_caller_who_leans_on_the_keys_is_submitted_at_the_limit(bench: Bench) -> None:
    bench.limits = Limits(max_digits=5)
    press(bench, "1234567", 1, 2, 3, 4, 5, 6, 7)
    await gather(bench)
    assert bench.last_parameters["Digits"] == "12345"
