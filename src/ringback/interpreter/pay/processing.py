"""From what was entered to the result of a payment: the connector is asked, and nothing secret comes back."""

import structlog

from ringback.clock import Clock, wait_for
from ringback.interpreter.pay.connector import Accepted, Payment, PaymentConnector, Refused
from ringback.interpreter.pay.field import Captured
from ringback.interpreter.pay.secret import Secret
from ringback.model.sid import CallSid
from ringback.twiml.nodes import Pay
from ringback.webhooks.payment_parameters import PaymentFacts, PaymentOutcome

SERVICE_NOT_AVAILABLE = 64002
LONGEST_PROCESSING_SECONDS = 60.0

INTERRUPTED = PaymentOutcome(
    result="internal-error", error="the server stopped while it was asking", error_code=SERVICE_NOT_AVAILABLE
)
"""Nobody knows what the connector did."""

logger = structlog.get_logger(__name__)


def facts_of(wanted: Pay, captured: Captured) -> PaymentFacts:
    """PAY-04: the last four of a card, the last two of an account, nothing of a security code."""
    values = captured.values
    is_bank = wanted.payment_method == "ach-debit"
    postal_code = wanted.postal_code if isinstance(wanted.postal_code, str) and not is_bank else None
    return PaymentFacts(
        method=wanted.payment_method,
        card_number=_masked(values.get("payment-card-number"), 4),
        card_type=captured.card_type,
        expiration_date=_plain(values.get("expiration-date")),
        security_code=_masked(values.get("security-code"), 0),
        postal_code=postal_code or _plain(values.get("postal-code")),
        bank_routing_number=_plain(values.get("bank-routing-number")),
        bank_account_number=_masked(values.get("bank-account-number"), 2),
        bank_account_type=wanted.bank_account_type if is_bank else None,
    )


def payment_of(wanted: Pay, captured: Captured) -> Payment:
    """What the connector is given."""
    values = captured.values
    return Payment(
        method=wanted.payment_method,
        amount=wanted.charge_amount or None,
        currency=wanted.currency,
        token_type=wanted.token_type,
        description=wanted.description,
        card_number=values.get("payment-card-number"),
        card_type=captured.card_type,
        expiration_date=values.get("expiration-date"),
        security_code=values.get("security-code"),
        postal_code=facts_of(wanted, captured).postal_code,
        bank_routing_number=values.get("bank-routing-number"),
        bank_account_number=values.get("bank-account-number"),
        bank_account_type=wanted.bank_account_type if wanted.payment_method == "ach-debit" else None,
        parameters={parameter.name: parameter.value for parameter in wanted.parameters},
    )


async def process(payment: Payment, connector: PaymentConnector, clock: Clock, call_sid: CallSid) -> PaymentOutcome:
    """Ask the connector, and say how it went."""
    return _outcome(await _answer(payment, connector, clock, call_sid), payment)


async def _answer(
    payment: Payment, connector: PaymentConnector, clock: Clock, call_sid: CallSid
) -> Accepted | Refused | None:
    """None: the connector failed. Only the kind of its failure is logged, since its words may have the digits."""
    try:
        return await wait_for(clock, connector.process(payment), LONGEST_PROCESSING_SECONDS)
    except TimeoutError:
        message = f"the connector did not answer in {LONGEST_PROCESSING_SECONDS:g} s"
        return Refused(code=SERVICE_NOT_AVAILABLE, message=message, connector_error="timeout")
    except Exception as fault:
        logger.error("a payment connector failed", call_sid=call_sid, failure_kind=type(fault).__name__)
        return None


def _outcome(answer: Accepted | Refused | None, payment: Payment) -> PaymentOutcome:
    match answer:
        case Accepted():
            return PaymentOutcome(
                result="success",
                token=answer.token,
                confirmation_code=answer.confirmation_code,
                profile_id=answer.profile_id,
            )
        case Refused():
            return PaymentOutcome(
                result="payment-connector-error",
                error=_without_secrets(answer.message, payment),
                error_code=answer.code,
                connector_error=_without_secrets(answer.connector_error, payment),
            )
        case None:
            return PaymentOutcome(
                result="internal-error", error="the payment connector failed", error_code=SERVICE_NOT_AVAILABLE
            )


def _without_secrets(text: str, payment: Payment) -> str:
    for secret in payment.secrets:
        text = secret.hidden_in(text)
    return text


def _masked(value: Secret | None, shown: int) -> str | None:
    return value.masked(shown) if value is not None else None


def _plain(value: Secret | None) -> str | None:
    return value.reveal() if value is not None else None
