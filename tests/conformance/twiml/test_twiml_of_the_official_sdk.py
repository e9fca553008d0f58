"""What Twilio's official Python library can write in a voice document, the parser knows: elements and attributes."""

import inspect
from collections.abc import Iterator
from types import ModuleType

import pytest
from twilio.twiml import TwiML, voice_response

from ringback.twiml.errors import Problem
from ringback.twiml.parser import parse_document

MAX_DEPTH = 4  # connect, conversation_relay, language and one more


def adders(node: TwiML) -> Iterator[str]:
    """The methods that add a child element: each has its own keyword arguments and returns the new element."""
    inherited = {name for name, _ in inspect.getmembers(TwiML)}
    for name, _ in inspect.getmembers(type(node), inspect.isfunction):
        if name not in inherited:
            yield name


def paths(module: ModuleType) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []

    def walk(node: TwiML, path: tuple[str, ...]) -> None:
        for name in adders(node):
            child = call(node, name)
            found.append((*path, name))
            if len(path) + 1 < MAX_DEPTH and not is_recursive(child, path):
                walk(child, (*path, name))

    walk(module.VoiceResponse(), ())
    return found


def is_recursive(child: TwiML, path: tuple[str, ...]) -> bool:
    """SSML may hold itself; one level of it is enough."""
    return type(child).__name__.startswith("Ssml") and len(path) > 1


def call(node: TwiML, name: str) -> TwiML:
    """Add the child with a value for every argument."""
    method = getattr(node, name)
    arguments = {
        parameter.name: "x"
        for parameter in inspect.signature(method).parameters.values()
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }
    child = method(**arguments)
    assert isinstance(child, TwiML)
    return child


def document_of(path: tuple[str, ...]) -> str:
    """A document with one element of each name of the path, and every attribute of the last."""
    response = voice_response.VoiceResponse()
    node: TwiML = response
    for name in path:
        node = call(node, name)
    return str(response)


def is_not_known(problem: Problem) -> bool:
    return "has no attribute" in problem.message or "is not allowed inside" in problem.message


# What the library lets one write and Twilio's own page forbids: digits inside Gather (twiml.md PLAY-06).
FORBIDDEN = {("gather", "play")}
PATHS = paths(voice_response)


@pytest.mark.parametrize("path", PATHS, ids="/".join)
def test_the_parser_knows_what_the_library_writes(path: tuple[str, ...]) -> None:
    document = parse_document(document_of(path).encode())
    unknown = [problem.message for problem in document.problems if is_not_known(problem)]
    assert bool(unknown) == (path in FORBIDDEN), unknown


def test_the_walk_reaches_every_element_of_the_library() -> None:
    assert len(PATHS) > 80
    for expected in (("dial", "sip", "headers", "header"), ("connect", "conversation_relay", "language"), ("say", "w")):
        assert expected in PATHS
