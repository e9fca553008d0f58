"""`<say-as>` (twiml.md 2.1): each kind, and what is not of the kind that was named."""

import pytest

from ringback.speech.say_as import said_as


@pytest.mark.parametrize(
    ("kind", "form", "text", "said"),
    [
        ("characters", None, "a1-b", "A, 1, dash, B"),
        ("spell-out", None, "SIP", "S, I, P"),
        ("verbatim", None, "ok", "O, K"),
        ("digits", None, "12 34", "1 2 3 4"),
        ("cardinal", None, "1,234", "one thousand two hundred thirty-four"),
        ("number", None, "-3.14", "minus three point one four"),
        ("cardinal", None, "9" * 20, " ".join("9" * 20)),
        ("ordinal", None, "3", "third"),
        ("ordinal", None, "21st", "twenty-first"),
        ("date", "mdy", "09/13/2024", "September thirteenth, twenty twenty-four"),
        ("date", "dmy", "13-9-99", "September thirteenth, nineteen ninety-nine"),
        ("date", "ymd", "2024-09-13", "September thirteenth, twenty twenty-four"),
        ("date", "dm", "1.5.", "May first"),
        ("date", "my", "May 2005", "May, two thousand five"),
        ("date", None, "20240913", "September thirteenth, twenty twenty-four"),
        ("date", None, "????0913", "September thirteenth"),
        ("time", None, "1'21\"", "one minute twenty-one seconds"),
        ("time", None, "7:05pm", "seven oh five P M"),
        ("time", None, "14:00", "fourteen o'clock"),
        ("time", "hms12", "2:30:00 a.m.", "two thirty A M"),
        ("telephone", None, "(555) 123-4567", "5 5 5, 1 2 3, 4 5 6 7"),
        ("telephone", None, "+15551234567", "plus 1, 5 5 5, 1 2 3, 4 5 6 7"),
        ("currency", None, "$9.99", "nine dollars and ninety-nine cents"),
        ("currency", None, "1 EUR", "one euro"),
        ("currency", "GBP", "0.50", "fifty pence"),
        ("fraction", None, "3/4", "3/4"),
        ("unit", None, "5kg", "5kg"),
        ("address", None, "12 Main St", "12 Main St"),
        (None, None, " as it is ", "as it is"),
    ],
)
def test_english(kind: str | None, form: str | None, text: str, said: str) -> None:
    assert said_as(text, kind, form, "en-US") == said


@pytest.mark.parametrize(
    ("kind", "form", "text"),
    [
        ("cardinal", None, "twelve"),
        ("ordinal", None, "first"),
        ("ordinal", None, "9" * 40),
        ("date", "mdy", "99/99/2024"),
        ("date", "mdy", "09/13"),
        ("date", "mm", "1/1"),
        ("date", "", ""),
        ("date", "mdy", "Foo 1 2024"),
        ("time", None, "25:99"),
        ("time", None, ""),
        ("currency", "XXX", "12"),
        ("currency", None, "a lot"),
        ("currency", None, "9" * 40),
    ],
)
def test_what_is_not_of_its_kind_is_left_as_it_stands(kind: str, form: str | None, text: str) -> None:
    assert said_as(text, kind, form, "en-US") == text


def test_other_languages_keep_their_own_rules_for_all_but_spelling() -> None:
    assert said_as("1234", "cardinal", None, "de-DE") == "1234"
    assert said_as("a-1", "characters", None, "de-DE") == "A, -, 1"
    assert said_as("1234", "digits", None, "de-DE") == "1 2 3 4"
    assert said_as("+49 30 12", "telephone", None, "de-DE") == "4 9, 3 0, 1 2"
