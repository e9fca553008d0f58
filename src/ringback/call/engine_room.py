"""The audio of a conference room, mixed by the media engine."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Protocol

from ringback.call.call import Call
from ringback.call.control import CallInfo, Prompt, RecordingStarted, RecordResult
from ringback.call.leg import Leg
from ringback.call.recording_desk import OpenRecording, RecordingDesk
from ringback.call.room_audio import RunningRecording, Tone, Voice
from ringback.media._engine import Clip
from ringback.media.errors import MediaError
from ringback.media.leg import JitterBufferSize, LiveRecording, MediaLeg
from ringback.model.sid import ConferenceSid


class Mixer(Protocol):
    """What is used of `media.conference.MediaConference`."""

    def join(self, leg: MediaLeg, *, muted: bool, deaf: bool = False, coaching: MediaLeg | None = None) -> None: ...

    def update(self, leg: MediaLeg, *, muted: bool, held: bool, coaching: MediaLeg | None = None) -> None: ...

    def leave(self, leg: MediaLeg) -> None: ...

    async def play(self, clip: Clip) -> None: ...

    def start_recording(self, path: Path) -> LiveRecording: ...

    def close(self) -> None: ...


class RoomTones(Protocol):
    """What a room hears when somebody comes or goes, and while somebody is called."""

    @property
    def enter_tone(self) -> Clip: ...

    @property
    def exit_tone(self) -> Clip: ...

    def ring_tone(self, country: str | None) -> Clip: ...


class EngineRoomAudio:
    """Implements `room_audio.RoomAudio`; `opener` is the call whose account and recordings the room's are."""

    def __init__(self, *, mixer: Mixer, opener: Call, tones: RoomTones) -> None:
        self._mixer = mixer
        self._opener = opener
        self._tones = tones

    def join(
        self, call: Call, *, muted: bool, coaching: Call | None, jitter_buffer: JitterBufferSize | None = None
    ) -> None:
        if not call.has_finished:
            muted = muted or _is_gone(coaching)
            call.leg.media.set_jitter_buffer(jitter_buffer)
            self._mixer.join(call.leg.media, muted=muted, coaching=_media(coaching))

    def update(self, call: Call, *, muted: bool, held: bool, coaching: Call | None) -> None:
        if not call.has_finished:
            muted = muted or _is_gone(coaching)
            self._mixer.update(call.leg.media, muted=muted, held=held, coaching=_media(coaching))

    def leave(self, call: Call) -> None:
        """The engine lets a closed leg go by itself."""
        if not call.has_finished:
            self._mixer.leave(call.leg.media)
            call.leg.media.set_jitter_buffer(None)

    def overhear(self, leg: Leg) -> None:
        if not leg.has_ended:
            self._mixer.join(leg.media, muted=False, deaf=True)

    def stop_overhearing(self, leg: Leg) -> None:
        if not leg.has_ended:
            self._mixer.leave(leg.media)

    async def ring(self) -> None:
        clip = self._tones.ring_tone(None)
        with contextlib.suppress(MediaError):
            while True:
                await self._mixer.play(clip)

    async def beep(self, tone: Tone) -> None:
        with contextlib.suppress(MediaError):  # the room closed meanwhile
            await self._mixer.play(self._tones.enter_tone if tone == "enter" else self._tones.exit_tone)

    async def announce(self, prompt: Prompt) -> None:
        clip = await self._opener.parts.prompts.clip(prompt)
        with contextlib.suppress(MediaError):
            await self._mixer.play(clip)

    def record(
        self,
        info: CallInfo,
        *,
        conference_sid: ConferenceSid,
        trim: bool,
        on_started: Callable[[RecordingStarted], None],
    ) -> "RunningRecording":
        desk = self._opener.parts.recordings
        opened = desk.open(info, source="Conference", trim=trim, conference_sid=conference_sid, on_started=on_started)
        try:
            return MixRecording(desk=desk, opened=opened, live=self._mixer.start_recording(opened.path))
        except MediaError as problem:
            return NoRecording(desk.fail(opened, str(problem)))

    @contextlib.asynccontextmanager
    async def voice(self, call: Call) -> AsyncIterator[AsyncIterator[Voice]]:
        async with call.leg.media.voice() as stream:
            yield aiter(stream)

    async def close(self) -> None:
        with contextlib.suppress(MediaError):  # the engine closed first
            self._mixer.close()


class MixRecording:
    """The recording of a room under way."""

    def __init__(self, *, desk: RecordingDesk, opened: OpenRecording, live: LiveRecording) -> None:
        self._desk = desk
        self._opened = opened
        self._live = live
        desk.began(opened, live)
        self._closing = asyncio.ensure_future(self._close())

    async def finished(self) -> RecordResult:
        return await asyncio.shield(self._closing)

    async def finish(self) -> RecordResult:
        self._live.stop()
        return await self.finished()

    async def _close(self) -> RecordResult:
        audio = await self._live.finished
        return await self._desk.close(self._opened, seconds=audio.seconds, ended_by="conference-end")


class NoRecording:
    """The recording of a room that could not be written; the room goes on."""

    def __init__(self, result: RecordResult) -> None:
        self._result = result

    async def finished(self) -> RecordResult:
        return self._result

    async def finish(self) -> RecordResult:
        return self._result


def _is_gone(pupil: Call | None) -> bool:
    """A coach whose participant has just hung up must not be heard by the others meanwhile (C-11)."""
    return pupil is not None and pupil.has_finished


def _media(call: Call | None) -> MediaLeg | None:
    return call.leg.media if call is not None and not call.has_finished else None
