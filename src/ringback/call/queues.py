"""The queues of a server: calls wait in them (`<Enqueue>`) until another call takes them out (`<Dial><Queue>`)."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Generic

import structlog

from ringback.call.control import CallEnded, RecordResult
from ringback.call.line import Line, Member
from ringback.call.queue import Queue, QueueFull
from ringback.call.queue_book import QueueBook
from ringback.call.queue_request import (
    DequeuedFacts,
    DialQueueRequest,
    DialQueueResult,
    EnqueueRequest,
    EnqueueResult,
    QueueResult,
)
from ringback.call.room_audio import C
from ringback.clock import Clock
from ringback.model.sid import AccountSid

logger = structlog.get_logger(__name__)

# Joins the call that dialled (first) with the queued one until one of them ends it; gives the recording, if any.
# Cancelled, it parts them, and what it recorded stays.
Bridge = Callable[[C, C, DialQueueRequest], Awaitable[RecordResult | None]]


class Queues(Generic[C]):
    """What happens in the queues of `book`."""

    def __init__(self, *, bridge: "Bridge[C]", clock: Clock, book: QueueBook[C] | None = None) -> None:
        self._bridge = bridge
        self._clock = clock
        self.book = book if book is not None else QueueBook[C](clock=clock)

    def find(self, account_sid: AccountSid, name: str) -> Queue | None:
        line = self.book.find(account_sid, name)
        return line.queue if line is not None else None

    async def enqueue(self, call: C, request: EnqueueRequest) -> EnqueueResult:
        """Wait in the queue and, if taken out of it, talk; returns when the call is free again, or over."""
        if call.has_ended:
            return EnqueueResult(result="system-error")
        line = self.book.open(call.info.account_sid, request.name)
        member = Member(call, self._clock.now(), self._clock.utc_now())
        try:
            line.join(member, max_size=request.max_size)
        except QueueFull as full:
            return EnqueueResult(result="queue-full", message=str(full))
        finally:
            self.book.sized(line)
        try:
            result = await self._wait(line, member, request)
        finally:
            line.leave(member)
            member.finish("system-error")
        return EnqueueResult(result=result, queue_sid=line.queue.sid, seconds=member.seconds(self._clock.now()))

    async def dial(self, call: C, request: DialQueueRequest) -> DialQueueResult:
        """Q-01, Q-02: take out the first call, or wait for one, and talk to it."""
        line = self.book.find(call.info.account_sid, request.name)
        if line is None:
            return DialQueueResult(status="failed", message=f"there is no queue {request.name!r}")
        deadline = self._clock.now() + request.timeout_seconds
        while (member := await self._next(line, call, deadline)) is not None:
            result = await self._serve(line, call, member, request)
            if result is not None:
                return result
        return DialQueueResult(status="no-answer", queue_sid=line.queue.sid, caller_hung_up=call.has_ended)

    # -- the queued side --------------------------------------------------------------------------------------------

    async def _wait(self, line: Line[C], member: Member[C], request: EnqueueRequest) -> QueueResult:
        over = asyncio.ensure_future(member.call.wait_over())
        if request.wait is not None and member.state == "waiting":
            member.listening = asyncio.ensure_future(self._listen(line, member, request))
        listening: asyncio.Task[QueueResult] | None = member.listening
        waits: list[asyncio.Future[Any]] = [member.out, over]
        if listening is not None:
            waits.append(listening)
        try:
            while True:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                if member.call.is_moved:
                    return _moved_from(member)
                if member.call.has_ended:
                    return await member.out if member.state == "bridged" else "hangup"
                if member.out.done():
                    return member.out.result()
                if listening is not None and listening.done():
                    if not listening.cancelled():
                        return listening.result()
                    waits.remove(listening)  # taken out of the queue: what follows decides
                    listening = None
        finally:
            await _stop(over, *([member.listening] if member.listening is not None else []))

    async def _listen(self, line: Line[C], member: Member[C], request: EnqueueRequest) -> QueueResult:
        """E-01 to E-03."""
        assert request.wait is not None
        try:
            return await request.wait(member.call, lambda: line.queue.facts(member.call_sid, self._clock.now()))
        except CallEnded:
            return "hangup"
        except Exception:
            logger.exception("a queued call's document failed", call_sid=member.call_sid)
            return "system-error"

    # -- the side that takes calls out --------------------------------------------------------------------------------

    async def _next(self, line: Line[C], call: C, deadline: float) -> Member[C] | None:
        """The first call of the queue; None when the time is over or this call is."""
        taker = line.ask()
        timer = asyncio.ensure_future(self._clock.sleep(deadline - self._clock.now()))
        over = asyncio.ensure_future(call.wait_over())
        member: Member[C] | None = None
        try:
            ends: list[asyncio.Future[Any]] = [taker, timer, over]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if taker.done() and not call.has_ended:
                member = taker.result()
                member.take(self._clock.now())
            return member
        finally:
            if member is None:
                line.give_back(taker)
            await _stop(timer, over)

    async def _serve(
        self, line: Line[C], call: C, member: Member[C], request: DialQueueRequest
    ) -> DialQueueResult | None:
        """Announce and bridge. None: the queued call hung up first, so that the next one can be taken."""
        dequeued = DequeuedFacts(
            queue_sid=line.queue.sid,
            call_sid=member.call_sid,
            seconds=member.seconds(self._clock.now()),
            dequeuing_call_sid=call.info.call_sid,
        )
        try:
            if request.announce is not None:
                await self._announce(call, member, request.announce(member.call, dequeued))
            if member.call.has_ended or member.out.done():
                return None
            if call.has_ended:
                return DialQueueResult(
                    status="no-answer", queue_sid=line.queue.sid, dequeued=dequeued, caller_hung_up=True
                )
            member.state = "bridged"
            began = self._clock.now()
            recording = await self._talk(member, self._bridge(call, member.call, request))
            return DialQueueResult(
                status="completed",
                queue_sid=line.queue.sid,
                dequeued=dequeued,
                bridged=True,
                duration_seconds=round(self._clock.now() - began),
                caller_hung_up=call.has_ended,
                recording=recording,
            )
        finally:
            if member.call.is_moved:
                member.finish(_moved_from(member))
            member.finish("bridged" if member.state == "bridged" else "bridging-in-process")

    async def _announce(self, call: C, member: Member[C], document: Awaitable[None]) -> None:
        """Run it on the queued call, no longer than both calls are there and the queued one was not moved away."""
        work = asyncio.ensure_future(document)
        overs = [asyncio.ensure_future(call.wait_over()), asyncio.ensure_future(member.call.wait_over())]
        ends: list[asyncio.Future[Any]] = [work, member.out, *overs]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                with contextlib.suppress(CallEnded):
                    work.result()
        finally:
            await _stop(work, *overs)

    async def _talk(self, member: Member[C], bridge: Awaitable[RecordResult | None]) -> RecordResult | None:
        """Until the bridge ends by itself, or the queued call is moved away."""
        work = asyncio.ensure_future(bridge)
        ends: list[asyncio.Future[Any]] = [work, member.out]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            return work.result() if work.done() else None
        finally:
            await _stop(work)


def _moved_from(member: "Member[C]") -> QueueResult:
    return "redirected-from-bridged" if member.state == "bridged" else "redirected"


async def _stop(*tasks: "asyncio.Future[Any]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
