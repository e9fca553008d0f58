"""`<Dial>` in virtual time: phones that pick up, refuse or ring for ever; a bridge is a stretch of time."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ringback.call.control import (
    CallEnded,
    CallInfo,
    DialRecording,
    DialRequest,
    DialResult,
    DialTarget,
    RecordingStarted,
    RecordResult,
    StatusEvents,
)
from ringback.call.machine_detection import Answerer
from ringback.clock import Clock
from ringback.interpreter.run import Callbacks
from ringback.interpreter.source import facts_of_call
from ringback.model.call_status import CallStatus, Direction
from ringback.model.sid import CallSid
from ringback.testing.performance import Performance
from ringback.testing.phone import NOBODY, DialStatus, Phone
from ringback.testing.transcript import Dialled
from ringback.testing.virtual_call import VirtualCall
from ringback.testing.virtual_recording import RecordingRoom
from ringback.testing.virtual_transfer import VirtualTransfer
from ringback.webhooks.callback_parameters import Completion, StatusEvent, status_callback_parameters
from ringback.webhooks.parameters import sip_parameters

SECONDS_TO_DETECT = 2.0


@dataclass(slots=True, kw_only=True)
class LegStatus:
    """Sends the status callbacks of one dialled leg (twiml.md 8.9): those events that its noun asked for."""

    info: CallInfo
    events: StatusEvents | None
    callbacks: Callbacks
    clock: Clock
    sent: int = 0

    def tell(self, event: StatusEvent, status: CallStatus, completion: Completion | None = None) -> None:
        if self.events is None or event not in self.events.events:
            return
        parameters = status_callback_parameters(
            facts_of_call(self.info, status),
            event,
            timestamp=self.clock.utc_now(),
            sequence_number=self.sent,
            completion=completion,
        )
        self.sent += 1
        self.callbacks.send(self.events.url, self.events.method, parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One target, the phone that stands there, and the leg that rings it."""

    target: DialTarget
    phone: Phone
    info: CallInfo
    status: LegStatus

    @property
    def sip_call_id(self) -> str | None:
        return f"{self.info.call_sid[-8:]}@virtual" if self.target.kind == "sip" else None


@dataclass(slots=True)
class AnsweredLeg:
    """A leg from its answer on; its end is told once."""

    attempt: Attempt
    answered_at: float
    _seconds: int | None = None

    @property
    def info(self) -> CallInfo:
        """With what the screening of a SIP leg is told of it (twiml.md 8.2)."""
        if self.attempt.sip_call_id is None:
            return self.attempt.info
        parameters = sip_parameters(
            domain=None,
            domain_sid=None,
            username=None,
            call_id=self.attempt.sip_call_id,
            source_ip=None,
            headers=self.attempt.phone.headers.items(),
        )
        return replace(self.attempt.info, sip_parameters=parameters)

    def end(self, now: float) -> int:
        """The leg is over, now or before; its whole seconds."""
        if self._seconds is None:
            self._seconds = round(now - self.answered_at)
            completion = Completion(seconds=self._seconds, sip_response_code=200)
            self.attempt.status.tell("completed", CallStatus.COMPLETED, completion)
        return self._seconds


class Exchange:
    """Connects the dials of one test to its phones, which are known by number, by SIP URI without
    parameters, or as `client:identity`."""

    def __init__(
        self,
        phones: Mapping[str, Phone],
        recordings: RecordingRoom,
        callbacks: Callbacks,
        numbers: Iterator[int] | None = None,
    ) -> None:
        self._phones = {_plain(address): phone for address, phone in phones.items()}
        self._numbers = numbers or itertools.count(2)
        self.recordings = recordings
        self.callbacks = callbacks

    async def dial(
        self, parent: VirtualCall, request: DialRequest, *, instead: Callable[[], None] | None = None
    ) -> DialResult:
        """Run one `<Dial>` to its end and write it down."""
        result = await VirtualDial(self, parent, request, instead=instead).run()
        parent.world.journal.add(
            Dialled(
                at=parent.world.elapsed(),
                addresses=tuple(target.address for target in request.targets),
                status=result.status,
                is_bridged=result.bridged,
                seconds=result.duration_seconds or 0,
            )
        )
        return result

    def attempt(self, target: DialTarget, parent: VirtualCall, caller_id: str | None) -> Attempt:
        address = f"client:{target.address}" if target.kind == "client" else target.address
        info = CallInfo(
            call_sid=CallSid(f"CA{next(self._numbers):032x}"),
            account_sid=parent.info.account_sid,
            from_=caller_id or parent.info.from_,
            to=address,
            direction=Direction.OUTBOUND_DIAL,
            parent_call_sid=parent.info.call_sid,
        )
        phone = self._phones.get(_plain(address), NOBODY)
        status = LegStatus(info=info, events=target.status, callbacks=self.callbacks, clock=parent.world.clock)
        return Attempt(target=target, phone=phone, info=info, status=status)


