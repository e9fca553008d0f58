"""`<Pay>` on one call: what is asked, what is told, what goes to the connector, and that digits go nowhere else."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest
import structlog

from ringback.interpreter.outcome import Continue, Goto, Outcome
from ringback.interpreter.pay.connector import Accepted, Payment, PaymentConnector, Refused
from ringback.interpreter.verbs import pay
from ringback.twiml.nodes import Pay
from tests.unit.interpreter.conftest import Bench

CARD = "4111111111111111"
CODE = "987"


@dataclass
class Connector:
    """Remembers the payment and answers as it is told."""

    answer: Accepted | Refused | Exception = field(default_factory=lambda: Accepted(token="tok_1"))
    seconds: float = 0
    payments: list[Payment] = field(default_factory=list)
    bench: Bench | None = None

    async def process(self, payment: Payment) -> Accepted | Refused:
        self.payments.append(payment)
        if self.seconds:
            assert self.bench is not None
            await self.bench.clock.sleep(self.seconds)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def execute(
    bench: Bench, attributes: str = 'action="/paid"', *, keys: str = "", connector: PaymentConnector | None = None
) -> Outcome:
    """Run one Pay; the keys are pressed one every half second."""
    await bench.call.answer()
    verb = bench.verb(f"<Pay {attributes}/>")
    assert isinstance(verb, Pay)
    run = replace(bench.run(), payments={"Default": connector or Connector()})
    for index, key in enumerate(keys):
        bench.clock.call_at(bench.clock.now() + 0.5 * (index + 1), lambda key=key: bench.call.press(key))  # type: ignore[misc]
    return await bench.clock.run(pay.execute(verb, run))


def parameters(outcome: Outcome) -> dict[str, str]:
    assert isinstance(outcome, Goto)
    return dict(outcome.parameters)


WHOLE = f"{CARD}#1299{CODE}12345#"


async def test_the_connector_gets_the_digits_and_the_app_the_mask(bench: Bench) -> None:
    connector = Connector()
    outcome = await execute(bench, keys=WHOLE, connector=connector)
    (payment,) = connector.payments
    assert payment.card_number is not None
    assert payment.security_code is not None
    assert (payment.card_number.reveal(), payment.security_code.reveal()) == (CARD, CODE)
    assert parameters(outcome) == {
        "Result": "success",
        "PaymentToken": "tok_1",
        "PaymentMethod": "credit-card",
        "PaymentCardNumber": "xxxxxxxxxxxx1111",
        "PaymentCardType": "visa",
        "ExpirationDate": "1299",
        "SecurityCode": "xxx",
        "PaymentCardPostalCode": "12345",
    }


async def test_a_charge_says_how_much_and_gets_a_confirmation(bench: Bench) -> None:
    connector = Connector(answer=Accepted(confirmation_code="c1"))
    outcome = await execute(bench, 'action="/p" chargeAmount="20.45" currency="eur"', keys=WHOLE, connector=connector)
    assert (str(connector.payments[0].amount), connector.payments[0].currency) == ("20.45", "eur")
    assert parameters(outcome)["PaymentConfirmationCode"] == "c1"


async def test_a_refusal_has_its_code_and_no_digits_whatever_the_connector_writes(bench: Bench) -> None:
    refused = Refused(code=64012, message=f"card {CARD} was rejected", connector_error=f"no {CARD}")
    result = parameters(await execute(bench, keys=WHOLE, connector=Connector(answer=refused)))
    assert result["Result"] == "payment-connector-error"
    assert (result["PayErrorCode"], result["ConnectorError"]) == ("64012", f"no {'x' * 16}")
    assert bench.codes == [64012]
    assert CARD not in str(result) + str(bench.journal.problems)


async def test_a_connector_that_fails_is_an_internal_error_and_its_words_are_not_logged(bench: Bench) -> None:
    with structlog.testing.capture_logs() as logs:
        outcome = await execute(bench, keys=WHOLE, connector=Connector(answer=ValueError(f"bad card {CARD}")))
    assert parameters(outcome)["Result"] == "internal-error"
    assert "ValueError" in str(logs)
    assert CARD not in str(logs) + str(bench.journal.problems)


async def test_a_connector_that_says_nothing_is_given_up_on(bench: Bench) -> None:
    connector = Connector(seconds=3600, bench=bench)
    result = parameters(await execute(bench, keys=WHOLE, connector=connector))
    assert (result["Result"], result["ConnectorError"]) == ("payment-connector-error", "timeout")


@pytest.mark.parametrize("at", [16, 20], ids=["while the caller is told", "afterwards"])
async def test_a_charge_that_was_begun_is_seen_through_after_a_hangup(bench: Bench, at: float) -> None:
    connector = Connector(seconds=10, bench=bench)
    bench.clock.call_at(at, bench.call.end)
    result = parameters(await execute(bench, keys=WHOLE, connector=connector))
    assert bench.call.has_ended
    assert (result["Result"], result["PaymentToken"]) == ("success", "tok_1")


async def test_a_connector_nobody_knows_is_64004(bench: Bench) -> None:
    result = parameters(await execute(bench, 'action="/p" paymentConnector="Other"'))
    assert (result["Result"], bench.codes) == ("validation-error", [64004])
    assert bench.heard == []


async def test_attempts_run_out_and_fall_through_without_an_action(bench: Bench) -> None:
    assert await execute(bench, "") == Continue()
    assert len(bench.heard) == 2  # the first try and one more


async def test_a_pay_can_be_cancelled_at_any_moment(bench: Bench) -> None:
    await bench.call.answer()
    verb = bench.verb("<Pay/>")
    assert isinstance(verb, Pay)
    for seconds in (0.1, 3, 12):
        task = asyncio.ensure_future(pay.execute(verb, bench.run()))
        await bench.clock.advance(seconds)
        task.cancel()
        await bench.clock.advance(0)
        assert task.cancelled() or task.done()


@pytest.mark.parametrize("language", ["fr-FR", "de-DE"])
async def test_another_language_is_reported_and_spoken_in_english(bench: Bench, language: str) -> None:
    await execute(bench, f'language="{language}"')
    assert bench.codes == [13750]
    assert bench.heard[0].startswith("Please enter")


async def test_nothing_of_a_payment_can_be_seen_in_a_repr(bench: Bench) -> None:
    connector = Connector()
    await execute(bench, keys=WHOLE, connector=connector)
    assert CARD not in repr(connector.payments) + str(connector.payments)
    assert CODE not in repr(connector.payments)
    assert CARD not in str(bench.journal.transcript())


async def test_the_pressed_keys_are_hidden_in_the_transcript(bench: Bench) -> None:
    await execute(bench, keys=WHOLE)
    pressed = [event for event in bench.journal.events if "presses" in str(event)]
    assert {str(event) for event in pressed} == {"presses x"}
