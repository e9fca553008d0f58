"""A call that no call of ours dials: queued, rung, answered, given up (rest-api.md 9.2; twiml.md L-03)."""

import asyncio

import pytest

from ringback.call.call import Call
from ringback.call.control import CallInfo, DialTarget, StatusEvents
from ringback.call.live_call import LiveCall
from ringback.call.outbound import OutboundCall
from ringback.call.route import Caller
from ringback.model.call_status import CallStatus, Direction
from ringback.model.sid import new_call_sid
from tests.unit.call.conftest import ACCOUNT, Bench, MemoryRouter, Phone

EVENTS = StatusEvents(url="http://app.example/status")


class Placed:
    """One call to bob."""

    def __init__(self, bench: Bench, *, kind: str = "sip") -> None:
        self.bench = bench
        self.bob = bench.phone("bob")
        self.withdrawn = 0
        info = CallInfo(
            call_sid=new_call_sid(),
            account_sid=ACCOUNT,
            from_="+15550001111",
            to=self.bob.uri,
            direction=Direction.OUTBOUND_API,
        )
        self.call = OutboundCall(
            info=info,
            target=DialTarget(kind=kind, address=self.bob.uri, status=EVENTS),  # type: ignore[arg-type]
            caller=Caller(shown="+15550001111"),
            parts=bench.parts,
            on_withdrawn=self._withdraw,
        )

    def _withdraw(self) -> None:
        self.withdrawn += 1

    async def ring(self, timeout_seconds: float = 65) -> "asyncio.Task[Call | None]":
        """Until bob has it."""
        task = asyncio.ensure_future(
            self.call.ring(self.bench.exchange, MemoryRouter(), timeout_seconds=timeout_seconds)
        )
        await self.bench.wait(0.1)
        return task

    @property
    def live(self) -> LiveCall:
        """What is found under the call's SID."""
        return self.bench.register.calls[self.call.info.call_sid]

    @property
    def statuses(self) -> list[str]:
        return [status.value for _, status in self.bench.journal.progressed]


@pytest.fixture
def placed(bench: Bench) -> Placed:
    return Placed(bench)


async def test_a_queued_call_is_known_before_anything_is_sent(bench: Bench, placed: Placed) -> None:
    placed.call.queue(3000)
    (opened,) = bench.journal.opened
    assert (opened.status, opened.sip_call_id, opened.queue_ms) == (CallStatus.QUEUED, None, 3000)
    assert opened.status_events == EVENTS
    assert placed.live is placed.call
    assert (placed.call.status, placed.call.has_finished) == (CallStatus.QUEUED, False)
    assert (placed.call.call, placed.call.is_in_progress) == (None, False)
    assert bench.wire.to("bob") == []


async def test_it_rings_and_is_the_call_that_was_answered(bench: Bench, placed: Placed) -> None:
    placed.call.queue()
    task = await placed.ring()
    await bench.wait(2)
    call = await task
    assert call is not None
    assert call.info.call_sid == placed.call.info.call_sid
    assert (call.status, call.info.parent_call_sid) == (CallStatus.IN_PROGRESS, None)
    assert placed.statuses == ["initiated", "ringing", "in-progress"]
    assert placed.live is call
    assert len(bench.journal.opened) == 1


async def test_it_is_given_up_when_its_time_is_over(bench: Bench, placed: Placed) -> None:
    placed.bob.status = None
    placed.call.queue()
    task = await placed.ring(timeout_seconds=20)
    await bench.wait(21)
    assert await task is None
    assert bench.journal.ends == [("no-answer", 487)]
    assert "CANCEL" in bench.wire.to("bob")
    assert bench.journal.reports == []


async def test_a_refusal_is_the_end(bench: Bench, placed: Placed) -> None:
    placed.bob.status = 486
    placed.call.queue()
    task = await placed.ring()
    await bench.wait(2)
    assert await task is None
    assert bench.journal.ends == [("busy", 486)]


async def test_what_cannot_be_routed_is_dialled_and_has_failed(bench: Bench) -> None:
    placed = Placed(bench, kind="client")
    placed.call.queue()
    assert await (await placed.ring()) is None
    assert placed.statuses == ["initiated"]
    assert bench.journal.ends == [("failed", 404)]
    assert [code for code, _ in bench.journal.reports] == [32009]


@pytest.mark.parametrize("status", ["canceled", "completed"])
async def test_l_03_while_it_is_queued_it_is_withdrawn(bench: Bench, placed: Placed, status: str) -> None:
    placed.call.queue()
    placed.call.terminate(status)  # type: ignore[arg-type]
    placed.call.terminate("canceled")
    assert bench.journal.ends == [("canceled", None)]
    assert (placed.withdrawn, placed.call.has_finished) == (1, True)
    assert await (await placed.ring()) is None
    assert bench.wire.to("bob") == []


@pytest.mark.parametrize("status", ["canceled", "completed"])
async def test_l_03_while_it_rings_it_is_cancelled(bench: Bench, placed: Placed, status: str) -> None:
    placed.bob.status = None
    placed.call.queue()
    task = await placed.ring()
    placed.live.terminate(status)  # type: ignore[arg-type]
    assert await task is None
    assert bench.journal.ends == [("canceled", 487)]
    assert bench.journal.reports == []


async def test_who_answers_and_hangs_up_at_once_has_no_document(bench: Bench, placed: Placed) -> None:
    bob: Phone = placed.bob
    bob.ring_seconds = 0.5
    placed.call.queue()
    task = await placed.ring()
    await bench.wait(0.395)
    bob.answer(bob.leg)
    bob.hang_up()
    await bench.wait(1)
    await task
    assert bench.journal.ends == [("completed", 200)]
    assert bench.media.leg_count == 0


async def test_a_task_that_is_cancelled_cancels_the_call(bench: Bench, placed: Placed) -> None:
    placed.bob.status = None
    placed.call.queue()
    task = await placed.ring()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await bench.wait(1)
    assert bench.journal.ends == [("canceled", 487)]
    assert "CANCEL" in bench.wire.to("bob")


async def test_a_limit_that_was_set_while_it_was_queued_counts_from_the_answer(bench: Bench, placed: Placed) -> None:
    placed.call.queue()
    placed.call.limit(10)
    task = await placed.ring()
    await bench.wait(5)
    call = await task
    assert call is not None
    await bench.wait(5)
    assert not call.has_finished
    await bench.wait(2)
    assert bench.journal.ends == [("completed", 200)]


async def test_without_a_port_it_has_failed(bench: Bench, placed: Placed) -> None:
    bench.media.ports = 0
    placed.call.queue()
    assert await (await placed.ring()) is None
    assert [status for status, _ in bench.journal.ends] == ["failed"]
    assert [code for code, _ in bench.journal.reports] == [32013]


async def test_what_cannot_be_dialled_at_all_has_failed_with_the_reason(bench: Bench, placed: Placed) -> None:
    placed.call.queue()
    placed.call.give_up(10004, "10 calls are running, which is the limit")
    placed.call.give_up(10004, "again")
    assert bench.journal.ends == [("failed", None)]
    assert [code for code, _ in bench.journal.reports] == [10004]
    assert placed.call.status is CallStatus.FAILED
