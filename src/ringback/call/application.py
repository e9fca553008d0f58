"""`<Dial><Application>`: a child call without a phone of its own, run on the leg of its parent (twiml.md 8.6).

The child has its own CallSid, status and callbacks; the audio and the keys are the parent's. Its end leaves the parent
as it is, and the end of the parent ends both.
"""

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any, Literal, Protocol

from ringback.call.application_request import ApplicationRequest
from ringback.call.attempt import DIAL_STATUSES
from ringback.call.call import Call
from ringback.call.control import CallControl, CallEnded, CallInfo, DialResult, DigitStream
from ringback.call.journal import CallOpened
from ringback.call.leg_event import LegEnd
from ringback.call.leg_recording import LegRecording
from ringback.call.live_call import EndStatus
from ringback.clock import Clock, wait_for
from ringback.model.call_status import CallStatus, Direction
from ringback.model.sid import CallSid, new_call_sid

OpenKeys = AbstractAsyncContextManager[DigitStream]

REJECTIONS = {"busy": CallStatus.BUSY, "rejected": CallStatus.NO_ANSWER}


class ApplicationChild(CallControl, Protocol):
    """The child call, and what tells that its document has answered it."""

    @property
    def was_answered(self) -> asyncio.Event: ...


def child_info(parent: CallInfo, request: ApplicationRequest, call_sid: CallSid) -> CallInfo:
    """It is dialled by the parent; of SIP there is nothing to tell."""
    return CallInfo(
        call_sid=call_sid,
        account_sid=parent.account_sid,
        from_=request.from_,
        to=request.to,
        direction=Direction.OUTBOUND_DIAL,
        parent_call_sid=parent.call_sid,
        caller_name=parent.caller_name,
    )


async def hold_application(
    child: ApplicationChild, request: ApplicationRequest, clock: Clock, keys: Callable[[], OpenKeys]
) -> None:
    """Run the documents until they are over, the time is, or the caller presses `*` (DI-04, DI-07, DI-09).

    `keys` opens those of the parent, since the child may be moved from one document to another meanwhile. When the
    caller hangs up, the documents still send the requests that they owe (A-02).
    """
    work = asyncio.ensure_future(request.run(child))
    others = [asyncio.ensure_future(_time_is_over(child, request, clock))]
    if request.hangup_on_star:
        others.append(asyncio.ensure_future(_star(child, keys)))
    try:
        await asyncio.wait({work, *others}, return_when=asyncio.FIRST_COMPLETED)
        if child.has_ended:
            await asyncio.wait({work})
    finally:
        for task in (work, *others):
            task.cancel()
        await asyncio.gather(work, *others, return_exceptions=True)
    if not work.cancelled():
        work.result()


def dial_result(child: CallControl, *, seconds: float, caller_hung_up: bool) -> DialResult:
    """What the `action` is told: an application that answered is completed, whatever ended it (7.4)."""
    answered = child.is_answered
    return DialResult(
        status="completed" if answered else DIAL_STATUSES.get(child.status, "failed"),
        call_sid=child.info.call_sid,
        duration_seconds=round(seconds) if answered else 0,
        bridged=answered,
        caller_hung_up=caller_hung_up,
    )


