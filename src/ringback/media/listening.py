"""What runs beside a call: its audio as it comes (`Tap`), and who speaks when (`VoiceStream`)."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

from ringback.media._engine import Engine, EngineError

if TYPE_CHECKING:
    from ringback.media.leg import MediaLeg

TapSide: TypeAlias = Literal["received", "sent"]
VoiceTurn: TypeAlias = Literal["started", "stopped"]

TAP_RATE_HZ = 8000
TAP_FRAME_OCTETS = 320
"""20 ms of 16-bit samples."""
MAX_WAITING_TURNS = 1000
"""Beginnings and ends of speech kept for a stream that nobody reads; the oldest are forgotten first."""


class _Stream:
    """Something that a reader waits for. One reader at a time; leaving the context closes it."""

    def __init__(self, leg: "MediaLeg", engine: Engine, number: int) -> None:
        self._leg = leg
        self._engine = engine
        self._waiter: asyncio.Future[None] | None = None
        self._closed = False
        self.number = number
        """The engine's number for it."""

    @property
    def is_over(self) -> bool:
        """Nothing more will come."""
        return self._closed or self._leg.is_closed

    def wake(self) -> None:
        """Let the reader look again (called by the leg)."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def close(self) -> None:
        """Hear no more. Again: nothing."""
        if self._closed:
            return
        self._closed = True
        self._leg.forget_stream(self.number)
        # A closed engine has ended it already.
        with contextlib.suppress(EngineError):
            self._end()
        self.wake()

    def _end(self) -> None:
        raise NotImplementedError

    async def _wait(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        await self._waiter

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Tap(_Stream):
    """A copy of one direction of a leg: 8 kHz, signed 16-bit little-endian, whole frames of 20 ms.

    Frames come about every 100 ms, several at a time. A reader that is more than ten seconds late loses the oldest.
    """

    @property
    def frames_lost(self) -> int:
        """Frames that came and went before they were read."""
        with contextlib.suppress(EngineError):
            return self._engine.tap_frames_lost(self.number)
        return 0

    def read(self) -> bytes:
        """What waits now, without waiting; empty when nothing does."""
        with contextlib.suppress(EngineError):
            return self._engine.read_tap(self.number)
        return b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Everything until the leg closes, what waits then included."""
        while True:
            is_over = self.is_over
            if audio := self.read():
                yield audio
            elif is_over:
                return
            else:
                await self._wait()

    def _end(self) -> None:
        self._engine.close_tap(self.number)


class VoiceStream(_Stream):
    """`started` and `stopped` in turn, as the caller begins and ends to speak."""

    def __init__(self, leg: "MediaLeg", engine: Engine, number: int) -> None:
        super().__init__(leg, engine, number)
        self._turns: deque[VoiceTurn] = deque(maxlen=MAX_WAITING_TURNS)

    def receive(self, turn: VoiceTurn) -> None:
        """Speech began or ended (called by the leg)."""
        self._turns.append(turn)
        self.wake()

    async def __aiter__(self) -> AsyncIterator[VoiceTurn]:
        """Every turn until the leg closes."""
        while self._turns or not self.is_over:
            if self._turns:
                yield self._turns.popleft()
            else:
                await self._wait()

    def _end(self) -> None:
        self._engine.unwatch_voice(self.number)
