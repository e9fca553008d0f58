"""Cards by their number (PAY-05), and the check digits."""

import pytest

from ringback.interpreter.pay.card import (
    card_type,
    has_luhn_digit,
    has_routing_checksum,
    is_card_number,
    security_code_length,
    whole_length,
)
from ringback.interpreter.pay.connector import DECLINED_CARD, FAILING_CARD, TEST_CARDS


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("4111111111111111", "visa"),
        ("4222222222222", "visa"),
        ("5555555555554444", "mastercard"),
        ("2221000000000009", "mastercard"),
        ("2720990000000007", "mastercard"),
        ("378282246310005", "amex"),
        ("6011111111111117", "discover"),
        ("6440000000000005", "discover"),
        ("3530111333300000", "jcb"),
        ("30569309025904", "diners-club"),
        ("6759649826438453", "maestro"),
        ("201400000000009", "enroute"),
    ],
)
def test_a_number_is_of_its_kind(number: str, kind: str) -> None:
    assert card_type(number) == kind
    assert is_card_number(number)


@pytest.mark.parametrize("number", ["", "4", "1234567890123", "2220999999999999", "2721000000000000", "9" * 16])
def test_what_is_no_card_is_none(number: str) -> None:
    assert not is_card_number(number)


@pytest.mark.parametrize("number", sorted(TEST_CARDS | {DECLINED_CARD, FAILING_CARD}))
def test_every_single_wrong_digit_of_a_test_card_is_noticed(number: str) -> None:
    assert is_card_number(number)
    for position, digit in enumerate(number):
        wrong = number[:position] + str((int(digit) + 1) % 10) + number[position + 1 :]
        assert not has_luhn_digit(wrong)


def test_the_length_is_known_as_soon_as_the_kind_is() -> None:
    assert [whole_length(entered) for entered in ("", "37", "5", "51", "4")] == [19, 15, 19, 16, 19]


def test_security_codes_have_three_digits_and_four_on_american_express() -> None:
    assert [security_code_length(kind) for kind in ("visa", "amex", None)] == [3, 4, 3]


@pytest.mark.parametrize(("number", "good"), [("110000000", True), ("021000021", True), ("021000022", False)])
def test_a_routing_number_has_a_checksum(number: str, good: bool) -> None:
    assert has_routing_checksum(number) is good
