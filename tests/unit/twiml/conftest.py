"""Short ways to parse one verb, for every test of this directory."""

from collections.abc import Callable

import pytest

from ringback.twiml.errors import Problem
from ringback.twiml.nodes import Document, Verb
from ringback.twiml.parser import parse_document

Parse = Callable[[str], Document]


@pytest.fixture
def parse() -> Parse:
    """What is between `<Response>` and `</Response>`, as a document."""

    def parse(inner: str) -> Document:
        return parse_document(f"<Response>{inner}</Response>".encode())

    return parse


@pytest.fixture
def one(parse: Parse) -> Callable[[str], tuple[Verb, list[int]]]:
    """The only verb of a document and the codes of its problems."""

    def one(inner: str) -> tuple[Verb, list[int]]:
        document = parse(inner)
        (verb,) = document.verbs
        return verb, codes(document.problems)

    return one


def codes(problems: tuple[Problem, ...]) -> list[int]:
    return [problem.code for problem in problems]
