"""`<Pay>`: card or bank details by keys, then the payment, then the action (twiml.md section 16)."""

import asyncio
import contextlib

from ringback.call.control import CallEnded
from ringback.interpreter.outcome import Continue, Finished, Outcome
from ringback.interpreter.pay.connector import PaymentConnector
from ringback.interpreter.pay.dialogue import Dialogue, Interrupted, TooManyAttempts
from ringback.interpreter.pay.processing import payment_of, process
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Pay
from ringback.webhooks.payment_parameters import PaymentOutcome, payment_result_parameters

NEEDS_ANSWER = True

CONNECTOR_NOT_VALID = 64004


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
    run = dialogue.run
    payment = payment_of(dialogue.verb, dialogue.captured)
    processing = asyncio.ensure_future(process(payment, connector, run.clock, run.call.info.call_sid))
    try:
        with contextlib.suppress(CallEnded):
            await dialogue.say("payment-processing")
        return await processing
    finally:
        processing.cancel()
        await asyncio.gather(processing, return_exceptions=True)
