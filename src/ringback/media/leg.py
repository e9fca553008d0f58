"""One audio session as a call sees it: awaitable playing, keys, recording, silence; events come from `MediaEngine`.

What is awaited ends by its own event. Cancelling an await stops what it started. When the leg closes, playback and
recordings end (with the reason `closed`), and whoever waits for a key or for silence gets `MediaError`.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self, TypeAlias, TypeVar, cast

from ringback.media._engine import Clip, Engine, EngineError
from ringback.media.errors import MediaError
from ringback.media.listening import Tap, TapSide, VoiceStream
from ringback.sdp.negotiation import NegotiatedMedia
from ringback.sdp.opus import OpusParameters

if TYPE_CHECKING:
    from ringback.media._engine import CodecName

T = TypeVar("T")
WhatToRecord: TypeAlias = Literal["received", "sent", "both", "dual"]
JitterBufferSize: TypeAlias = Literal["off", "small", "medium", "large"]
PlaybackEnd: TypeAlias = Literal["done", "stopped", "replaced", "closed"]

MAX_WAITING_DIGITS = 1000
"""Keys kept for a stream that nobody reads; the oldest are forgotten first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAudio:
    """A complete file. `reason` is `stopped`, `max_length`, `silence`, `closed` or `error: ...`."""

    path: Path
    seconds: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegTotals:
    """What a closed leg saw."""

    packets_received: int
    packets_sent: int
    packets_lost: int
    packets_late: int


