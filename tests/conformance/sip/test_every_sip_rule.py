"""No rule of sip.md is forgotten: each is named by a test, or stands as not done; so is each line of its checklist."""

import functools
import re

import pytest

from tests.conformance.rules import PAGES, TESTS, named_in_tests, not_done, rules_of

PAGE = PAGES / "sip.md"
CHECKLIST = 20

# Family and how many rules it has. RF-01 to RF-07 belong to twiml.md, OU-11 to OU-19 do not exist.
FAMILIES = {
    "DM": 8, "AU": 8, "AD": 9, "DG": 8, "IN": 14, "HD": 9, "OU": 25, "RG": 17, "RC": 8, "RO": 3, "TL": 6, "MD": 3,
    "RF": 17, "EM": 3,
}  # fmt: skip
ELSEWHERE = {f"RF-{number:02d}" for number in range(1, 10)} | {f"OU-{number}" for number in range(11, 20)}
RULES = [rule for rule in rules_of(FAMILIES) if rule not in ELSEWHERE]

_LINE = re.compile(r"sip\.md((?:(?:,| and)? 14\.\d+)+)")


@functools.cache
def lines_of_the_checklist() -> frozenset[int]:
    """`sip.md 14.2 and 14.5` in the tests."""
    found = (_LINE.findall(path.read_text(errors="replace")) for path in TESTS.rglob("test_*.py"))
    named = (re.findall(r"14\.(\d+)", text) for texts in found for text in texts)
    return frozenset(int(number) for numbers in named for number in numbers)


def test_there_are_120_rules() -> None:
    assert len(RULES) == 120


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_a_test_or_a_reason(rule: str) -> None:
    assert rule in named_in_tests() | not_done(PAGE), (
        f"{rule} is named by no test and does not stand in {PAGE.name} as not done"
    )


def test_what_stands_as_not_done_is_a_rule() -> None:
    assert set(RULES) >= not_done(PAGE)


@pytest.mark.parametrize("line", range(1, CHECKLIST + 1))
def test_each_line_of_the_checklist_has_a_test(line: int) -> None:
    assert line in lines_of_the_checklist(), f"sip.md 14.{line} is named by no test"