class DialRecorder:
    """`<Dial record>`: from ringing, if the caller was answered by then, or from the answer (DI-20)."""

    def __init__(self, parent: VirtualCall, recordings: RecordingRoom) -> None:
        self._parent = parent
        self._recordings = recordings
        self._running: tuple[RecordingStarted, float, DialRecording] | None = None

    def begin(self, wanted: DialRecording) -> None:
        """Nothing if it has begun."""
        if self._running is None:
            started = replace(self._recordings.open(self._parent), channels=2 if wanted.dual else 1)
            self._running = (started, self._parent.world.elapsed(), wanted)
            if wanted.on_started is not None:
                wanted.on_started(started)

    def end(self) -> RecordResult | None:
        if self._running is None:
            return None
        started, began, wanted = self._running
        ended_by = "hangup" if self._parent.has_ended else "dial-ended"
        # Both sides are recorded, and the other one is taken to talk all the time: there is nothing to trim.
        result = self._recordings.close(self._parent, started, began=began, ended_by=ended_by, trim=False)
        result = replace(result, channels=started.channels)
        if wanted.on_ended is not None:
            wanted.on_ended(result)
        return result


class VirtualDial:
    """One `<Dial>` under way. `instead` ends the talk that goes on while this one rings (RF-07)."""

    def __init__(
        self,
        exchange: Exchange,
        parent: VirtualCall,
        request: DialRequest,
        *,
        instead: Callable[[], None] | None = None,
    ) -> None:
        self._instead = instead
        self._exchange = exchange
        self._parent = parent
        self._request = request
        self._recorder = DialRecorder(parent, exchange.recordings)

    async def run(self) -> DialResult:
        if self._request.record is not None and self._request.record.from_ringing and self._parent.is_answered:
            self._recorder.begin(self._request.record)
        result = await self._ring_all()
        return replace(result, recording=self._recorder.end())

    async def _ring_all(self) -> DialResult:
        """DI-11, DI-12."""
        targets, parent = self._request.targets, self._parent
        groups = [[target] for target in targets] if self._request.sequential else [list(targets)]
        result = DialResult(status="failed")
        for group in groups:
            attempts = [self._exchange.attempt(target, parent, self._request.caller_id) for target in group]
            began = parent.world.elapsed()
            winner = await _ring(parent, attempts, self._request.timeout_seconds)
            rang_seconds = parent.world.elapsed() - began
            for attempt in attempts:
                if attempt is not winner:
                    result = _unanswered(attempt, parent, rang_seconds, someone_else_won=winner is not None)
            if winner is not None:
                return await self._connect(winner)
            if parent.has_ended:
                break
        return result

    async def _connect(self, winner: Attempt) -> DialResult:
        """DI-03, N-01, SC-01: send digits, screen, answer the caller, then talk."""
        parent = self._parent
        leg = AnsweredLeg(winner, answered_at=parent.world.elapsed())
        child = VirtualCall(info=leg.info, world=parent.world, is_answered=True)
        bridged = transferred = False
        winner.status.tell("answered", CallStatus.IN_PROGRESS)
        _detect(winner, leg, parent.world.clock)
        try:
            if await parent.while_up(_prepare(child, winner)):
                await parent.answer()
                bridged = True
                if self._request.record is not None:
                    self._recorder.begin(self._request.record)
                if self._instead is not None:
                    self._instead()
                transferred = await self._talk_to(leg)
        except CallEnded:
            pass
        seconds = leg.end(parent.world.elapsed())
        return _answered(winner, parent, seconds=seconds, bridged=bridged, transferred=transferred)

    async def _talk_to(self, leg: "AnsweredLeg") -> bool:
        """True: the phone transferred the caller and is gone."""
        phone, parent = leg.attempt.phone, self._parent
        if phone.refers_to is None:
            await _talk(parent, phone, self._request)
            return False
        began = parent.world.elapsed()
        await _talk(parent, replace(phone, talk_seconds=phone.refers_after), self._request)
        if await VirtualTransfer(parent, self._request, leg, self._dial_beside).follow(phone.refers_to):
            return True
        left = None if phone.talk_seconds is None else phone.talk_seconds - (parent.world.elapsed() - began)
        await _talk(parent, replace(phone, talk_seconds=left), self._request)
        return False

    async def _dial_beside(self, request: DialRequest, instead: Callable[[], None]) -> DialResult:
        return await self._exchange.dial(self._parent, request, instead=instead)