class DigitStream:
    """Keys pressed since the stream was opened, in order. Leave its context to close it."""

    def __init__(self, leg: "MediaLeg") -> None:
        self._leg = leg
        self._keys: deque[str] = deque(maxlen=MAX_WAITING_DIGITS)
        self._waiter: asyncio.Future[None] | None = None

    async def next(self) -> str:
        """The next key, one of `0-9 A-D * #`. Raises `MediaError` when the leg closes. One reader at a time."""
        while not self._keys:
            self._leg.require_open()
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._keys.popleft()

    def receive(self, digit: str) -> None:
        """A key was pressed (called by the leg)."""
        self._keys.append(digit)
        self.wake()

    def wake(self) -> None:
        """Let the reader look again (called by the leg)."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def close(self) -> None:
        """Hear no more keys."""
        self._leg.forget_digits(self)

    async def __aiter__(self) -> AsyncIterator[str]:
        while self._keys or not self._leg.is_closed:
            try:
                yield await self.next()
            except MediaError:
                return

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class LiveRecording:
    """A recording that runs. `finished` is done when the file is complete, whatever ended it."""

    def __init__(self, engine: Engine, recording_id: int, path: Path) -> None:
        self._engine = engine
        self._recording_id = recording_id
        self.path = path
        self.finished: asyncio.Future[RecordedAudio] = asyncio.get_running_loop().create_future()

    def pause(self, *, keep_silence: bool) -> None:
        """Record nothing for a while, or silence."""
        self._order(lambda: self._engine.pause_recording(self._recording_id, keep_silence=keep_silence))

    def resume(self) -> None:
        """Record again."""
        self._order(lambda: self._engine.resume_recording(self._recording_id))

    def stop(self) -> None:
        """End it; nothing happens if it is over."""
        self._order(lambda: self._engine.stop_recording(self._recording_id))

    def _order(self, command: Callable[[], None]) -> None:
        if not self.finished.done():
            _translated(command)


class MediaLeg:
    """Made by `MediaEngine.open_leg`; belongs to the loop that made it."""

    def __init__(self, engine: Engine, leg_id: int, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._engine = engine
        self._leg_id = leg_id
        self._plays: dict[int, asyncio.Future[PlaybackEnd]] = {}
        self._last_play = 0
        self._sendings: dict[int, asyncio.Future[None]] = {}
        self._recordings: dict[int, LiveRecording] = {}
        self._watches: dict[int, asyncio.Future[None]] = {}
        self._streams: list[DigitStream] = []
        self._taps: dict[int, Tap] = {}
        self._voices: dict[int, VoiceStream] = {}
        self._closing = False
        self.port = port
        """The RTP port, to be written into SDP; RTCP is on the next."""
        self.first_packet: asyncio.Future[tuple[str, int]] = loop.create_future()
        """Done with the sender's address when audio first came; never, if the leg closes before."""
        self.timed_out: asyncio.Future[float] = loop.create_future()
        """Done with the seconds of nothing when no RTP came for the leg's timeout; never, if the leg closes before."""
        self.closed: asyncio.Future[LegTotals] = loop.create_future()
        """Done when the engine has let go of the leg."""

    @property
    def leg_id(self) -> int:
        """The engine's number for it."""
        return self._leg_id

    @property
    def is_closed(self) -> bool:
        return self._closing or self.closed.done()

    def connect(self, negotiated: NegotiatedMedia, *, latch: bool = True) -> None:
        """What offer/answer agreed; again after a re-INVITE. Quiet counts anew, `timed_out` may be another future."""
        opus = negotiated.opus or OpusParameters()
        self._command(
            lambda: self._engine.connect_leg(
                self._leg_id,
                remote_address=negotiated.remote_address,
                remote_port=negotiated.remote_port,
                remote_rtcp_port=negotiated.remote_rtcp_port,
                codec=cast("CodecName", negotiated.codec),
                payload_type=negotiated.payload_type,
                dtmf_payload_type=negotiated.dtmf_payload_type,
                receive_payload_type=negotiated.receive_payload_type,
                receive_dtmf_payload_type=negotiated.receive_dtmf_payload_type,
                dtmf_rate_hz=negotiated.dtmf_rate_hz,
                opus_bits_per_second=opus.bits_per_second,
                opus_playback_rate_hz=opus.max_playback_rate_hz,
                opus_fec=opus.use_inband_fec,
                direction=negotiated.direction.value,
                latch=latch,
            )
        )
        if self.timed_out.done():
            self.timed_out = asyncio.get_running_loop().create_future()

    async def play(self, clip: Clip, *, loops: int = 1) -> None:
        """Play now, replacing what plays, and return when it is over; `loops` 0 is for ever."""
        play_id = self._command(lambda: self._engine.play(self._leg_id, clip, loops=loops))
        self._last_play = play_id
        await self._played(play_id)

    async def play_queued(self, clip: Clip) -> None:
        """Play behind what plays, without a gap, and return when it is over."""
        play_id = self._command(lambda: self._engine.play_queued(self._leg_id, clip))
        self._last_play = play_id
        await self._played(play_id)

    def stop_playback(self) -> None:
        """Everything that plays or waits on this leg ends."""
        self._command(lambda: self._engine.stop_playback(self._leg_id))

    async def send_digits(self, digits: str, *, tone_ms: int = 100, gap_ms: int = 60) -> None:
        """Press keys and return when the last one was sent; `w` waits half a second, `W` one."""
        send = self._engine.send_digits
        play_id = self._command(lambda: send(self._leg_id, digits, tone_ms=tone_ms, gap_ms=gap_ms))
        sent = self._sendings[play_id] = asyncio.get_running_loop().create_future()
        await sent

    def digits(self) -> DigitStream:
        """Keys from now on; use it as a context manager."""
        self.require_open()
        stream = DigitStream(self)
        self._streams.append(stream)
        return stream

    def start_recording(
        self,
        path: Path | str,
        *,
        what: WhatToRecord = "received",
        max_seconds: float = 0.0,
        silence_seconds: float = 0.0,
    ) -> LiveRecording:
        """Record into a WAV from now on, until stopped, too long (0: never), silent (0: never), or the leg closes."""
        start = self._engine.start_recording
        recording_id = self._command(
            lambda: start(self._leg_id, str(path), what=what, max_seconds=max_seconds, silence_seconds=silence_seconds)
        )
        live = self._recordings[recording_id] = LiveRecording(self._engine, recording_id, Path(path))
        return live

    async def record(
        self,
        path: Path | str,
        *,
        what: WhatToRecord = "received",
        max_seconds: float = 0.0,
        silence_seconds: float = 0.0,
    ) -> RecordedAudio:
        """Record until something ends it; cancelled, the recording stops and its file stays."""
        live = self.start_recording(path, what=what, max_seconds=max_seconds, silence_seconds=silence_seconds)
        try:
            return await asyncio.shield(live.finished)
        finally:
            live.stop()

    def bridge(self, other: "MediaLeg") -> None:
        """Each hears the other."""
        self._command(lambda: self._engine.bridge(self._leg_id, other._leg_id))

    def unbridge(self) -> None:
        """Each is alone again."""
        self._command(lambda: self._engine.unbridge(self._leg_id))

    def set_muted(self, muted: bool) -> None:
        """Hear this leg as silence, or not any more."""
        self._command(lambda: self._engine.set_muted(self._leg_id, muted))

    def set_jitter_buffer(self, size: JitterBufferSize | None) -> None:
        """How long what comes waits for what comes late; None is as usual."""
        self._command(lambda: self._engine.set_jitter_buffer(self._leg_id, size))

    def set_echo(self, on: bool) -> None:
        """While it is neither bridged nor in a conference, the leg hears itself; or not any more."""
        self._command(lambda: self._engine.set_echo(self._leg_id, on))

    def tap(self, what: TapSide = "received") -> Tap:
        """A copy of what is received or sent, from now on; use it as a context manager."""
        tap_id = self._command(lambda: self._engine.open_tap(self._leg_id, what=what))
        tap = self._taps[tap_id] = Tap(self, self._engine, tap_id)
        return tap

    def voice(self) -> VoiceStream:
        """Beginnings and ends of speech from now on; use it as a context manager."""
        watch_id = self._command(lambda: self._engine.watch_voice(self._leg_id))
        stream = self._voices[watch_id] = VoiceStream(self, self._engine, watch_id)
        return stream

    async def silence(self, seconds: float) -> None:
        """Return when what is received was quiet for so long; no packets at all is not silence."""
        watch_id = self._command(lambda: self._engine.watch_silence(self._leg_id, seconds))
        quiet = self._watches[watch_id] = asyncio.get_running_loop().create_future()
        try:
            await quiet
        finally:
            self._watches.pop(watch_id, None)
            if not self.is_closed:
                self._command(lambda: self._engine.unwatch_silence(watch_id))

    def close(self) -> None:
        """Stop everything, say goodbye, give the ports back. Again: nothing."""
        if self.is_closed:
            return
        self._closing = True
        _translated(lambda: self._engine.close_leg(self._leg_id))

    def require_open(self) -> None:
        """Raise `MediaError` when the leg is closed."""
        if self.is_closed:
            raise MediaError(f"leg {self._leg_id} is closed")

    def forget_digits(self, stream: DigitStream) -> None:
        """A stream was closed (called by the stream)."""
        if stream in self._streams:
            self._streams.remove(stream)

    def forget_stream(self, number: int) -> None:
        """A tap or voice stream was closed (called by the stream)."""
        self._taps.pop(number, None)
        self._voices.pop(number, None)

    @property
    def is_done(self) -> bool:
        """Closed, and every recording reported: no event can name this leg any more."""
        return self.closed.done() and not self._recordings

    def receive(self, event: tuple[object, ...]) -> None:
        """One of the engine's events that names this leg (called by `MediaEngine`)."""
        match event:
            case ("digit", _, str(digit), int()):
                for stream in self._streams:
                    stream.receive(digit)
            case ("playback_finished", _, int(play_id), str(reason)):
                _finish(self._plays.pop(play_id, None), cast(PlaybackEnd, reason))
            case ("digits_sent", _, int(play_id)):
                _finish(self._sendings.pop(play_id, None), None)
            case ("recording_finished", _, int(recording_id), float(seconds), str(reason)):
                live = self._recordings.pop(recording_id, None)
                if live is not None:
                    _finish(live.finished, RecordedAudio(path=live.path, seconds=seconds, reason=reason))
            case ("silence", _, int(watch_id), float()):
                _finish(self._watches.get(watch_id), None)
            case ("tap", _, int(tap_id)) if tap_id in self._taps:
                self._taps[tap_id].wake()
            case ("speech_started", _, int(watch_id)) if watch_id in self._voices:
                self._voices[watch_id].receive("started")
            case ("speech_stopped", _, int(watch_id)) if watch_id in self._voices:
                self._voices[watch_id].receive("stopped")
            case ("first_packet", _, str(address), int(port)):
                _finish(self.first_packet, (address, port))
            case ("timed_out", _, float(seconds)):
                _finish(self.timed_out, seconds)
            case ("leg_closed", _, int(received), int(sent), int(lost), int(late)):
                self._let_go(
                    LegTotals(packets_received=received, packets_sent=sent, packets_lost=lost, packets_late=late)
                )

    def _let_go(self, totals: LegTotals) -> None:
        _finish(self.closed, totals)
        for play in self._plays.values():
            _finish(play, "closed")
        for sending in self._sendings.values():
            _finish(sending, None)
        for watch in self._watches.values():
            if not watch.done():
                watch.set_exception(MediaError(f"leg {self._leg_id} is closed"))
        for stream in self._streams:
            stream.wake()
        for listener in (*self._taps.values(), *self._voices.values()):
            listener.wake()

    async def _played(self, play_id: int) -> None:
        finished = self._plays[play_id] = asyncio.get_running_loop().create_future()
        try:
            await finished
        except asyncio.CancelledError:
            if self._last_play == play_id and not self.is_closed:
                self.stop_playback()
            raise
        finally:
            self._plays.pop(play_id, None)

    def _command(self, command: Callable[[], T]) -> T:
        self.require_open()
        return _translated(command)


def _translated(command: Callable[[], T]) -> T:
    try:
        return command()
    except EngineError as problem:
        raise MediaError(str(problem)) from problem


def _finish(future: asyncio.Future[T] | None, result: T) -> None:
    if future is not None and not future.done():
        future.set_result(result)
