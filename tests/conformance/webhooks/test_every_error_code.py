"""Every code of webhooks.md 10.1 to 10.6 is reported somewhere, or stands on the page as never reported, with why.

What is reported is read from the code: a number that is handed to something, or a name for it that is used. A key of a
table that translates codes, and a comparison, report nothing.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from ringback.model.error_code import CATALOGUE, SECTIONS
from tests.conformance.rules import PAGES, TESTS

SOURCE = TESTS.parent / "src" / "ringback"
PAGE = PAGES / "errors.md"
HEADING = "## Codes that are never reported"

# 10.7 is about WebSockets and payments.
TITLES = [title for title, _ in SECTIONS][:6]
CODES = [code for title, rows in SECTIONS if title in TITLES for code, _, _ in rows]

# Its numbers are hertz.
NO_CODES_IN = {"sdp/codec.py"}


class Mentions(ast.NodeVisitor):
    """Sorts what one module says: numbers that are used, names that are given to numbers, names that are used."""

    def __init__(self) -> None:
        self.numbers: set[int] = set()
        self.names: dict[str, set[int]] = defaultdict(set)
        self.used: set[str] = set()

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._define(target, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value is not None:
            self._define(node.target, node.value)

    def visit_Dict(self, node: ast.Dict) -> None:
        for value in node.values:
            self.visit(value)

    def visit_Compare(self, node: ast.Compare) -> None:
        return

    def visit_Constant(self, node: ast.Constant) -> None:
        if (code := code_of(node.value)) is not None:
            self.numbers.add(code)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.used.add(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.used.add(node.attr)
        self.visit(node.value)

    def _define(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, its in zip(target.elts, value.elts, strict=True):
                self._define(one, its)
        elif isinstance(target, ast.Name) and isinstance(value, ast.Constant) and (code := code_of(value.value)):
            self.names[target.id].add(code)
        else:
            self.visit(value)


def modules() -> Iterator[Path]:
    for path in SOURCE.rglob("*.py"):
        name = path.relative_to(SOURCE).as_posix()
        if name not in NO_CODES_IN | {"model/error_code.py"} and "/migrations/" not in name:
            yield path


def code_of(value: object) -> int | None:
    """The code in `11200`, and in the text of an X-Twilio-Error header: `"32101 The number is not E.164"`."""
    if isinstance(value, str) and re.match(r"\d{5} [A-Z]", value):
        value = int(value[:5])
    return value if type(value) is int and value in CATALOGUE else None


def reported_in(*texts: str) -> set[int]:
    seen = Mentions()
    for text in texts:
        seen.visit(ast.parse(text))
    return seen.numbers.union(*(codes for name, codes in seen.names.items() if name in seen.used))


@cache
def reported() -> frozenset[int]:
    return frozenset(reported_in(*(path.read_text() for path in modules())))


def never_reported() -> set[int]:
    section = PAGE.read_text().partition(HEADING)[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([\d, ]+) \| .{20,} \|$", section, re.MULTILINE)
    return {int(code) for row in rows for code in row.split(",")}


@pytest.mark.parametrize("code", CODES)
def test_each_code_is_reported_or_stands_as_never_reported(code: int) -> None:
    assert (code in reported()) is not (code in never_reported()), (
        f"{code}: take it out of the table in {PAGE.name} if it is reported now, else put it in with the reason"
    )


def test_what_stands_as_never_reported_is_a_code() -> None:
    assert never_reported() <= set(CODES)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("report(11200)", {11200}),
        ("raise Refused(code=11_200)", {11200}),
        ("GONE = 11200", set()),
        ("GONE = 11200\nreport(GONE)", {11200}),
        ("GONE, AWAY = 11200, 11201\nreport(AWAY)", {11201}),
        ("class Code(IntEnum):\n    GONE = 11200\nreport(Code.GONE)", {11200}),
        ("class Code(IntEnum):\n    GONE = 11200", set()),
        ("CODES = {'gone': 11200}", {11200}),
        ("MEANS = {11200: 'gone'}", set()),
        ("if code == 11200:\n    pass", set()),
        ("field: Annotated[str, Code(11200)]", {11200}),
        ('refuse("11200 The request failed")', {11200}),
        ("wait(8000)", set()),
    ],
)
def test_what_is_reported_is_read_from_the_code(text: str, found: set[int]) -> None:
    assert reported_in(text) == found
