"""A conference room without audio: who hears whom say what, second by second."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from ringback.call.control import CallEnded, CallInfo, Prompt, RecordingStarted, RecordResult
from ringback.call.leg import Leg
from ringback.call.room_audio import Tone, Voice
from ringback.media.leg import JitterBufferSize
from ringback.model.record import RECORDING_TOO_SHORT, SHORTEST_KEPT_SECONDS, whole_seconds
from ringback.model.sid import CallSid, ConferenceSid
from ringback.testing.transcript import HeardTone, Recorded
from ringback.testing.virtual_call import VirtualCall
from ringback.testing.virtual_recording import RecordingRoom


@dataclass(slots=True, kw_only=True)
class Place:
    """One call in the room."""

    call: VirtualCall
    muted: bool
    held: bool = False
    coaching: VirtualCall | None = None
    voice: "asyncio.Queue[Voice]" = field(default_factory=asyncio.Queue)

    def reaches(self, other: "Place") -> bool:
        """C-10, C-11: whether what is said here is heard there."""
        if other is self or self.muted or self.held or other.held:
            return False
        return self.coaching is None or self.coaching is other.call


class VirtualRoomAudio:
    """Implements `call.room_audio.RoomAudio`."""

    def __init__(self, opener: VirtualCall, recordings: RecordingRoom) -> None:
        self._opener = opener
        self._recordings = recordings
        self._places: dict[CallSid, Place] = {}
        self._recording: VirtualMixRecording | None = None

    def join(
        self,
        call: VirtualCall,
        *,
        muted: bool,
        coaching: VirtualCall | None,
        jitter_buffer: JitterBufferSize | None = None,
    ) -> None:
        """No packet is ever late here."""
        place = self._places[call.info.call_sid] = Place(call=call, muted=muted, coaching=coaching)
        call.on_said = lambda words, seconds: self._said(place, words, seconds)

    def update(self, call: VirtualCall, *, muted: bool, held: bool, coaching: VirtualCall | None) -> None:
        place = self._places[call.info.call_sid]
        place.muted, place.held, place.coaching = muted, held, coaching

    def leave(self, call: VirtualCall) -> None:
        if self._places.pop(call.info.call_sid, None) is not None:
            call.on_said = lambda _words, _seconds: None

    def overhear(self, leg: Leg) -> None:
        """Never: nobody is dialled into a virtual room."""

    def stop_overhearing(self, leg: Leg) -> None: ...

    async def ring(self) -> None: ...

    async def beep(self, tone: Tone) -> None:
        for place in self._places.values():
            if not place.held:
                place.call.write(HeardTone(at=place.call.world.elapsed(), tone=tone))

    async def announce(self, prompt: Prompt) -> None:
        plays = [asyncio.ensure_future(_play(place.call, prompt)) for place in self._places.values()]
        await asyncio.gather(*plays)

    def record(
        self,
        info: CallInfo,
        *,
        conference_sid: ConferenceSid,
        trim: bool,
        on_started: Callable[[RecordingStarted], None],
    ) -> "VirtualMixRecording":
        self._recording = VirtualMixRecording(self._opener, self._recordings.open(self._opener))
        on_started(self._recording.started)
        return self._recording

    @contextlib.asynccontextmanager
    async def voice(self, call: VirtualCall) -> AsyncIterator[AsyncIterator[Voice]]:
        async def changes() -> AsyncIterator[Voice]:
            while True:
                yield await self._places[call.info.call_sid].voice.get()

        yield changes()

    async def close(self) -> None:
        for place in list(self._places.values()):
            self.leave(place.call)

    def _said(self, speaker: Place, words: str, seconds: float) -> None:
        clock = speaker.call.world.clock
        speaker.voice.put_nowait("started")
        clock.call_at(clock.now() + seconds, lambda: speaker.voice.put_nowait("stopped"))
        for listener in self._places.values():
            if speaker.reaches(listener):
                listener.call.hear_voice(words, seconds, from_=speaker.call.info.from_)
        if self._recording is not None and speaker.coaching is None and not speaker.muted and not speaker.held:
            self._recording.words.append(words)


class VirtualMixRecording:
    """The recording of a room: how long it is, and what was said in it."""

    def __init__(self, opener: VirtualCall, started: RecordingStarted) -> None:
        self._opener = opener
        self._began = opener.world.elapsed()
        self._result: asyncio.Future[RecordResult] = asyncio.get_running_loop().create_future()
        self.started = started
        self.words: list[str] = []

    async def finished(self) -> RecordResult:
        return await asyncio.shield(self._result)

    async def finish(self) -> RecordResult:
        """Nothing is trimmed: how loud a room is between words is not known here."""
        seconds = self._opener.world.elapsed() - self._began
        absent = seconds < SHORTEST_KEPT_SECONDS
        self._opener.write(
            Recorded(
                at=self._began,
                recording_sid=self.started.recording_sid,
                seconds=whole_seconds(seconds),
                ended_by="conference-end",
                words=tuple(self.words),
            )
        )
        result = RecordResult(
            recording_sid=self.started.recording_sid,
            url=self.started.url,
            seconds=whole_seconds(seconds),
            final_seconds=whole_seconds(seconds),
            ended_by="conference-end",
            started_at=self.started.started_at,
            status="absent" if absent else "completed",
            error_code=RECORDING_TOO_SHORT if absent else 0,
        )
        self._result.set_result(result)
        return result


async def _play(call: VirtualCall, prompt: Prompt) -> None:
    with contextlib.suppress(CallEnded):
        await call.play(prompt)
