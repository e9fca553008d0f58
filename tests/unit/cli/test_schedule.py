"""What `ringback call` reads from --press and --header."""

import pytest

from ringback.cli.schedule import Press, parse_header, parse_press


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


def test_a_header_is_a_name_and_a_value() -> None:
    assert parse_header("X-Customer:  42; a=b ") == ("X-Customer", "42; a=b")


@pytest.mark.parametrize("text", ["X-Customer", "bad name: 1", ": 1", "X-A: 1\r\nEvil: 2"])
def test_a_wrong_header_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="--header"):
        parse_header(text)
