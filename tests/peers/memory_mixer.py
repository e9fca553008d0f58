"""A conference mixer without sound: who hears whom is a question that it answers."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from ringback.clock import Clock
from ringback.media._engine import Clip
from ringback.media.errors import MediaError
from ringback.media.leg import LiveRecording, MediaLeg
from tests.peers.memory_media import MemoryRecording


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomTones:
    """The sounds of a room."""

    enter_tone: Clip = field(default_factory=lambda: Clip.silence(0.3))
    exit_tone: Clip = field(default_factory=lambda: Clip.silence(0.3))
    ringing: Clip = field(default_factory=lambda: Clip.silence(6))

    def ring_tone(self, country: str | None) -> Clip:
        return self.ringing


@dataclass(slots=True)
class Place:
    muted: bool
    held: bool = False
    deaf: bool = False
    coaching: MediaLeg | None = None


class MemoryMixer:
    """The face of `MediaConference`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.places: dict[int, Place] = {}
        self.played: list[Clip] = []
        self.playing: list[Clip] = []
        self.recordings: list[MemoryRecording] = []
        self.is_closed = False

    def hears(self, listener: MediaLeg, speaker: MediaLeg) -> bool:
        at, of = self.places.get(listener.leg_id), self.places.get(speaker.leg_id)
        if at is None or of is None or at is of:
            return False
        return not (of.muted or of.held or at.held or at.deaf) and of.coaching in (None, listener)

    def join(self, leg: MediaLeg, *, muted: bool, deaf: bool = False, coaching: MediaLeg | None = None) -> None:
        self._require_open()
        leg.require_open()
        self.places[leg.leg_id] = Place(muted, deaf=deaf, coaching=coaching)

    def update(self, leg: MediaLeg, *, muted: bool, held: bool, coaching: MediaLeg | None = None) -> None:
        self._require_open()
        if leg.leg_id in self.places:
            self.places[leg.leg_id] = Place(muted, held, coaching=coaching)

    def leave(self, leg: MediaLeg) -> None:
        self.places.pop(leg.leg_id, None)

    async def play(self, clip: Clip) -> None:
        self._require_open()
        self.played.append(clip)
        self.playing.append(clip)
        try:
            await self._clock.sleep(clip.seconds)
        finally:
            self.playing.remove(clip)

    def start_recording(self, path: Path) -> LiveRecording:
        self._require_open()
        recording = MemoryRecording(
            path=path,
            what="both",
            started_at=self._clock.now(),
            max_seconds=0,
            silence_seconds=0,
            finished=asyncio.get_running_loop().create_future(),
            clock=self._clock,
        )
        self.recordings.append(recording)
        return cast(LiveRecording, recording)

    def close(self) -> None:
        self.is_closed = True
        for recording in self.recordings:
            recording.end("closed")

    def _require_open(self) -> None:
        if self.is_closed:
            raise MediaError("the conference is closed")
