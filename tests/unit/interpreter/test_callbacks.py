"""The callbacks of one call on their way to the server's delivery."""

from ringback.interpreter.callbacks import DeliveredCallbacks
from ringback.testing.app_transport import AppTransport
from ringback.testing.call_run import ACCOUNT
from ringback.webhooks.client import AppClient
from ringback.webhooks.delivery import CallbackProblem, Delivery
from tests.unit.interpreter.conftest import BASE, Bench


async def test_callbacks_of_a_call_arrive_in_order(bench: Bench) -> None:
    problems: list[CallbackProblem] = []
    transport = AppTransport(answers={"/cb": ""}, journal=bench.journal, clock=bench.clock, is_callback=True)
    delivery = Delivery(AppClient(transport, bench.clock, ACCOUNT), bench.clock, problems.append)
    callbacks = DeliveredCallbacks(delivery=delivery, call_sid=bench.call.info.call_sid)
    for number in range(3):
        callbacks.send(f"{BASE}/cb", "POST", (("n", str(number)),))
    await bench.clock.run(delivery.close(10))
    assert [sent.parameters["n"] for sent in bench.journal.transcript().callbacks] == ["0", "1", "2"]
    assert problems == []
