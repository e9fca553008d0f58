"""Tokens, quoted strings, lists and parameters; and that no input makes them slow."""

import importlib
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ringback.sdp
import ringback.sip.message
from ringback.sip.message.grammar import Parameters, is_token, quote, split_list, unquote
from ringback.sip.message.parser import MalformedMessage, parse_message
from ringback.sip.message.validate import validate_request

PRINTABLE = st.text(st.characters(min_codepoint=32, exclude_characters="\x7f", exclude_categories=["Cs", "Cc"]))


@pytest.mark.parametrize("text", ["INVITE", "X-1", "a.b!%*_+`'~"])
def test_tokens_are_known(text: str) -> None:
    assert is_token(text)


@pytest.mark.parametrize("text", ["", "a b", "a:b", "é", "a\r", "<a>"])
def test_other_text_is_no_token(text: str) -> None:
    assert not is_token(text)


@given(PRINTABLE)
def test_unquoting_a_quoted_text_gives_the_text(text: str) -> None:
    assert unquote(quote(text)[1:-1]) == text


def test_control_characters_are_neither_written_nor_read() -> None:
    assert quote('a\r\nb\x00"') == '"ab\\""'
    assert unquote("a\\\x00b\\\x07") == "ab"


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("", []),
        ("a", ["a"]),
        ("a, b ,c", ["a", "b", "c"]),
        ('"a, b" <sip:c>, d', ['"a, b" <sip:c>', "d"]),
        (r'"a\", b" <sip:c>, d', [r'"a\", b" <sip:c>', "d"]),
        ("<sip:a,b>, <sip:c>", ["<sip:a,b>", "<sip:c>"]),
        ('<sip:a"b>, c', ['<sip:a"b>', "c"]),
        ('"<", b', ['"<"', "b"]),
        (",a,, b,", ["a", "b"]),
        ('"never, ended', ['"never, ended']),
    ],
)
def test_lists_are_split_at_top_level_commas(text: str, elements: list[str]) -> None:
    assert split_list(text) == elements


def test_parameter_names_are_case_insensitive_and_keep_their_spelling() -> None:
    parameters = Parameters.parse(";Tag=Ab;LR;x=1")
    assert parameters["tag"] == "Ab"
    assert "lr" in parameters
    assert parameters["lr"] is None
    assert str(parameters) == ";Tag=Ab;LR;x=1"
    assert parameters == Parameters.parse(";tag=Ab;lr;X=1")
    assert parameters != Parameters.parse(";tag=ab;lr;X=1")


@pytest.mark.parametrize("text", [";a=1 ; b = 2", ' ; a="1" ;b=2', ";a=1;b=2 "])
def test_blanks_and_quotes_around_parameters_do_not_matter(text: str) -> None:
    assert dict(Parameters.parse(text)) == {"a": "1", "b": "2"}


def test_quotes_are_written_back_and_added_where_a_value_needs_them() -> None:
    assert str(Parameters.parse(';a="1"')) == ';a="1"'
    assert str(Parameters({"a": "one two"})) == ';a="one two"'
    assert str(Parameters({"a": "x;y"})) == ';a="x;y"'


@pytest.mark.parametrize("text", ["a=1", ";", ";;a", ";=1", ";a=", ";a=1,b", ';a="1', ";a=1 b"])
def test_malformed_parameters_raise(text: str) -> None:
    with pytest.raises(ValueError, match="no parameter"):
        Parameters.parse(text)


def test_parameters_change_by_copy_and_in_place() -> None:
    parameters = Parameters({"a": "1", "b": None})
    assert str(parameters.with_parameter("A", "2")) == ";a=2;b"
    assert str(parameters.with_parameter("c")) == ";a=1;b;c"
    assert str(parameters.without("B")) == ";a=1"
    assert str(parameters) == ";a=1;b"
    assert not parameters.has_duplicates()
    assert Parameters.parse(";a;A=1").has_duplicates()


@given(st.lists(st.tuples(st.from_regex(r"[A-Za-z0-9]+", fullmatch=True), st.none() | PRINTABLE)))
def test_parameters_round_trip(entries: list[tuple[str, str | None]]) -> None:
    parameters = Parameters(entries)
    assert Parameters.parse(str(parameters)) == parameters


def modules() -> list[str]:
    packages = (ringback.sip.message, ringback.sdp)
    return [
        found.name for package in packages for found in pkgutil.iter_modules(package.__path__, package.__name__ + ".")
    ]


@pytest.mark.parametrize("module", modules())
def test_no_pattern_can_backtrack(module: str) -> None:
    """A possessive or bounded repeat gives nothing back, so that a match takes time linear in the text."""
    for name, pattern in vars(importlib.import_module(module)).items():
        if not isinstance(pattern, re.Pattern):
            continue
        assert not list(greedy_repeats(pattern.pattern)), f"{module}.{name} has an unbounded greedy repeat"


def greedy_repeats(pattern: str | bytes) -> Iterator[str]:
    """Unbounded repeats that are not possessive: `*`, `+` and `{n,}` without a following `+`."""
    text = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
    text = re.sub(r"\\.", "_", text)  # escapes
    text = re.sub(r"\[\^?\]?[^\]]*\]", "_", text)  # classes
    yield from re.findall(r"[*](?![+])|(?<![*+?}])[+](?![+])|\{\d+,\}(?!\+)", text)


def test_the_backtracking_check_sees_a_greedy_repeat() -> None:
    assert list(greedy_repeats(r"a[+]*b"))
    assert list(greedy_repeats(r"(a+)"))
    assert not list(greedy_repeats(r"[*]++(?:a\+)*+b{1,3}c?+"))


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of Python a call runs: a measure of work that no other process can disturb."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> object:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def message_with(header: str) -> bytes:
    return (
        "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\n"
        f"Call-ID: x\r\nCSeq: 1 INVITE\r\nContact: <sip:a@b>\r\n{header}\r\n\r\n"
    ).encode()


def read(data: bytes) -> None:
    try:
        message = parse_message(data)
    except MalformedMessage:
        return
    validate_request(message)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "unit",
    ['"', "<", ">", ",", "\\", '"\\', ";", "=", "a,", '",', "<,", " ", "\t,", "%", "\r\n ", ";a=b", ";a", "<sip:a@b>,"],
)
def test_work_grows_no_faster_than_the_message(unit: str) -> None:
    small, large = (message_with("Route: " + unit * count) for count in (200, 400))
    few, many = lines_run(lambda: read(small)), lines_run(lambda: read(large))
    assert many < 2.2 * few + 200
