"""Calls that wait in a queue, and who takes them out: bridged, moved, cancelled, failed."""

import asyncio

from ringback.call.call import Call
from ringback.call.control import (
    CallControl,
    DialRecording,
)
from ringback.call.queue_request import DialQueueRequest, DialQueueResult, EnqueueRequest, EnqueueResult
from tests.unit.call.conftest import ACCOUNT, Bench
from tests.unit.call.team import begun


async def queued(bench: Bench, name: str = "support") -> "tuple[Call, asyncio.Task[EnqueueResult]]":
    _, call = await bench.answered()
    return call, await begun(bench, call.enqueue(EnqueueRequest(name=name)))


async def agent(bench: Bench, request: DialQueueRequest) -> "tuple[Call, asyncio.Task[DialQueueResult]]":
    _, call = await bench.answered()
    return call, await begun(bench, call.dial_queue(request))


async def test_a_queued_call_is_bridged_with_who_takes_it_out(bench: Bench) -> None:
    waiting, left = await queued(bench)
    await bench.wait(9)
    anna, dialled = await agent(
        bench, DialQueueRequest(name="support", record=DialRecording(from_ringing=False, dual=False))
    )
    assert bench.audio(anna).partner is bench.audio(waiting)
    await bench.wait(5)
    waiting.leg.hang_up()
    result = await bench.run(dialled)
    assert (result.status, result.bridged, result.duration_seconds) == ("completed", True, 5)
    assert result.dequeued is not None
    assert result.dequeued.seconds == 9
    assert result.recording is not None
    assert result.recording.seconds == 5
    assert (await bench.run(left)).result == "bridged"


async def test_a_bridged_call_that_is_moved_away_parts_from_the_agent(bench: Bench) -> None:
    waiting, left = await queued(bench)
    anna, dialled = await agent(bench, DialQueueRequest(name="support"))
    waiting.move()
    assert (await bench.run(left)).result == "redirected-from-bridged"
    assert (await bench.run(dialled)).bridged
    assert bench.audio(anna).partner is None
    assert not waiting.has_finished


async def test_a_waiting_call_that_is_moved_away_leaves_the_queue(bench: Bench) -> None:
    waiting, left = await queued(bench)
    waiting.move()
    assert (await bench.run(left)).result == "redirected"
    queue = bench.gatherings.queues.find(ACCOUNT, "support")
    assert queue is not None
    assert len(queue) == 0


async def test_a_call_that_is_over_before_it_is_queued_is_a_system_error(bench: Bench) -> None:
    _, call = await bench.answered()
    call.leg.hang_up()
    result = await bench.run(call.enqueue(EnqueueRequest(name="support")))
    assert (result.result, result.queue_sid) == ("system-error", None)


async def test_a_wait_that_is_cancelled_leaves_nobody_in_the_queue(bench: Bench) -> None:
    _, left = await queued(bench)
    left.cancel()
    await bench.wait(0.1)
    queue = bench.gatherings.queues.find(ACCOUNT, "support")
    assert queue is not None
    assert len(queue) == 0


async def test_an_agent_who_is_cancelled_while_talking_frees_the_customer(bench: Bench) -> None:
    waiting, left = await queued(bench)
    _, dialled = await agent(bench, DialQueueRequest(name="support"))
    dialled.cancel()
    await bench.wait(0.1)
    assert (await bench.run(left)).result == "bridged"
    assert bench.audio(waiting).partner is None


async def test_a_document_that_fails_by_our_fault_is_a_system_error_and_is_logged(bench: Bench) -> None:
    async def wait(call: CallControl, facts: object) -> str:
        raise RuntimeError("broken")

    _, call = await bench.answered()
    result = await bench.run(call.enqueue(EnqueueRequest(name="support", wait=wait)))  # type: ignore[arg-type]
    assert result.result == "system-error"
