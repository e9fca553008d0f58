"""What `<Pay>` tells the app: its progress, and its result (twiml.md section 16). Pure; every value comes masked."""

from collections.abc import Sequence
from dataclasses import dataclass

from ringback.webhooks.parameters import given
from ringback.webhooks.signature import Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    """What has been entered so far, as it may be shown (PAY-04)."""

    method: str
    card_number: str | None = None
    card_type: str | None = None
    expiration_date: str | None = None
    security_code: str | None = None
    postal_code: str | None = None
    bank_routing_number: str | None = None
    bank_account_number: str | None = None
    bank_account_type: str | None = None

    def parameters(self) -> Parameters:
        return given(
            ("PaymentMethod", self.method),
            ("PaymentCardNumber", self.card_number),
            ("PaymentCardType", self.card_type),
            ("ExpirationDate", self.expiration_date),
            ("SecurityCode", self.security_code),
            ("PaymentCardPostalCode", self.postal_code),
            ("BankRoutingNumber", self.bank_routing_number),
            ("BankAccountNumber", self.bank_account_number),
            ("BankAccountType", self.bank_account_type),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOutcome:
    """How a payment ended: `result` in Twilio's words, and what the connector gave or said."""

    result: str
    token: str | None = None
    confirmation_code: str | None = None
    profile_id: str | None = None
    error: str | None = None
    error_code: int | None = None
    connector_error: str | None = None


def payment_progress_parameters(
    *, account_sid: str, call_sid: str, for_: str, attempt: int, error_type: str | None, facts: PaymentFacts
) -> Parameters:
    """`<Pay statusCallback>`, sent whenever the caller is asked for something."""
    return (
        *given(
            ("AccountSid", account_sid),
            ("CallSid", call_sid),
            ("For", for_),
            ("ErrorType", error_type),
            ("Attempt", attempt),
        ),
        *facts.parameters(),
    )


def payment_capture_parameters(
    *, capture: str | None, error_type: str | None, is_partial: bool, required: Sequence[str], facts: PaymentFacts
) -> Parameters:
    """A payment over REST: what is being keyed in, how far, and what is missing yet (rest-api.md 9.5)."""
    return (
        *given(
            ("Capture", capture),
            ("PartialResult", "true" if is_partial else None),
            ("ErrorType", error_type),
            ("Required", ",".join(required) or None),
        ),
        *facts.parameters(),
    )


def payment_result_parameters(outcome: PaymentOutcome, facts: PaymentFacts) -> Parameters:
    """`<Pay action>`."""
    return (
        *given(
            ("Result", outcome.result),
            ("ProfileId", outcome.profile_id),
            ("PaymentToken", outcome.token),
            ("PaymentConfirmationCode", outcome.confirmation_code),
            ("PaymentError", outcome.error),
            ("PayErrorCode", outcome.error_code),
            ("ConnectorError", outcome.connector_error),
        ),
        *facts.parameters(),
    )
