"""What a payment asks for, in order, and what is wrong with an entry (twiml.md section 16). Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from ringback.interpreter.pay import card
from ringback.interpreter.pay.secret import Secret
from ringback.twiml.nodes import CardType, Pay, PaymentErrorType

Field = Literal[
    "payment-card-number",
    "expiration-date",
    "security-code",
    "postal-code",
    "bank-routing-number",
    "bank-account-number",
]

LONGEST_POSTAL_CODE = 10
ROUTING_DIGITS = 9
SHORTEST_ACCOUNT, LONGEST_ACCOUNT = 4, 17  # NACHA: an account number has 17 characters at most


@dataclass(slots=True, kw_only=True)
class Captured:
    """The entries that were valid. Nothing in it can be seen in a repr."""

    values: dict[Field, Secret]

    @property
    def card_type(self) -> CardType | None:
        number = self.values.get("payment-card-number")
        return card.card_type(number.reveal()) if number is not None else None

    def __repr__(self) -> str:
        return f"Captured({', '.join(self.values)})"


def fields_of(verb: Pay) -> tuple[Field, ...]:
    """PAY-01."""
    if verb.payment_method == "ach-debit":
        return ("bank-routing-number", "bank-account-number")
    asked: list[Field] = ["payment-card-number", "expiration-date"]
    if verb.security_code:
        asked.append("security-code")
    if verb.postal_code is True:
        asked.append("postal-code")
    return tuple(asked)


def most_digits(field: Field, entered: str, captured: Captured) -> int:
    """With so many digits the entry is complete by itself."""
    match field:
        case "payment-card-number":
            return card.whole_length(entered)
        case "expiration-date":
            return 4
        case "security-code":
            return card.security_code_length(captured.card_type)
        case "postal-code":
            return LONGEST_POSTAL_CODE
        case "bank-routing-number":
            return ROUTING_DIGITS
        case "bank-account-number":
            return LONGEST_ACCOUNT


def fault_of(field: Field, entry: str, verb: Pay, captured: Captured, today: date) -> PaymentErrorType | None:
    """Why the entry cannot be taken; None if it can."""
    match field:
        case "payment-card-number":
            return _fault_of_card(entry, verb)
        case "expiration-date":
            return None if is_good_until(entry, today) else "invalid-date"
        case "security-code":
            right = len(entry) == card.security_code_length(captured.card_type)
            return None if right else "invalid-security-code"
        case "postal-code":
            return None if len(entry) >= (verb.min_postal_code_length or 1) else "invalid-postal-code"
        case "bank-routing-number":
            right = len(entry) == ROUTING_DIGITS and card.has_routing_checksum(entry)
            return None if right else "invalid-bank-routing-number"
        case "bank-account-number":
            return None if len(entry) >= SHORTEST_ACCOUNT else "invalid-bank-account-number"


def is_good_until(entry: str, today: date) -> bool:
    """MMYY: a month, of this one or a later one; a card is good to the end of its month."""
    if len(entry) != 4:
        return False
    month, year = int(entry[:2]), 2000 + int(entry[2:])
    return 1 <= month <= 12 and (year, month) >= (today.year, today.month)


def _fault_of_card(entry: str, verb: Pay) -> PaymentErrorType | None:
    if not card.is_card_number(entry):
        return "invalid-card-number"
    kind = card.card_type(entry)
    allowed = kind in verb.valid_card_types or (kind == "amex" and "optima" in verb.valid_card_types)
    return None if allowed else "invalid-card-type"
