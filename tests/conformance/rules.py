"""Which rules of the behavioural references the tests name, and which a page of the docs says are not done."""

import functools
import re
from collections.abc import Mapping
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGES = TESTS.parent / "docs" / "reference"
HEADING = "## Rules that are not done"

_ONE = re.compile(r"\b[A-Z]+-\d\d\b")
_RANGE = re.compile(r"\b([A-Z]+)-(\d\d)\s*(?:\.\.|to)\s*(?:[A-Z]+-)?(\d\d)\b")
_LIST = re.compile(r"\b([A-Z]+)-(\d\d)((?:(?:,| and|/) ?-?\d\d\b)+)")
_NAME = re.compile(r"test_([a-z]+)_?(\d\d)_")
_ROW = re.compile(r"^\| ([A-Z]+-\d\d) \| .{20,} \|$", re.MULTILINE)


def rules_of(families: Mapping[str, int]) -> list[str]:
    """`A-01`, `A-02`, ... of each family, which is given with how many rules it has."""
    return [f"{family}-{number:02d}" for family, count in families.items() for number in range(1, count + 1)]


def rules_named_in(text: str) -> set[str]:
    """`D-01`, `D-01..D-05`, `D-01 to 05`, `D-01, 03`, and test names such as `test_d_01_...`."""
    named = set(_ONE.findall(text))
    for family, first, last in _RANGE.findall(text):
        named |= {f"{family}-{number:02d}" for number in range(int(first), int(last) + 1)}
    for family, _, rest in _LIST.findall(text):
        named |= {f"{family}-{number}" for number in re.findall(r"\d\d", rest)}
    return named | {f"{family.upper()}-{number}" for family, number in _NAME.findall(text)}


@functools.cache
def named_in_tests() -> frozenset[str]:
    """Every rule that some test names; what only counts rules (`test_every_*.py`) names none."""
    files = [path for path in TESTS.rglob("*") if path.suffix in (".py", ".xml") and not _only_counts_rules(path)]
    return frozenset().union(*(rules_named_in(path.read_text(errors="replace")) for path in files))


def not_done(page: Path) -> set[str]:
    """The rules in the page's table of what is not done, each with a reason of some words."""
    section = page.read_text().partition(HEADING)[2].partition("\n## ")[0]
    return {match[1] for match in _ROW.finditer(section)}


def _only_counts_rules(path: Path) -> bool:
    return path.name in ("rules.py", "test_rules.py") or path.name.startswith("test_every_")
