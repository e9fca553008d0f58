"""One noun of a `<Dial>` being rung: its child call, and how it went."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from ringback.call.call import Call, CallParts
from ringback.call.control import CallInfo, DialResult, DialTarget
from ringback.call.exchange import Exchange
from ringback.call.journal import CallOpened
from ringback.call.leg import Answered, HeaderPairs, LegEnd, MediaRefused, Ringing
from ringback.call.route import NotRoutable, Router
from ringback.model.call_status import CallStatus, Direction, status_of_sip_response
from ringback.model.sid import new_call_sid

DialStatus = Literal["completed", "answered", "busy", "no-answer", "failed", "canceled"]


class Attempt:
    """Rings one target. `failure` is set when it could not even be tried."""

    def __init__(self, target: DialTarget, *, parent: Call, parts: CallParts) -> None:
        self.target = target
        self.child: Call | None = None
        self.failure: NotRoutable | None = None
        self.answer_headers: HeaderPairs = ()
        self.answered_at: float | None = None
        self._parent = parent
        self._parts = parts
        self._cancelled_as: CallStatus | None = None

    @property
    def is_up(self) -> bool:
        return self.child is not None and self.child.is_answered

    def start(self, exchange: Exchange, router: Router, caller_id: str | None) -> None:
        """Send the INVITE; a target that cannot be routed fails at once."""
        parent = self._parent.info
        info = CallInfo(
            call_sid=new_call_sid(),
            account_sid=parent.account_sid,
            from_=caller_id or parent.from_,
            to=self.target.address,
            direction=Direction.OUTBOUND_DIAL,
            parent_call_sid=parent.call_sid,
        )
        try:
            route = router.route(self.target, parent=parent, child=info, caller_id=caller_id)
            leg = exchange.place(route.invitation, near=self._parent.leg)
        except NotRoutable as problem:
            self.failure = problem
            return
        except MediaRefused as problem:
            self.failure = NotRoutable(problem.code, problem.message, sip_status=problem.status)
            return
        info = replace(info, from_=route.from_, to=route.to)
        self._parts.journal.call_opened(
            CallOpened(
                info=info,
                status=CallStatus.INITIATED,
                sip_call_id=leg.session.call_id,
                status_events=self.target.status,
            )
        )
        self.child = Call(info=info, leg=leg, parts=self._parts)

    async def answered(self, on_ringing: Callable[["Attempt", Ringing], None]) -> bool:
        """Wait until the target answers (True) or it is clear that it will not (False)."""
        if self.child is None:
            return False
        leg = self.child.leg
        rang = False
        while not leg.ended.done() or not leg.progress.empty():
            step = asyncio.ensure_future(leg.progress.get())
            either: set[asyncio.Future[Any]] = {step, leg.ended}
            try:
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                if not step.done():
                    break
                progress = step.result()
            finally:
                step.cancel()
            if isinstance(progress, Answered):
                self.answer_headers = progress.headers
                self.answered_at = self._parts.clock.now()
                self.child.mark_answered()
                return not leg.has_ended
            if not rang:
                rang = True
                self._parts.journal.call_progressed(self.child.info, CallStatus.RINGING)
            on_ringing(self, progress)
        return False

    def cancel(self, status: CallStatus) -> None:
        """Give up; a leg that has not answered ends with `status`, one that has is hung up as completed."""
        if self.child is None or self.child.has_ended:
            return
        if not self.child.is_answered:
            self._cancelled_as = status
            self.child.end_as(status, sip_response_code=487)
        self.child.leg.hang_up()

    def result(self, *, bridged: bool, caller_hung_up: bool = False) -> DialResult:
        """What `<Dial action>` is told of this attempt (twiml.md 7.3, 8.2)."""
        if self.child is None:
            failure = self.failure or NotRoutable(13243, "nothing was dialled")
            return DialResult(
                status="failed",
                sip_response_code=failure.sip_status,
                caller_hung_up=caller_hung_up,
                error_code=failure.code,
                error_message=failure.message,
            )
        end = self.child.leg.ended.result() if self.child.leg.ended.done() else None
        return DialResult(
            status=self._status(end),
            call_sid=self.child.info.call_sid,
            duration_seconds=self._duration_seconds(),
            bridged=bridged,
            sip_call_id=self.child.leg.session.call_id,
            sip_response_code=self._sip_status(end),
            sip_headers=dict(end.headers if end and end.headers else self.answer_headers),
            caller_hung_up=caller_hung_up,
        )

    def _status(self, end: LegEnd | None) -> DialStatus:
        if self.answered_at is not None:
            return "completed"
        status = self._cancelled_as
        if status is None and end is not None and end.status is not None:
            status = status_of_sip_response(end.status)
        match status:
            case CallStatus.BUSY:
                return "busy"
            case CallStatus.NO_ANSWER:
                return "no-answer"
            case CallStatus.CANCELED:
                return "canceled"
            case _:
                return "failed"

    def _sip_status(self, end: LegEnd | None) -> int | None:
        if self.answered_at is not None:
            return 200
        if self._cancelled_as is not None:
            return 487
        return end.status if end is not None else None

    def _duration_seconds(self) -> int:
        if self.answered_at is None:
            return 0
        return round(self._parts.clock.now() - self.answered_at)
