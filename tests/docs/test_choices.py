"""Each choice on `docs/topics/choices.md` is held by a test that exists, and the page has Ringback's real numbers."""

import ast
import re
from pathlib import Path

import pytest

from ringback.interpreter.limits import Limits

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "topics" / "choices.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and "---" not in line and "Held by" not in line]


def names_of_tests() -> set[str]:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "tests").rglob("test_*.py"))
    functions = (node for tree in trees for node in ast.walk(tree))
    return {node.name for node in functions if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.fixture(scope="module")
def test_names() -> set[str]:
    return names_of_tests()


def test_there_are_choices() -> None:
    assert len(ROWS) > 40


@pytest.mark.parametrize("row", ROWS, ids=[row.split("|")[1].strip() for row in ROWS])
def test_the_choice_is_held_by_a_test(row: str, test_names: set[str]) -> None:
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert len(cells) == 4
    named = re.findall(r"`(test_\w+)`", cells[3])
    assert named
    assert set(named) <= test_names


def test_the_limits_on_the_page_are_the_real_ones() -> None:
    limits = Limits()
    assert f"{limits.max_hasty_documents} documents in a row" in PAGE
    assert f"less than {limits.hasty_seconds:g} seconds" in PAGE
    assert f"{limits.max_documents:,} documents are the most" in PAGE
    assert f"{limits.max_digits:,}, then it is submitted" in PAGE