class ApplicationCall(Call):
    """Implements `ApplicationChild` on the leg of the parent. It ends alone; it never hangs the leg up."""

    def __init__(self, *, info: CallInfo, parent: Call) -> None:
        self.was_answered = asyncio.Event()
        self.on_answered: Callable[[], None] = lambda: None
        self._parent = parent
        self._is_over = False
        self._ended_alone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        on_refer, on_message = parent.leg.on_refer, parent.leg.on_message
        super().__init__(info=info, leg=parent.leg, parts=parent.parts)
        parent.leg.on_refer, parent.leg.on_message = on_refer, on_message

    @property
    def is_answered(self) -> bool:
        return self.was_answered.is_set()

    @property
    def has_ended(self) -> bool:
        return self.has_finished or self.is_moved

    @property
    def is_moved(self) -> bool:
        return super().is_moved or (not self._is_over and self._parent.is_moved)

    @property
    def has_finished(self) -> bool:
        return self._is_over or self.leg.has_ended

    @property
    def ends(self) -> "tuple[asyncio.Future[Any], ...]":
        """The parent that is moved takes its application off the leg."""
        return (*super().ends, self._ended_alone, self._parent.moved)

    async def answer(self) -> None:
        """The first verb that answers answers both, the parent where it still rings (DI-03)."""
        self._require_up()
        if self.is_answered:
            return
        await self._parent.answer()
        self.was_answered.set()
        self.mark_answered()
        self.on_answered()

    async def reject(self, reason: Literal["rejected", "busy"]) -> None:
        if not self.is_moved:
            self.end(CallStatus.COMPLETED if self.is_answered else REJECTIONS[reason])

    async def hang_up(self) -> None:
        if self.is_moved:
            return
        if not self.has_ended:
            with contextlib.suppress(CallEnded):
                await self.answer()
        self.end(CallStatus.COMPLETED)

    async def end_unanswered(self) -> None:
        if not self.is_moved:
            self.end(CallStatus.NO_ANSWER)

    def end(self, status: CallStatus) -> None:
        """The child is over, and the leg goes on without it; nothing if it is over already."""
        if not self.has_finished:
            self._is_over = True
            self._ended_alone.set_result(None)
            self.let_go(status)

    def terminate(self, status: EndStatus) -> None:
        """L-03, for the child alone."""
        if not self.is_answered:
            self.end(CallStatus.CANCELED)
        elif status == "completed":
            self.end(CallStatus.COMPLETED)

    def _final_status(self, end: LegEnd) -> CallStatus:
        """The caller hung up: on an application that never answered, too."""
        return CallStatus.COMPLETED if self.is_answered else CallStatus.CANCELED


async def dial_application(parent: Call, request: ApplicationRequest) -> DialResult:
    """Run one `<Dial><Application>` to its end, and tell the journal of its child call."""
    clock, journal = parent.parts.clock, parent.parts.journal
    info = child_info(parent.info, request, new_call_sid())
    journal.call_opened(
        CallOpened(info=info, status=CallStatus.INITIATED, sip_call_id=None, status_events=request.status)
    )
    child = ApplicationCall(info=info, parent=parent)
    parent.parts.register.enter(child)
    journal.call_progressed(info, child.status)
    recording: list[LegRecording] = []
    answered_at: list[float] = []

    def answered() -> None:
        answered_at.append(clock.now())
        if request.record is not None and not recording:
            recording.append(LegRecording(parent, request.record))

    child.on_answered = answered
    try:
        if request.record is not None and request.record.from_ringing and parent.is_answered:
            recording.append(LegRecording(parent, request.record))
        await hold_application(child, request, clock, parent.digits)
    finally:
        unanswered = CallStatus.CANCELED if parent.is_moved else CallStatus.NO_ANSWER
        child.end(CallStatus.COMPLETED if child.is_answered else unanswered)
        finished = await recording[0].finish() if recording else None
        await child.finish()
    seconds = clock.now() - answered_at[0] if answered_at else 0.0
    result = dial_result(child, seconds=seconds, caller_hung_up=parent.has_ended)
    return replace(result, recording=finished)


async def _time_is_over(child: ApplicationChild, request: ApplicationRequest, clock: Clock) -> None:
    try:
        await wait_for(clock, child.was_answered.wait(), request.timeout_seconds)
    except TimeoutError:
        return
    await clock.sleep(request.time_limit_seconds)


async def _star(child: ApplicationChild, open_keys: Callable[[], OpenKeys]) -> None:
    """Returns when the caller presses `*`, and when the call ends."""
    await child.was_answered.wait()
    with contextlib.suppress(CallEnded):
        async with open_keys() as keys:
            while await keys.next() != "*":
                pass
