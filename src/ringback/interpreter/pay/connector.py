"""Where a payment goes. A connector is given the digits and gives back a token or a confirmation, never the digits.

`Default` is a processor for test cards: it moves no money and refuses every number that is not on its list, so that
nobody's real card is taken for paid.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Protocol

from ringback.interpreter.pay.secret import Secret
from ringback.twiml.nodes import BankAccountType, CardType, PaymentMethod, TokenType

CHARGE_REJECTED = 64008
TOKEN_REJECTED = 64010
CARD_REJECTED = 64012
NOT_A_TEST_CARD = 64022
NOT_A_TEST_ACCOUNT = 64023

TEST_CARDS = frozenset(
    {
        "4111111111111111",
        "4242424242424242",
        "4222222222222",
        "5555555555554444",
        "2223003122003222",
        "378282246310005",
        "371449635398431",
        "6011111111111117",
        "3530111333300000",
        "30569309025904",
        "6759649826438453",
    }
)
DECLINED_CARD = "4000000000000002"
FAILING_CARD = "4000000000000119"
TEST_ACCOUNT = "000123456789"
DECLINED_ACCOUNT = "000111111116"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What was entered and what is to be done: a charge of `amount`, or a token where that is None."""

    method: PaymentMethod
    amount: Decimal | None
    currency: str
    token_type: TokenType
    description: str | None = None
    card_number: Secret | None = None
    card_type: CardType | None = None
    expiration_date: Secret | None = None
    security_code: Secret | None = None
    postal_code: str | None = field(default=None, repr=False)
    bank_routing_number: Secret | None = None
    bank_account_number: Secret | None = None
    bank_account_type: BankAccountType | None = None
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        every = (self.card_number, self.security_code, self.bank_account_number)
        return tuple(value for value in every if value is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One of the two: a token, or the confirmation of a charge."""

    token: str | None = None
    confirmation_code: str | None = None
    profile_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """`code` is Twilio's (640xx), `message` a sentence, `connector_error` what the processor itself says."""

    code: int
    message: str
    connector_error: str


class PaymentConnector(Protocol):
    """A payment processor. Never keep, log or give back the digits."""

    async def process(self, payment: Payment) -> Accepted | Refused: ...


class TestCardProcessor:
    """Knows its test numbers and refuses every other."""

    __test__ = False  # no test class, whatever pytest thinks of its name

    async def process(self, payment: Payment) -> Accepted | Refused:
        refused = _refusal_of_account(payment) if payment.method == "ach-debit" else _refusal_of_card(payment)
        if refused is not None:
            return refused
        if payment.amount:
            return Accepted(confirmation_code=f"test_{secrets.token_hex(8)}")
        return Accepted(token=f"tok_{secrets.token_hex(12)}")


def _refusal_of_card(payment: Payment) -> Refused | None:
    number = payment.card_number.reveal() if payment.card_number is not None else ""
    if number == DECLINED_CARD:
        return Refused(code=CARD_REJECTED, message="the card was declined", connector_error="card_declined")
    if number == FAILING_CARD:
        code = CHARGE_REJECTED if payment.amount else TOKEN_REJECTED
        return Refused(code=code, message="the gateway rejected it", connector_error="processing_error")
    if number not in TEST_CARDS:
        return Refused(code=NOT_A_TEST_CARD, message="only test cards are taken", connector_error="not_a_test_card")
    return None


def _refusal_of_account(payment: Payment) -> Refused | None:
    number = payment.bank_account_number.reveal() if payment.bank_account_number is not None else ""
    if number == DECLINED_ACCOUNT:
        return Refused(code=CHARGE_REJECTED, message="the debit was declined", connector_error="debit_declined")
    if number != TEST_ACCOUNT:
        return Refused(code=NOT_A_TEST_ACCOUNT, message="only the test account is taken", connector_error="no_account")
    return None


CONNECTORS: Mapping[str, PaymentConnector] = MappingProxyType({"Default": TestCardProcessor()})
