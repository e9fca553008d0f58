"""A media engine without sound: what is played takes its time on a virtual clock, what is recorded is a tone."""

import asyncio
import contextlib
import wave
from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

import numpy as np

from ringback.clock import Clock
from ringback.media._engine import Clip
from ringback.media.engine import MediaEngine
from ringback.media.errors import MediaError, NoFreePort
from ringback.media.leg import DigitStream, JitterBufferSize, MediaLeg, RecordedAudio, WhatToRecord
from ringback.sdp.negotiation import NegotiatedMedia

TAP_SECONDS = 0.1
TAP_BYTES = 1600  # of 8 kHz
KEY_SECONDS = {"w": 0.5, "W": 1.0}


@dataclass
class MemoryRecording:
    """The face of `LiveRecording`."""

    path: Path
    what: WhatToRecord
    started_at: float
    max_seconds: float
    silence_seconds: float
    finished: asyncio.Future[RecordedAudio]
    clock: Clock
    pauses: list[str] = field(default_factory=list)

    def stop(self) -> None:
        self.end("stopped")

    def pause(self, *, keep_silence: bool) -> None:
        self.pauses.append("paused")

    def resume(self) -> None:
        self.pauses.append("resumed")

    def end(self, reason: str) -> None:
        """Write what was said meanwhile: a tone, with half a second of silence at the end."""
        if self.finished.done():
            return
        seconds = self.clock.now() - self.started_at
        write_tone(self.path, seconds, channels=2 if self.what == "dual" else 1)
        self.finished.set_result(RecordedAudio(path=self.path, seconds=seconds, reason=reason))


def write_tone(path: Path, seconds: float, *, silence_seconds: float = 0.5, channels: int = 1) -> None:
    """A WAV of 440 Hz that is silent at its end."""
    count = int(seconds * 8000)
    samples = (np.sin(2 * np.pi * 440 * np.arange(count) / 8000) * 8000).astype("<i2")
    samples[max(0, count - int(silence_seconds * 8000)) :] = 0
    with wave.open(str(path), "wb") as target:
        target.setnchannels(channels)
        target.setsampwidth(2)
        target.setframerate(8000)
        target.writeframes(np.repeat(samples, channels).tobytes())


@dataclass
class MemoryLeg:
    """The face of `MediaLeg`. `heard` is what was played into it, `hears` the sound of the other side, for taps.

    A test presses its keys with `press`.
    """

    leg_id: int
    port: int
    clock: Clock
    on_close: Callable[["MemoryLeg"], None]
    connected: list[NegotiatedMedia] = field(default_factory=list)
    heard: list[Clip] = field(default_factory=list)
    jitter_buffer: JitterBufferSize | None = None
    sent_digits: list[str] = field(default_factory=list)
    recordings: list[MemoryRecording] = field(default_factory=list)
    partner: "MemoryLeg | None" = None
    playing: Clip | None = None
    is_closed: bool = False
    is_echoing: bool = False
    is_muted: bool = False
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    hears: bytes = b""
    timed_out: asyncio.Future[float] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    _streams: list[DigitStream] = field(default_factory=list)

    def connect(self, negotiated: NegotiatedMedia, *, latch: bool = True) -> None:
        self.require_open()
        self.connected.append(negotiated)
        if self.timed_out.done():
            self.timed_out = asyncio.get_running_loop().create_future()

    async def play(self, clip: Clip, *, loops: int = 1) -> None:
        self.require_open()
        self.heard.append(clip)
        self.playing = clip
        try:
            await self._pass(clip.seconds * loops if loops else None)
        finally:
            self.playing = None

    async def send_digits(self, digits: str) -> None:
        self.require_open()
        self.sent_digits.append(digits)
        await self._pass(sum(KEY_SECONDS.get(digit, 0.16) for digit in digits))

    def digits(self) -> DigitStream:
        self.require_open()
        stream = DigitStream(cast(MediaLeg, self))
        self._streams.append(stream)
        return stream

    def press(self, digits: str) -> None:
        for digit in digits:
            for stream in self._streams:
                stream.receive(digit)

    def start_recording(
        self, path: Path, *, what: WhatToRecord = "received", max_seconds: float = 0.0, silence_seconds: float = 0.0
    ) -> MemoryRecording:
        self.require_open()
        recording = MemoryRecording(
            path=path,
            what=what,
            started_at=self.clock.now(),
            max_seconds=max_seconds,
            silence_seconds=silence_seconds,
            finished=asyncio.get_running_loop().create_future(),
            clock=self.clock,
        )
        self.recordings.append(recording)
        if max_seconds:
            self.clock.call_at(self.clock.now() + max_seconds, lambda: recording.end("max_length"))
        return recording

    @contextlib.asynccontextmanager
    async def tap(self, what: Literal["received", "sent"]) -> AsyncIterator[AsyncIterable[bytes]]:
        """What was put into `hears`, then silence, in its own time."""
        self.require_open()
        yield self._frames()

    async def _frames(self) -> AsyncIterator[bytes]:
        position = 0
        while not self.is_closed:
            await self._pass(TAP_SECONDS)
            frame = self.hears[position : position + TAP_BYTES]
            position += TAP_BYTES
            yield frame.ljust(TAP_BYTES, b"\0")

    def bridge(self, other: "MemoryLeg") -> None:
        self.require_open()
        other.require_open()
        self.partner, other.partner = other, self

    def unbridge(self) -> None:
        self.require_open()
        if self.partner is not None:
            self.partner.partner = None
        self.partner = None

    def close(self) -> None:
        if self.is_closed:
            return
        if self.partner is not None:
            self.partner.partner = None
        self.partner = None
        self.is_closed = True
        self.closed.set()
        for recording in self.recordings:
            recording.end("closed")
        for stream in self._streams:
            stream.wake()
        self.on_close(self)

    def require_open(self) -> None:
        if self.is_closed:
            raise MediaError(f"leg {self.leg_id} is closed")

    def set_echo(self, on: bool) -> None:
        self.require_open()
        self.is_echoing = on

    def set_jitter_buffer(self, size: JitterBufferSize | None) -> None:
        self.require_open()
        self.jitter_buffer = size

    def set_muted(self, muted: bool) -> None:
        self.require_open()
        self.is_muted = muted

    def forget_digits(self, stream: DigitStream) -> None:
        if stream in self._streams:
            self._streams.remove(stream)

    async def _pass(self, seconds: float | None) -> None:
        """So much time, or until the leg closes."""
        closing = asyncio.ensure_future(self.closed.wait())
        waiting = {closing} if seconds is None else {closing, asyncio.ensure_future(self.clock.sleep(seconds))}
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()


@dataclass
class MemoryMedia:
    """The face of `MediaEngine`: legs on even ports from 10000, at most `ports` at a time."""

    clock: Clock
    ports: int = 100
    opened: list[MemoryLeg] = field(default_factory=list)
    open_legs: list[MemoryLeg] = field(default_factory=list)

    def as_engine(self) -> MediaEngine:
        return cast(MediaEngine, self)

    @property
    def leg_count(self) -> int:
        return len(self.open_legs)

    @property
    def local_address(self) -> str:
        return "127.0.0.1"

    def open_leg(self, near: MemoryLeg | None = None) -> MemoryLeg:
        if len(self.open_legs) >= self.ports:
            raise NoFreePort("no free port in 10000-19999")
        number = len(self.opened)
        leg = MemoryLeg(leg_id=number, port=10000 + 2 * number, clock=self.clock, on_close=self.open_legs.remove)
        self.opened.append(leg)
        self.open_legs.append(leg)
        return leg
