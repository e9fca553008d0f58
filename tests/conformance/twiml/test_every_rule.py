"""No rule is forgotten: each numbered rule of the behavioural reference is named by a test, or stands as not done."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "twiml.md"

# Family and how many rules it has, sections 1 to 13 and 16 to 21 of the reference; 15 as far as recordings go.
FAMILIES = {
    "D": 19, "A": 4, "SAY": 7, "PLAY": 9, "PAU": 5, "G": 22, "R": 11, "DI": 22, "RF": 7, "N": 2, "S": 7, "C": 18,
    "Q": 5, "SC": 6, "AM": 5, "E": 6, "REF": 5, "SS": 6, "PAY": 5, "L": 6,
}  # fmt: skip
RULES = [f"{family}-{number:02d}" for family, count in FAMILIES.items() for number in range(1, count + 1)]

_ONE = re.compile(r"\b[A-Z]+-\d\d\b")
_RANGE = re.compile(r"\b([A-Z]+)-(\d\d)\s*(?:\.\.|to)\s*(?:[A-Z]+-)?(\d\d)\b")
_LIST = re.compile(r"\b([A-Z]+)-(\d\d)((?:(?:,| and|/) ?-?\d\d\b)+)")
_NAME = re.compile(r"test_([a-z]+)_?(\d\d)_")


def rules_named_in(text: str) -> set[str]:
    """`D-01`, `D-01..D-05`, `D-01 to 05`, `D-01, 03`, and test names such as `test_d_01_...`."""
    named = set(_ONE.findall(text))
    for family, first, last in _RANGE.findall(text):
        named |= {f"{family}-{number:02d}" for number in range(int(first), int(last) + 1)}
    for family, _, rest in _LIST.findall(text):
        named |= {f"{family}-{number}" for number in re.findall(r"\d\d", rest)}
    return named | {f"{family.upper()}-{number}" for family, number in _NAME.findall(text)}


def named_in_tests() -> set[str]:
    files = [path for path in TESTS.rglob("*") if path.suffix in (".py", ".xml") and path != Path(__file__)]
    return set().union(*(rules_named_in(path.read_text(errors="replace")) for path in files))


def not_done() -> set[str]:
    section = PAGE.read_text().partition("## Rules that are not done")[2].partition("\n## ")[0]
    return {match[1] for match in re.finditer(r"^\| ([A-Z]+-\d\d) \| .{20,} \|$", section, re.MULTILINE)}


TESTED, NOT_DONE = named_in_tests(), not_done()


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_a_test_or_a_reason(rule: str) -> None:
    assert rule in TESTED | NOT_DONE, f"{rule} is named by no test and does not stand in {PAGE.name} as not done"


def test_what_stands_as_not_done_is_a_rule() -> None:
    assert set(RULES) >= NOT_DONE


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("(G-03)", {"G-03"}),
        ("G-03..G-05", {"G-03", "G-04", "G-05"}),
        ("G-03 to 05", {"G-03", "G-04", "G-05"}),
        ("def test_pau_05_a_call", {"PAU-05"}),
        ("RFC-3261, SHA-256", set()),
    ],
)
def test_a_rule_is_found_however_it_is_written(text: str, rules: set[str]) -> None:
    assert rules_named_in(text) == rules
