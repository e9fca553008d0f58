"""No rule of webhooks.md sections 1 to 8 and no line of its checklist is forgotten: a test names it, or a reason."""

import re

import pytest

from tests.conformance.rules import PAGES, TESTS, named_in_tests, not_done, rules_of

PAGE = PAGES / "webhooks.md"

# Family and how many rules it has: basics, status callbacks, failures, connection overrides, signature.
FAMILIES = {"H": 18, "SB": 7, "F": 10, "CO": 9, "SG": 14}
RULES = rules_of(FAMILIES)

CHECKLIST = range(1, 20)  # 20 and 21 are about WebSockets
_LINE = re.compile(r"\b13\.(\d+)\b")


def checked() -> set[int]:
    """The lines of section 13 that tests name: `webhooks.md 13.4`, and in the same docstring `13.5` alone."""
    found: set[int] = set()
    for path in TESTS.rglob("test_*.py"):
        for docstring in re.findall(r'"""webhooks\.md 13\.[^"]*"""', path.read_text()):
            found |= {int(number) for number in _LINE.findall(docstring)}
    return found


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_a_test_or_a_reason(rule: str) -> None:
    assert rule in named_in_tests() | not_done(PAGE), (
        f"{rule} is named by no test and does not stand in {PAGE.name} as not done"
    )


def test_what_stands_as_not_done_is_a_rule_that_no_test_names() -> None:
    assert set(RULES) >= not_done(PAGE)
    assert not named_in_tests() & not_done(PAGE)


@pytest.mark.parametrize("line", CHECKLIST)
def test_each_line_of_the_checklist_has_a_test(line: int) -> None:
    assert line in checked()
