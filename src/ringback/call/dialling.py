"""`<Dial>` on real legs: ring the targets, let the caller hear that it rings, join the first that answers.

Twilio's rules are `twiml.md` 7.2; several targets ring at once or one after the other, and whoever loses is cancelled
(DI-11, DI-12). Nothing outlives the dial: however it ends, also by cancellation, every child leg is ended.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ringback.call.attempt import Attempt
from ringback.call.bridge import hold_bridge, part
from ringback.call.call import Call, CallParts
from ringback.call.control import CallEnded, DialRecording, DialRequest, DialResult, DialTarget
from ringback.call.exchange import Exchange
from ringback.call.leg import Leg
from ringback.call.leg_event import Ringing
from ringback.call.leg_recording import LegRecording
from ringback.call.ringback_tone import RingbackTone, ToneSource
from ringback.call.route import Router
from ringback.call.transferring import Transferring, while_up
from ringback.clock import wait_for
from ringback.model.call_status import CallStatus
from ringback.sip.events import ReferReceived


class Dialler:
    """Dials for the calls of one server."""

    def __init__(self, *, exchange: Exchange, router: Router, tones: ToneSource) -> None:
        self._exchange = exchange
        self._router = router
        self._tones = tones

    async def dial(self, parent: Call, request: DialRequest, parts: CallParts) -> DialResult:
        """Run one `<Dial>` to its end."""
        return await Dialling(
            parent=parent,
            request=request,
            parts=parts,
            exchange=self._exchange,
            router=self._router,
            tone=RingbackTone(parent, self._tones.ring_tone(request.ring_tone)),
        ).run()


class Dialling:
    """One `<Dial>` under way."""

    def __init__(
        self,
        *,
        parent: Call,
        request: DialRequest,
        parts: CallParts,
        exchange: Exchange,
        router: Router,
        tone: RingbackTone,
        instead: Callable[[], None] | None = None,
    ) -> None:
        """`instead` ends the talk that goes on while this dial rings (RF-07); the caller hears that and no ringing."""
        self._parent = parent
        self._request = request
        self._parts = parts
        self._exchange = exchange
        self._router = router
        self._tone = tone
        self._instead = instead
        self._attempts: list[Attempt] = []
        self._recording: LegRecording | None = None

    async def run(self) -> DialResult:
        try:
            if self._request.record is not None and self._request.record.from_ringing:
                self._recording = self._record(self._request.record)
            winner = await self._ring_all()
            result = await self._connect(winner) if winner is not None else self._unanswered()
        finally:
            self._tone.stop()
            for attempt in self._attempts:
                attempt.cancel(CallStatus.CANCELED)
            recording = await self._recording.finish() if self._recording is not None else None
        return replace(result, recording=recording)

    def _record(self, wanted: DialRecording) -> LegRecording | None:
        """DI-19: the parent is channel 1, the child channel 2. A parent that only rings has no audio yet."""
        return LegRecording(self._parent, wanted) if self._parent.leg.is_answered else None

    # -- ringing ------------------------------------------------------------------------------------------------

    async def _ring_all(self) -> Attempt | None:
        targets = self._request.targets
        groups = [[target] for target in targets] if self._request.sequential else [list(targets)]
        for group in groups:
            winner = await self._ring_group(group)
            if winner is not None or self._parent.has_ended:
                return winner
        return None

    async def _ring_group(self, targets: Sequence[DialTarget]) -> Attempt | None:
        """Ring these at once; the first to answer wins. `timeout` passed: cancelled as no-answer (DI-07)."""
        attempts = [self._attempt(target) for target in targets]
        self._attempts += attempts
        for attempt in attempts:
            attempt.start(self._exchange, self._router)
            if attempt.failure is not None:
                self._parts.journal.report(self._parent.info, attempt.failure.code, attempt.failure.message)
        if any(attempt.is_ringing for attempt in attempts) and self._instead is None:
            self._tone.start()
        try:
            winner = await wait_for(self._parts.clock, self._first_answer(attempts), self._request.timeout_seconds)
        except TimeoutError:
            winner = None
        if winner is None:
            self._tone.stop()
        lost = CallStatus.CANCELED if winner is not None or self._parent.has_ended else CallStatus.NO_ANSWER
        for attempt in attempts:
            if attempt is not winner:
                attempt.cancel(lost)
        return winner

    def _attempt(self, target: DialTarget) -> Attempt:
        return Attempt.of_dial(target, parent=self._parent, parts=self._parts, caller_id=self._request.caller_id)

    async def _first_answer(self, attempts: Sequence[Attempt]) -> Attempt | None:
        tasks = {asyncio.ensure_future(attempt.answered(self._heard_ringing)): attempt for attempt in attempts}
        caller_left = self._parent.ends
        pending: set[asyncio.Future[Any]] = {*tasks, *caller_left}
        try:
            while len(pending) > len(caller_left):
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                if self._parent.has_ended:
                    return None
                for task, attempt in tasks.items():
                    if task in done and task.result():
                        return attempt
            return None
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _heard_ringing(self, attempt: Attempt, leg: Leg, ringing: Ringing) -> None:
        """DI-02: the carrier's early media is what the caller hears, if there is any and only one leg rings.

        A caller that is not answered yet (`answerOnBridge`) hears it too, by a 183 with our session description.
        """
        if not ringing.early_media or self._request.ring_tone is not None or not leg.has_media or leg.has_ended:
            return
        if self._instead is not None:
            return
        if sum(len(other.legs) for other in self._attempts if other.is_ringing) > 1 or self._parent.has_ended:
            return
        if self._parent.leg.is_answered or self._parent.leg.ring_with_audio():
            self._tone.stop()
            self._parent.leg.media.bridge(leg.media)

    # -- talking ------------------------------------------------------------------------------------------------

    async def _connect(self, winner: Attempt) -> DialResult:
        """Whatever ends it, the two are apart then; a child that was moved away is left as it is (L-04)."""
        assert winner.child is not None
        child = winner.child
        bridged = transferred = False
        try:
            if await self._may_talk(winner, child):
                bridged = True
                transferred = await self._talk(child)
        except CallEnded:
            pass
        finally:
            part(self._parent.leg, child.leg)
            child.leg.on_refer = child.refuse_refer
            winner.hang_up()
        return winner.result(bridged=bridged, caller_hung_up=self._parent.has_ended, transferred=transferred)

    async def _may_talk(self, winner: Attempt, child: Call) -> bool:
        """Screen the called party and answer the caller; False: they are not to be joined. Raises `CallEnded`."""
        if (winner.target.screen is not None or winner.target.send_digits) and self._instead is None:
            self._let_it_ring()
        if not await while_up(self._parent, self._prepare(winner.target, child)):
            return False
        await self._parent.answer()
        if child.has_ended or self._parent.has_ended:
            return False
        if self._request.record is not None and self._recording is None:
            self._recording = self._record(self._request.record)
        self._tone.stop()
        if self._instead is not None:
            self._instead()
        return True

    async def _talk(self, child: Call) -> bool:
        """Joined until something ends it; True: the called party transferred the caller and is gone (7.6)."""
        referred: asyncio.Queue[ReferReceived] = asyncio.Queue()
        child.leg.on_refer = referred.put_nowait
        transferring = Transferring(
            parent=self._parent, child=child, request=self._request, parts=self._parts, dial_beside=self._dial_beside
        )
        clock = self._parts.clock
        limit_at = clock.now() + self._request.time_limit_seconds
        while True:
            ended = await hold_bridge(
                self._parent,
                child,
                clock=clock,
                time_limit_seconds=limit_at - clock.now(),
                hangup_on_star=self._request.hangup_on_star,
                referred=referred,
            )
            if ended != "refer":
                return False
            if await self._follow(transferring, referred.get_nowait(), child):
                return True
            if child.has_ended:
                return False

    async def _follow(self, transferring: Transferring, event: ReferReceived, child: Call) -> bool:
        """What becomes of a transfer; one whose transferor is moved elsewhere meanwhile is given up."""
        following = asyncio.ensure_future(transferring.follow(event))
        try:
            either: set[asyncio.Future[Any]] = {following, child.moved}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return following.result() if following.done() else False
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    async def _dial_beside(self, request: DialRequest, instead: Callable[[], None]) -> DialResult:
        """Ring a transfer's target while the talk goes on."""
        return await Dialling(
            parent=self._parent,
            request=request,
            parts=self._parts,
            exchange=self._exchange,
            router=self._router,
            tone=self._tone,
            instead=instead,
        ).run()

    def _let_it_ring(self) -> None:
        """SC-05: while the called party is asked, the caller hears ringing, and nothing of that leg."""
        if self._parent.leg.is_answered and not self._parent.has_ended:
            self._parent.leg.media.unbridge()
            self._tone.start()

    async def _prepare(self, target: DialTarget, child: Call) -> bool:
        """What comes before the bridge: the target's digits, then its screening, which may say no."""
        if target.send_digits:
            await child.send_digits(target.send_digits)
        return target.screen is None or await target.screen(child)

    def _unanswered(self) -> DialResult:
        last = self._attempts[-1] if self._attempts else self._attempt(_NOBODY)
        return last.result(bridged=False, caller_hung_up=self._parent.has_ended)


_NOBODY = DialTarget(kind="sip", address="")
