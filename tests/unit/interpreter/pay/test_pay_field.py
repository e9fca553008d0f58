"""What is asked for, and what is wrong with an entry."""

from datetime import date

import pytest

from ringback.interpreter.pay.field import Captured, Field, fault_of, fields_of, is_good_until, most_digits
from ringback.interpreter.pay.secret import Secret
from ringback.twiml.nodes import Pay

TODAY = date(2026, 3, 31)
NOTHING = Captured(values={})
AMEX = Captured(values={"payment-card-number": Secret("378282246310005")})


def test_what_is_not_wanted_or_is_given_is_not_asked_for() -> None:
    assert fields_of(Pay(security_code=False, postal_code="94110")) == ("payment-card-number", "expiration-date")
    assert fields_of(Pay()) == ("payment-card-number", "expiration-date", "security-code", "postal-code")
    assert fields_of(Pay(payment_method="ach-debit")) == ("bank-routing-number", "bank-account-number")


@pytest.mark.parametrize(
    ("entry", "good"),
    [
        ("0326", True),
        ("0226", False),
        ("1225", False),
        ("0127", True),
        ("0026", False),
        ("1326", False),
        ("326", False),
    ],
)
def test_a_card_is_good_to_the_end_of_its_month(entry: str, good: bool) -> None:
    assert is_good_until(entry, TODAY) is good


@pytest.mark.parametrize(
    ("field", "entry", "fault"),
    [
        ("payment-card-number", "4111111111111111", None),
        ("payment-card-number", "4111111111111112", "invalid-card-number"),
        ("payment-card-number", "6011111111111117", "invalid-card-type"),
        ("expiration-date", "0226", "invalid-date"),
        ("security-code", "12", "invalid-security-code"),
        ("postal-code", "1", None),
        ("bank-routing-number", "11000000", "invalid-bank-routing-number"),
        ("bank-account-number", "123", "invalid-bank-account-number"),
        ("bank-account-number", "1234", None),
    ],
)
def test_each_field_has_its_fault(field: Field, entry: str, fault: str | None) -> None:
    assert fault_of(field, entry, Pay(), NOTHING, TODAY) == fault


def test_an_optima_card_is_an_american_express_card_by_its_number() -> None:
    number = "378282246310005"
    assert fault_of("payment-card-number", number, Pay(valid_card_types=("optima",)), NOTHING, TODAY) is None
    assert fault_of("payment-card-number", number, Pay(valid_card_types=("visa",)), NOTHING, TODAY) is not None


def test_the_code_of_a_card_has_as_many_digits_as_its_kind() -> None:
    assert (most_digits("security-code", "", AMEX), most_digits("security-code", "", NOTHING)) == (4, 3)


def test_secrets_do_not_show_themselves() -> None:
    secret = Secret("4111111111111111")
    assert "4111" not in f"{secret} {secret!r} {AMEX!r}"
    assert secret.masked(4) == "x" * 12 + "1111"
    assert Secret("12").masked(4) == "xx"
    assert secret.hidden_in("card 4111111111111111!") == "card xxxxxxxxxxxxxxxx!"
