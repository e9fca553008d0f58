"""One target being rung, a `<Dial>` noun or whom a REST call is for. All phones of a user are one call (RC-02)."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Literal

from ringback.call.call import Call, CallParts
from ringback.call.control import CallInfo, DialResult, DialTarget
from ringback.call.exchange import Exchange
from ringback.call.fork import best_end, first_answer, hang_up
from ringback.call.journal import CallOpened
from ringback.call.leg import Leg
from ringback.call.leg_event import HeaderPairs, LegEnd, MediaRefused, Ringing
from ringback.call.live_call import EndStatus
from ringback.call.machine_listening import detect
from ringback.call.phone_message import HeldMessages, Outcome, json_body
from ringback.call.route import Caller, InsideRoute, NotRoutable, Route, Router
from ringback.model.call_status import CallStatus, Direction, status_of_sip_response
from ringback.model.sid import new_call_sid
from ringback.webhooks.parameters import sip_parameters

DialStatus = Literal["completed", "answered", "busy", "no-answer", "failed", "canceled"]

NO_ANSWER_AT_ALL = 32011
NOT_REDIRECTED = 32219

DIAL_STATUSES: dict[CallStatus, DialStatus] = {
    CallStatus.BUSY: "busy",
    CallStatus.NO_ANSWER: "no-answer",
    CallStatus.CANCELED: "canceled",
}


class Attempt:
    """Rings one target. `child` is there once it answers; `failure` is set when it could not even be tried."""

    def __init__(
        self,
        target: DialTarget,
        *,
        info: CallInfo,
        caller: Caller,
        parts: CallParts,
        near: Leg | None = None,
        is_opened: bool = False,
        is_dial: bool = False,
    ) -> None:
        """`near` is the leg that this one will be joined with; `is_opened`: the journal knows the call already.

        What a `<Dial>` rings (`is_dial`) belongs to it from the answer on, until `cancel`.
        """
        self.target = target
        self.legs: list[Leg] = []
        self.child: Call | None = None
        self.failure: NotRoutable | None = None
        self.answer_headers: HeaderPairs = ()
        self.answered_at: float | None = None
        self.info = info
        self._detecting: asyncio.Task[None] | None = None  # ends with its leg
        self._caller = caller
        self._parts = parts
        self._near = near
        self._is_opened = is_opened
        self._is_dial = is_dial
        self._is_moved = False  # the child; it is not ours any more
        self._limit_seconds: float | None = None
        self._messages = HeldMessages()
        self._rang = False
        self._cancelled = False
        self._status: CallStatus | None = None  # the final one of a call that was never answered

    @classmethod
    def of_dial(cls, target: DialTarget, *, parent: Call, parts: CallParts, caller_id: str | None) -> "Attempt":
        """A noun of a `<Dial>`: a child of the call that dials, shown as that call's caller if not as another."""
        shown = caller_id or parent.info.from_
        info = CallInfo(
            call_sid=new_call_sid(),
            account_sid=parent.info.account_sid,
            from_=shown,
            to=target.address,
            direction=Direction.OUTBOUND_DIAL,
            parent_call_sid=parent.info.call_sid,
        )
        came_by = dict(parent.info.sip_parameters)
        caller = Caller(shown=shown, domain=came_by.get("SipDomain"), domain_sid=came_by.get("SipDomainSid"))
        return cls(target, info=info, caller=caller, parts=parts, near=parent.leg, is_dial=True)

    @property
    def is_up(self) -> bool:
        return self.child is not None and self.child.is_answered

    @property
    def is_ringing(self) -> bool:
        """Something was sent, and it has not come to an end."""
        return bool(self.legs) and self._status is None and self.child is None

    def start(self, exchange: Exchange, router: Router) -> None:
        """Send the INVITEs; a target that cannot be routed fails at once."""
        try:
            route = router.route(self.target, call=self.info, caller=self._caller)
            self.info = replace(self.info, to=route.to)
            self.legs = self._place(route, exchange)
        except NotRoutable as problem:
            self.failure = problem
        except MediaRefused as problem:
            self.failure = NotRoutable(problem.code, problem.message, sip_status=problem.status)
        for leg in self.legs:
            leg.on_message = partial(self._parts.hear_message, self.info)
        self._parts.register.enter(self)
        self._tell_dialled(self.legs[0].call_id if self.legs else None)
        if self.failure is not None:
            self._close(CallStatus.FAILED, self.failure.sip_status)

    def _tell_dialled(self, sip_call_id: str | None) -> None:
        if self._is_opened:
            self._parts.journal.call_dialled(self.info, sip_call_id)
            return
        self._parts.journal.call_opened(
            CallOpened(
                info=self.info,
                status=CallStatus.INITIATED,
                sip_call_id=sip_call_id,
                status_events=self.target.status,
            )
        )

    async def answered(self, on_ringing: Callable[["Attempt", Leg, Ringing], None]) -> bool:
        """Wait until the target answers (True) or it is clear that it will not (False)."""

        def ringing(leg: Leg, progress: Ringing) -> None:
            if not self._rang:
                self._rang = True
                self._parts.journal.call_progressed(self.info, CallStatus.RINGING)
            on_ringing(self, leg, progress)

        if not self.legs:
            return False
        won = await first_answer(self.legs, ringing)
        if won is None:
            if not self._cancelled:
                self._fail(self._end())
            return False
        leg, answer = won
        self.answer_headers = answer.headers
        self.answered_at = self._parts.clock.now()
        self.info = replace(self.info, sip_parameters=self._sip_parameters(leg))
        self.child = Call(info=self.info, leg=leg, parts=self._parts)
        self.child.mark_answered()
        if self._is_dial:
            self.child.hold()
        if self._limit_seconds is not None:
            self.child.limit(self._limit_seconds)
        self._parts.register.enter(self.child)
        self._messages.hand_over(leg.send_message)
        if self.target.detection is not None and not leg.has_ended:
            self._detecting = detect(leg.media, self.target.detection, self.info.call_sid)
        return not leg.has_ended

    def cancel(self, status: CallStatus) -> None:
        """Give up; a call that has not answered ends with `status`, one that has is hung up as completed."""
        if self.is_ringing:
            self._cancelled = True
            self._close(status, 487)
        self.hang_up()
        if self.child is not None:
            self.child.release()

    def hang_up(self) -> None:
        """All its legs, but not that of a call which was moved elsewhere: it goes on without us (L-04)."""
        if self.child is not None and self.child.is_moved:
            self._is_moved = True
        hang_up(leg for leg in self.legs if not (self._is_moved and self.child and leg is self.child.leg))

    # -- as a live call, until it is answered -------------------------------------------------------------------

    @property
    def status(self) -> CallStatus:
        return self._status or (CallStatus.RINGING if self._rang else CallStatus.INITIATED)

    @property
    def has_finished(self) -> bool:
        return self._status is not None

    @property
    def is_in_progress(self) -> bool:
        return False

    @property
    def call(self) -> None:
        return None

    def terminate(self, status: EndStatus) -> None:
        """L-03. The `<Dial>` that rings it goes on as after any other that was not answered."""
        self.cancel(CallStatus.CANCELED)

    def limit(self, seconds: float) -> None:
        self._limit_seconds = seconds

    def send_message(self, content: str, outcome: Outcome) -> None:
        self._messages.hold(json_body(content), outcome)

    # -- how it went --------------------------------------------------------------------------------------------

    def result(self, *, bridged: bool, caller_hung_up: bool = False, transferred: bool = False) -> DialResult:
        """What `<Dial action>` is told of this attempt (twiml.md 7.3, 8.2)."""
        end = self._end()
        return DialResult(
            status=self._dial_status(),
            call_sid=self.info.call_sid,
            duration_seconds=None if self._is_moved else self._duration_seconds(),
            bridged=bridged,
            sip_call_id=self._reported_leg().call_id if self.legs else None,
            sip_response_code=self._sip_status(end),
            sip_headers=dict(end.headers if end and end.headers else self.answer_headers),
            caller_hung_up=caller_hung_up,
            transferred=transferred,
            error_code=self.failure.code if self.failure else None,
            error_message=self.failure.message if self.failure else None,
        )

    def _place(self, route: Route | InsideRoute, exchange: Exchange) -> list[Leg]:
        """One leg for each phone; where there is no room for all of them, those that there is room for."""
        legs: list[Leg] = []
        for invitation in route.invitations:
            try:
                legs.append(exchange.place(invitation, near=self._near))
            except MediaRefused:
                if not legs:
                    raise
        return legs

    def _fail(self, end: LegEnd | None) -> None:
        """The status is what the far end said; one that said nothing at all has failed (sip.md section 6, S-04)."""
        status = end.status if end is not None else None
        if end is None or status is None or end.by == "failure":
            code = (end.code if end is not None else None) or NO_ANSWER_AT_ALL
            self._parts.journal.report(self.info, code, f"{self.info.to}: {end.reason if end else ''}")
            self._close(CallStatus.FAILED, status)
        else:
            if 300 <= status < 400:
                message = f"{self.info.to}: {status} {end.reason}; calls are not sent elsewhere by whom they are for"
                self._parts.journal.report(self.info, NOT_REDIRECTED, message)
            self._close(status_of_sip_response(status), status)

    def _close(self, status: CallStatus, sip_status: int | None) -> None:
        """The end of a call that was never answered; an answered one tells of its end itself."""
        if self._status is None and self.child is None:
            self._status = status
            self._parts.journal.call_ended(self.info, status, sip_status)
            self._messages.close()

    def _reported_leg(self) -> Leg:
        if self.child is not None:
            return self.child.leg
        end = self._end()
        return next((leg for leg in self.legs if leg.ended.done() and leg.ended.result() is end), self.legs[0])

    def _end(self) -> LegEnd | None:
        if self.child is not None:
            return self.child.leg.ended.result() if self.child.leg.ended.done() else None
        return best_end([leg.ended.result() for leg in self.legs if leg.ended.done()])

    def _dial_status(self) -> DialStatus:
        if self.answered_at is not None:
            return "completed"
        return DIAL_STATUSES.get(self._status or CallStatus.FAILED, "failed")

    def _sip_status(self, end: LegEnd | None) -> int | None:
        if self.failure is not None:
            return self.failure.sip_status
        if self.answered_at is not None:
            return 200
        if self._cancelled:
            return 487
        return end.status if end is not None else None

    def _sip_parameters(self, leg: Leg) -> tuple[tuple[str, str], ...]:
        """What the screening of a SIP leg is told of it, the X- headers of its 200 among it (8.2, OU-20)."""
        if self.target.kind != "sip":
            return ()
        flow = leg.session.flow
        return sip_parameters(
            domain=self._caller.domain,
            domain_sid=self._caller.domain_sid,
            username=None,
            call_id=leg.session.call_id,
            source_ip=flow.remote_address if flow is not None else None,
            headers=self.answer_headers,
        )

    def _duration_seconds(self) -> int:
        if self.answered_at is None:
            return 0
        return round(self._parts.clock.now() - self.answered_at)
