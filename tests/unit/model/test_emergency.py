"""Which numbers are never dialled (sip.md EM-02)."""

import pytest

from ringback.model.emergency import is_emergency_number


@pytest.mark.parametrize("text", ["911", "112", "999", "000", "15", " 9-1-1 ", "+911", "+1 911", "1911", "+112"])
def test_em_02_an_emergency_number_has_two_or_three_digits(text: str) -> None:
    assert is_emergency_number(text)


@pytest.mark.parametrize(
    "text", ["", "1", "9111", "+14155550100", "5551234", "sip:911@example.com", "9 1 1" * 9, "abc"]
)
def test_any_other_text_is_none(text: str) -> None:
    assert not is_emergency_number(text)
