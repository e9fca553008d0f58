"""What `ringback call` reads from --press, --message and --header."""

import pytest

from ringback.cli.schedule import Message, Press, parse_header, parse_message, parse_press


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1@2.5", Press(digits="1", at_seconds=2.5)),
        ("12#@0", Press(digits="12#", at_seconds=0)),
        ("w*Ww9@10", Press(digits="w*Ww9", at_seconds=10)),
    ],
)
def test_a_press_is_digits_and_a_time(text: str, expected: Press) -> None:
    assert parse_press(text) == expected


@pytest.mark.parametrize("text", ["1", "1@", "@2", "x@1", "1@-1", "1@two"])
def test_a_wrong_press_says_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match="expected DIGITS@SECONDS"):
        parse_press(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"stars": 5}@2.5', Message(content='{"stars": 5}', at_seconds=2.5)),
        ("ann@example.com@0", Message(content="ann@example.com", at_seconds=0)),
        ("@1", Message(content="", at_seconds=1)),
    ],
)
def test_a_message_is_any_text_and_a_time(text: str, expected: Message) -> None:
    assert parse_message(text) == expected


@pytest.mark.parametrize("text", ["hello", "hello@", "hello@soon", "hello@-1"])
def test_a_wrong_message_says_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match="expected TEXT@SECONDS"):
        parse_message(text)


def test_a_header_is_a_name_and_a_value() -> None:
    assert parse_header("X-Customer:  42; a=b ") == ("X-Customer", "42; a=b")


@pytest.mark.parametrize("text", ["X-Customer", "bad name: 1", ": 1", "X-A: 1\r\nEvil: 2"])
def test_a_wrong_header_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="--header"):
        parse_header(text)
