"""One call's place in a conference room: what it listens to while it waits or is held, and what ends its stay."""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from typing import Any, Generic, Literal

import structlog

from ringback.call.conference_request import ConferenceRequest, WaitDocument
from ringback.call.control import CallEnded
from ringback.call.room_audio import C
from ringback.model.sid import CallSid

logger = structlog.get_logger(__name__)

StayEnd = Literal["caller", "moved", "star", "time-limit", "room", "kicked", "wait-failed"]


class Seat(Generic[C]):
    """Everything it starts is over when `empty` returns, and `gone` is done.

    `wait` is what the call hears until the conference starts.
    """

    def __init__(self, call: C, request: ConferenceRequest) -> None:
        self.call = call
        self.request = request
        self.wait = request.wait
        self.was_kicked = False
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._out: asyncio.Future[StayEnd] = asyncio.get_running_loop().create_future()
        self._document: tuple[WaitDocument, bool] | None = None
        self._interruptions = 0
        self._was_playing = False
        self._listening: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def call_sid(self) -> CallSid:
        return self.call.info.call_sid

    def leave(self, reason: StayEnd) -> None:
        """Whoever waits in `stay` goes on; the first reason counts."""
        if not self._out.done():
            self._out.set_result(reason)

    async def stay(self) -> StayEnd:
        """C-16: until sent away, hung up, moved elsewhere, `*` where that counts, or the time is over."""
        ends: list[asyncio.Future[Any]] = [self._out, asyncio.ensure_future(self._time_limit())]
        if self.request.hangup_on_star:
            ends.append(asyncio.ensure_future(self._star()))
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if self.call.has_ended:
                return "moved" if self.call.is_moved else "caller"
            return next(end.result() for end in ends if end.done())
        finally:
            for end in ends[1:]:
                end.cancel()
            await asyncio.gather(*ends[1:], return_exceptions=True)

    def listen_to(self, document: WaitDocument | None, *, needed: bool = False) -> None:
        """Play it to the call instead of what plays, after an interruption; `needed`: without it the stay ends (C-08).
        None is silence."""
        self.stop_listening()
        self._was_playing = document is not None
        if document is not None:
            self._document = document, needed
        if self._interruptions == 0:
            self._go_on()

    def stop_listening(self) -> None:
        self._document = None
        self._be_silent()

    @contextlib.contextmanager
    def interrupted(self) -> Iterator[None]:
        """What it listens to is silent meanwhile and then begins again, or what there is instead by then."""
        self._was_playing |= self._listening is not None and not self._listening.done()
        self._interruptions += 1
        self._be_silent()
        try:
            yield
        finally:
            self._interruptions -= 1
            if self._interruptions == 0:
                self._go_on()

    def own(self, work: Coroutine[Any, Any, None]) -> None:
        """Run it for as long as the call has this seat."""
        self._keep(asyncio.ensure_future(work))

    async def empty(self) -> None:
        """Stop everything that runs for this seat."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if not self.gone.done():
            self.gone.set_result(None)

    def _listen_now(self) -> None:
        assert self._document is not None
        self._listening = asyncio.ensure_future(self._listen(*self._document))
        self._keep(self._listening)

    def _go_on(self) -> None:
        was_playing, self._was_playing = self._was_playing, False
        if was_playing and self._document is not None and self._listening is None and not self.gone.done():
            self._listen_now()

    def _be_silent(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            self._listening = None

    async def _listen(self, document: WaitDocument, needed: bool) -> None:
        with contextlib.suppress(CallEnded):
            if not await document(self.call) and needed:
                self.leave("wait-failed")

    async def _time_limit(self) -> StayEnd:
        try:
            await self.call.pause(self.request.time_limit_seconds)
        except CallEnded:
            return "caller"
        return "time-limit"

    async def _star(self) -> StayEnd:
        async with self.call.digits() as keys:
            while await keys.next() != "*":
                pass
        return "star"

    def _keep(self, task: "asyncio.Task[None]") -> None:
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            logger.error("a participant's document failed", call_sid=self.call_sid, exc_info=problem)
