"""`<Pay>`: card or bank details by keys, then the payment, then the action (twiml.md section 16)."""

import asyncio
import contextlib

import structlog

from ringback.call.control import CallEnded
from ringback.clock import wait_for
from ringback.interpreter.outcome import Continue, Finished, Outcome
from ringback.interpreter.pay.connector import Accepted, Payment, PaymentConnector, Refused
from ringback.interpreter.pay.dialogue import Dialogue, Interrupted, TooManyAttempts
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Pay
from ringback.webhooks.payment_parameters import PaymentOutcome, payment_result_parameters

NEEDS_ANSWER = True

CONNECTOR_NOT_VALID = 64004
SERVICE_NOT_AVAILABLE = 64002
LONGEST_PROCESSING_SECONDS = 60.0

logger = structlog.get_logger(__name__)


async def execute(verb: Pay, run: Run) -> Outcome:
    """The action takes control; attempts that ran out fall through where there is none (PAY-03)."""
    dialogue = Dialogue(verb=verb, run=run)
    outcome = await _pay(dialogue)
    if run.call.is_moved and outcome.result == "caller-hung-up":
        return Finished()  # nothing was charged; a payment that was made is told to its action (L-01)
    if outcome.error_code is not None:
        run.report(outcome.error_code, f"<Pay>: {outcome.error}", node=verb, level="error")
    if outcome.result == "too-many-failed-attempts" and not verb.action:
        return Continue()
    return run.goto(verb.action, "POST", payment_result_parameters(outcome, dialogue.facts()))


async def _pay(dialogue: Dialogue) -> PaymentOutcome:
    verb, run = dialogue.verb, dialogue.run
    connector = run.payments.get(verb.payment_connector)
    if connector is None:
        message = f"there is no payment connector named {verb.payment_connector!r}"
        return PaymentOutcome(result="validation-error", error=message, error_code=CONNECTOR_NOT_VALID)
    if not verb.language.startswith("en"):
        run.not_executed(verb, f' language="{verb.language}"')
    try:
        with run.call.private():
            await dialogue.capture()
            return await _process(dialogue, connector)
    except Interrupted:
        return PaymentOutcome(result="caller-interrupted-with-star")
    except TooManyAttempts:
        return PaymentOutcome(result="too-many-failed-attempts")
    except CallEnded:
        return PaymentOutcome(result="caller-hung-up")


async def _process(dialogue: Dialogue, connector: PaymentConnector) -> PaymentOutcome:
    """The caller is told while it goes on. Once begun it is seen through: a hang-up does not undo a charge."""
    payment = _payment(dialogue)
    processing = asyncio.ensure_future(_answer(connector, payment, dialogue.run))
    try:
        with contextlib.suppress(CallEnded):
            await dialogue.say("payment-processing")
        return _outcome(await processing, payment)
    finally:
        processing.cancel()
        await asyncio.gather(processing, return_exceptions=True)


async def _answer(connector: PaymentConnector, payment: Payment, run: Run) -> Accepted | Refused | None:
    """None: the connector failed. Only the kind of its failure is logged, since its words may have the digits."""
    try:
        return await wait_for(run.clock, connector.process(payment), LONGEST_PROCESSING_SECONDS)
    except TimeoutError:
        message = f"the connector did not answer in {LONGEST_PROCESSING_SECONDS:g} s"
        return Refused(code=SERVICE_NOT_AVAILABLE, message=message, connector_error="timeout")
    except Exception as fault:
        logger.error("a payment connector failed", call_sid=run.call.info.call_sid, failure_kind=type(fault).__name__)
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


def _payment(dialogue: Dialogue) -> Payment:
    verb, captured = dialogue.verb, dialogue.captured
    facts, values = dialogue.facts(), captured.values
    return Payment(
        method=verb.payment_method,
        amount=verb.charge_amount or None,
        currency=verb.currency,
        token_type=verb.token_type,
        description=verb.description,
        card_number=values.get("payment-card-number"),
        card_type=captured.card_type,
        expiration_date=values.get("expiration-date"),
        security_code=values.get("security-code"),
        postal_code=facts.postal_code,
        bank_routing_number=values.get("bank-routing-number"),
        bank_account_number=values.get("bank-account-number"),
        bank_account_type=verb.bank_account_type if verb.payment_method == "ach-debit" else None,
        parameters={parameter.name: parameter.value for parameter in verb.parameters},
    )