async def _ring(parent: VirtualCall, attempts: Sequence[Attempt], timeout_seconds: float) -> Attempt | None:
    """DI-07, DI-11: the first that picks up in time; None when none does, or when the caller left meanwhile."""
    for attempt in attempts:
        attempt.status.tell("initiated", CallStatus.INITIATED)
        if attempt.phone is not NOBODY:
            attempt.status.tell("ringing", CallStatus.RINGING)
    picking = [attempt for attempt in attempts if attempt.phone.picks_up]
    first = min(picking, key=_decision_time, default=None)
    winner = first if first is not None and _decision_time(first) <= timeout_seconds else None
    seconds = _decision_time(winner) if winner else min(timeout_seconds, max(map(_decision_time, attempts)))
    try:
        await parent.pause(seconds)
    except CallEnded:
        return None
    return winner


def _decision_time(attempt: Attempt) -> float:
    decides_after = attempt.phone.decides_after
    return float("inf") if decides_after is None else decides_after


async def _prepare(child: VirtualCall, winner: Attempt) -> bool:
    """What happens on the called leg before the two are joined; False if its screening refused."""
    if winner.target.send_digits:
        await child.send_digits(winner.target.send_digits)
    if winner.target.screen is None:
        return True
    performing = asyncio.ensure_future(Performance(winner.phone.caller, child).run())
    try:
        return await winner.target.screen(child)
    finally:
        performing.cancel()
        await asyncio.gather(performing, return_exceptions=True)


async def _talk(parent: VirtualCall, phone: Phone, request: DialRequest) -> None:
    """DI-04: until the other side hangs up, the time is over, or the caller presses `*`. Raises `CallEnded`."""
    seconds = min(request.time_limit_seconds, phone.talk_seconds or request.time_limit_seconds)
    ends: list[Awaitable[None]] = [parent.pause(seconds)]
    if request.hangup_on_star:
        ends.append(_star(parent))
    tasks = [asyncio.ensure_future(end) for end in ends]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _star(parent: VirtualCall) -> None:
    async with parent.digits() as keys:
        while await keys.next() != "*":
            pass


def _detect(winner: Attempt, leg: AnsweredLeg, clock: Clock) -> None:
    """AM-02: nobody waits for it."""
    wanted = winner.target.detection
    if wanted is not None:
        found = Answerer(answered_by=winner.phone.answered_by, seconds=SECONDS_TO_DETECT)
        clock.call_at(clock.now() + found.seconds, lambda: wanted.tell(leg.info.call_sid, found))


def _unanswered(attempt: Attempt, parent: VirtualCall, rang_seconds: float, *, someone_else_won: bool) -> DialResult:
    """A leg that did not come to anything: it refused, or was given up (DI-06, DI-07, DI-11)."""
    refused = not attempt.phone.picks_up and _decision_time(attempt) <= rang_seconds
    given_up = parent.has_ended or someone_else_won
    sip_status = attempt.phone.sip_status if refused else 487
    status: DialStatus = attempt.phone.refusal if refused else "canceled" if given_up else "no-answer"
    attempt.status.tell("completed", CallStatus(status), Completion(seconds=0, sip_response_code=sip_status))
    return DialResult(
        status=status,
        call_sid=attempt.info.call_sid,
        duration_seconds=0,
        sip_call_id=attempt.sip_call_id,
        sip_response_code=sip_status if attempt.sip_call_id else None,
        sip_headers=attempt.phone.headers,
        caller_hung_up=parent.has_ended,
    )


def _answered(winner: Attempt, parent: VirtualCall, *, seconds: int, bridged: bool, transferred: bool) -> DialResult:
    return DialResult(
        status="completed",
        call_sid=winner.info.call_sid,
        duration_seconds=seconds,
        bridged=bridged,
        sip_call_id=winner.sip_call_id,
        sip_response_code=200 if winner.sip_call_id else None,
        sip_headers=winner.phone.headers,
        caller_hung_up=parent.has_ended,
        transferred=transferred,
    )


def _plain(address: str) -> str:
    """An address as a person would write it: no scheme, no parameters, no headers."""
    return address.removeprefix("sip:").partition("?")[0].partition(";")[0].lower()
