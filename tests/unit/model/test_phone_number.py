"""What is a phone number, and which of them are dialled."""

import pytest

from ringback.model.phone_number import is_dialled, is_e164


@pytest.mark.parametrize(
    "text", ["+1", "15551234567", "+05551234567", "+1555123456789012", "+1٢٣٤٥٦٧٨", "+1555 1234", ""]
)
def test_what_is_no_number(text: str) -> None:
    assert not is_e164(text)
    assert not is_dialled(text)


@pytest.mark.parametrize(
    ("text", "dialled"), [("+12", False), ("+123456", False), ("+1234567", True), ("+155512345678901", True)]
)
def test_a_short_number_is_one_that_no_trunk_is_given(text: str, dialled: bool) -> None:
    assert is_e164(text)
    assert is_dialled(text) is dialled
