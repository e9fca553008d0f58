"""Kinds of values: what each takes and refuses, at its edges."""

from decimal import Decimal
from typing import Literal

import pytest

from ringback.twiml.kind import (
    BOOLEAN,
    METHOD,
    BadValue,
    Kind,
    decimal,
    integer,
    is_one_line,
    line_kind,
    matching,
    normal_language,
    one_of,
    several_of,
    text_kind,
)

Colour = Literal["red", "green", "blue"]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (integer(0), "0", 0),
        (integer(1, 5), " 5 ", 5),
        (integer(0), "007", 7),
        (integer(0), "999999999", 999999999),
        (decimal("0.3", "0.9"), "0.9", Decimal("0.9")),
        (BOOLEAN, "true", True),
        (BOOLEAN, " false ", False),
        (METHOD, "post", "POST"),
        (one_of(Colour), "red", "red"),
        (one_of(Colour, also={"none": None}), "none", None),
        (several_of(Colour), " blue  red blue ", ("blue", "red")),
        (text_kind(3), "a\nb", "a\nb"),
        (text_kind(), "a\u00a0\u200bb", "a\u00a0\u200bb"),
        (line_kind(3), "a\tb", "a\tb"),
        (matching("a|b", "a or b"), "b", "b"),
    ],
)
def test_good_values(kind: Kind, text: str, value: object) -> None:
    assert kind.read(text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (integer(1), "0"),
        (integer(1, 5), "6"),
        (integer(0), "1_0"),
        (integer(0), "0x1"),
        (integer(0), "1234567890"),
        (integer(0), "５"),
        (integer(0), ""),
        (decimal("0", "1"), "1.1"),
        (decimal("0", "1"), ".5"),
        (decimal("0", "1"), "0.0000000001"),
        (decimal("0", "1"), "Infinity"),
        (BOOLEAN, "TRUE"),
        (METHOD, "HEAD"),
        (one_of(Colour), "Red"),
        (several_of(Colour), ""),
        (several_of(Colour), "red,green"),
        (text_kind(3), "abcd"),
        (text_kind(minimum=1), ""),
        (text_kind(), "a\x00b"),
        (text_kind(), "a\x85b"),
        (line_kind(3), "a\nb"),
        (line_kind(3), "a\rb"),
        (line_kind(3), "a\u2028b"),
        (line_kind(3), "abcd"),
        (matching("a|b", "a or b"), "ab"),
        (matching("a", "a"), "a\n"),
    ],
)
def test_bad_values(kind: Kind, text: str) -> None:
    with pytest.raises(BadValue) as caught:
        kind.read(text)
    assert caught.value.code is None


def test_what_is_expected_is_said_in_words() -> None:
    assert integer(5, 600).expected == "a whole number from 5 to 600"
    assert integer(1).expected == "a whole number from 1"
    assert BOOLEAN.expected == "true or false"
    assert one_of(Colour).expected == "red, green or blue"
    assert several_of(Colour).expected == "one or more of red, green, blue"
    assert text_kind(5).expected == "text of at most 5 characters"


@pytest.mark.parametrize(
    ("written", "normal"),
    [("en-us", "en-US"), ("EN_gb", "en-GB"), ("zh-Hans-cn", "zh-Hans-CN"), ("es-419", "es-419"), ("de", "de")],
)
def test_languages_are_written_the_usual_way(written: str, normal: str) -> None:
    assert normal_language(written) == normal


@pytest.mark.parametrize("written", ["", "e", "english!", "en-", "en US", "-us", "en-us-x-y-z-abc-def"])
def test_what_is_no_language(written: str) -> None:
    with pytest.raises(BadValue):
        normal_language(written)


def test_one_line() -> None:
    assert is_one_line("plain \t text")
    assert not any(is_one_line(f"a{char}b") for char in "\r\n\x00\x1b\x7f\x85\u2028\u2029")
