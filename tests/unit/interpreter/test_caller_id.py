"""Which caller id a `<Dial>` may show (DI-14 to DI-16)."""

import pytest

from ringback.interpreter.caller_id import CALLER_ID, allowed_caller_id
from ringback.twiml.nodes import Dial
from tests.unit.interpreter.conftest import Bench

NUMBER = "<Number>+15550001111</Number>"
SIP = "<Sip>sip:bob@example.com</Sip>"
CLIENT = "<Client>bob</Client>"


def allowed(bench: Bench, caller_id: str, nouns: str) -> str | None:
    dial = bench.verb(f'<Dial callerId="{caller_id}">{nouns}</Dial>')
    assert isinstance(dial, Dial)
    return allowed_caller_id(dial, bench.run())


@pytest.mark.parametrize(
    ("caller_id", "nouns"),
    [
        ("+15551234567", NUMBER),
        ("bob_1.x-y+z", SIP),
        ("+15551234567", SIP),
        ("client:bob", CLIENT),
        ("+15551234567", CLIENT),
    ],
)
def test_what_fits_the_noun_is_shown(caller_id: str, nouns: str, bench: Bench) -> None:
    assert allowed(bench, caller_id, nouns) == caller_id
    assert bench.codes == []


@pytest.mark.parametrize(
    ("caller_id", "nouns"),
    [("bob", NUMBER), ("client:bob", NUMBER), ("client:bob", SIP), ("bob", CLIENT), ("bob", SIP + NUMBER)],
)
def test_what_does_not_fit_is_reported_and_the_default_used(caller_id: str, nouns: str, bench: Bench) -> None:
    assert allowed(bench, caller_id, nouns) is None
    assert bench.codes == [CALLER_ID]
    assert bench.journal.problems[0].attribute == "callerId"


def test_no_caller_id_is_the_parents_and_no_problem(bench: Bench) -> None:
    dial = bench.verb(f"<Dial>{NUMBER}</Dial>")
    assert isinstance(dial, Dial)
    assert allowed_caller_id(dial, bench.run()) is None
    assert bench.codes == []


def test_a_number_of_the_account_may_be_shown_and_another_may_not(bench: Bench) -> None:
    bench.owns_number = {"+15551234567"}.__contains__
    assert allowed(bench, "+15551234567", NUMBER) == "+15551234567"
    assert allowed(bench, "+15557654321", NUMBER) is None
    assert bench.codes == [CALLER_ID]


def test_the_parents_own_numbers_may_be_shown_when_it_came_from_the_telephone_network(bench: Bench) -> None:
    bench.owns_number = lambda number: False
    bench.came_from("+15553334444", to="+15552223333")
    assert allowed(bench, "+15553334444", NUMBER) == "+15553334444"
    assert allowed(bench, "+15552223333", NUMBER) == "+15552223333"
    assert allowed(bench, "+15559998888", NUMBER) is None


def test_the_from_of_a_sip_call_may_not_be_shown_as_a_number(bench: Bench) -> None:
    bench.owns_number = lambda number: False
    bench.came_from("+15553334444", domain="example.com")
    assert allowed(bench, "+15553334444", NUMBER) is None


def test_a_sip_noun_is_never_asked_whether_the_number_is_owned(bench: Bench) -> None:
    bench.owns_number = lambda number: False
    assert allowed(bench, "+15559998888", SIP) == "+15559998888"
