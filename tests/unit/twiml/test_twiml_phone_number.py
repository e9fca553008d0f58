"""Phone numbers as apps write them (N-02, twiml.md 8.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.twiml.phone_number import formatted_number, normal_number


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+14155552671", "+14155552671"),
        ("+44 20 7946 0000", "+442079460000"),
        ("+49 (30) 1234-567", "+49301234567"),
        ("415-555-2671", "+14155552671"),
        ("(415) 555.2671", "+14155552671"),
        ("1 415 555 2671", "+14155552671"),
        ("415\u00a0555\u00a02671", "+14155552671"),
        ("4155552671", "+14155552671"),
        ("0155552671", None),
        ("2079460000000", None),
        ("02079460000", None),
        ("100", None),
        ("+", None),
        ("+0123456789", None),
        ("+1234567890123456", None),
        ("1-800-FLOWERS", None),
        ("+1415555٢671", None),
        ("", None),
        ("4" + " " * 50, None),
    ],
)
def test_a_number_is_e164_or_none(written: str, number: str | None) -> None:
    assert normal_number(written) == number


@given(st.text(max_size=60))
def test_a_normal_number_stays_as_it_is(written: str) -> None:
    number = normal_number(written)
    assert number is None or normal_number(number) == number


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+15005550006", "(500) 555-0006"),
        ("+442079460018", "+442079460018"),
        ("+11234567890", "+11234567890"),
        ("+1500555000", "+1500555000"),
        ("sip:ann@pbx.example", "sip:ann@pbx.example"),
    ],
)
def test_a_north_american_number_is_shown_as_people_write_it(number: str, expected: str) -> None:
    """rest-api.md section 4."""
    assert formatted_number(number) == expected
