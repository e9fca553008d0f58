"""The callbacks of one call on their way to the server's delivery."""

from ringback.interpreter.callbacks import DeliveredCallbacks
from ringback.model.record import CallbackState
from ringback.testing.app_transport import AppTransport
from ringback.testing.call_run import ACCOUNT
from ringback.webhooks.client import AppClient
from ringback.webhooks.delivery import CallbackProblem, Delivery
from ringback.webhooks.outbox import CallbackBook
from tests.unit.interpreter.conftest import BASE, Bench
from tests.unit.services.conftest import MemoryOutbox


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


async def test_what_is_held_is_sent_or_withdrawn_under_its_sid(bench: Bench) -> None:
    outbox = MemoryOutbox()
    transport = AppTransport(answers={"/cb": ""}, journal=bench.journal, clock=bench.clock, is_callback=True)
    book = CallbackBook(outbox, bench.clock, ACCOUNT.sid, next_sequence=lambda: 1)
    delivery = Delivery(AppClient(transport, bench.clock, ACCOUNT), bench.clock, lambda problem: None, book=book)
    callbacks = DeliveredCallbacks(delivery=delivery, call_sid=bench.call.info.call_sid)
    kept, unsaid = "CB" + "1" * 32, "CB" + "2" * 32
    for sid in (kept, unsaid):
        callbacks.hold(f"{BASE}/cb", "GET", (("n", "held"),), sid=sid)
    assert {record.state for record in outbox.records.values()} == {CallbackState.HELD}
    token = outbox.records[kept].token
    callbacks.withdraw(f"{BASE}/cb", "GET", (("n", "held"),), sid=unsaid)
    callbacks.send(f"{BASE}/cb", "GET", (("n", "sent"),), sid=kept)
    await bench.clock.run(delivery.close(10))
    assert [sent.parameters["n"] for sent in bench.journal.transcript().callbacks] == ["sent"]
    assert (outbox.records[kept].state, outbox.records[kept].token) == (CallbackState.SENT, token)
    assert outbox.records[unsaid].finished_at is not None
