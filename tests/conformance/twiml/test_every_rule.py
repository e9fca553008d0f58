"""No rule is forgotten: each numbered rule of the behavioural reference is named by a test, or stands as not done."""

import pytest

from tests.conformance.rules import PAGES, named_in_tests, not_done, rules_of

PAGE = PAGES / "twiml.md"

# Family and how many rules it has, sections 1 to 13 and 16 to 21 of the reference; 15 as far as recordings go.
FAMILIES = {
    "D": 19, "A": 4, "SAY": 7, "PLAY": 9, "PAU": 5, "G": 22, "R": 11, "DI": 22, "RF": 7, "N": 2, "S": 7, "C": 18,
    "Q": 5, "SC": 6, "AM": 5, "E": 6, "REF": 5, "SS": 6, "PAY": 5, "L": 6,
}  # fmt: skip
RULES = rules_of(FAMILIES)


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_a_test_or_a_reason(rule: str) -> None:
    assert rule in named_in_tests() | not_done(PAGE), (
        f"{rule} is named by no test and does not stand in {PAGE.name} as not done"
    )


def test_what_stands_as_not_done_is_a_rule() -> None:
    assert set(RULES) >= not_done(PAGE)
