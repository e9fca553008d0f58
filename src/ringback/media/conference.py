"""A conference as its owner sees it: legs come and go, all of them hear what is played, and it can be recorded."""

import asyncio
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ringback.media._engine import Clip, Engine, EngineError
from ringback.media.errors import MediaError
from ringback.media.leg import LiveRecording, RecordedAudio

if TYPE_CHECKING:
    from ringback.media.leg import MediaLeg

T = TypeVar("T")


class MediaConference:
    """Made by `MediaEngine.open_conference`; belongs to the loop that made it.

    A leg that is bridged or closed leaves by itself. Playback on a leg (hold music) is all it hears while it lasts.
    """

    def __init__(self, engine: Engine, conference_id: int, owners: MutableMapping[int, "MediaConference"]) -> None:
        self._engine = engine
        self._owners = owners
        self._plays: dict[int, asyncio.Future[None]] = {}
        self._recordings: dict[int, LiveRecording] = {}
        self._closed = False
        self.conference_id = conference_id
        """The engine's number for it."""

    @property
    def is_closed(self) -> bool:
        return self._closed

    def join(
        self, leg: "MediaLeg", *, muted: bool = False, deaf: bool = False, coaching: "MediaLeg | None" = None
    ) -> None:
        """The leg hears all others from now on; one that is `deaf` is only heard. With `coaching` only that leg hears
        it, and while that one is not here nobody does. Raises `MediaError` when either is closed or the two are one.
        """
        leg.require_open()
        pupil = None if coaching is None else coaching.leg_id
        join = self._engine.join_conference
        self._command(lambda: join(self.conference_id, leg.leg_id, muted=muted, deaf=deaf, coaching=pupil))

    def update(
        self, leg: "MediaLeg", *, muted: bool = False, held: bool = False, coaching: "MediaLeg | None" = None
    ) -> None:
        """What a leg in here may from now on; all of it is said anew. One who is held neither hears nor is heard."""
        pupil = None if coaching is None else coaching.leg_id
        self._command(
            lambda: self._engine.set_participant(self.conference_id, leg.leg_id, muted=muted, held=held, coaching=pupil)
        )

    def leave(self, leg: "MediaLeg") -> None:
        """The leg is alone again. Nothing happens if it was not here or is closed."""
        if not leg.is_closed and not self._closed:
            self._command(lambda: self._engine.leave_conference(leg.leg_id))

    async def play(self, clip: Clip) -> None:
        """Play to all who are not held, over what they say and what plays already; return when it is over.

        Cancelled, it stops. It is over, too, when the conference closes.
        """
        play_id = self._command(lambda: self._engine.play_to_conference(self.conference_id, clip))
        finished = self._plays[play_id] = asyncio.get_running_loop().create_future()
        self._owners[play_id] = self
        try:
            await finished
        except asyncio.CancelledError:
            if not self._closed:
                self._command(lambda: self._engine.stop_conference_playback(play_id))
            raise
        finally:
            self._plays.pop(play_id, None)

    def start_recording(self, path: Path | str) -> LiveRecording:
        """Record everybody but coaches, mono, until it is stopped or the conference closes."""
        start = self._engine.start_conference_recording
        recording_id = self._command(lambda: start(self.conference_id, str(path)))
        live = self._recordings[recording_id] = LiveRecording(self._engine, recording_id, Path(path))
        self._owners[recording_id] = self
        return live

    def close(self) -> None:
        """Everybody leaves, everything ends. Again: nothing."""
        if not self._closed:
            self._command(lambda: self._engine.close_conference(self.conference_id))
            self._closed = True

    def receive(self, event: tuple[object, ...]) -> None:
        """One of the engine's events about something that was ordered here (called by `MediaEngine`)."""
        match event:
            case ("playback_finished", _, int(play_id), str()):
                finished = self._plays.pop(play_id, None)
                if finished is not None and not finished.done():
                    finished.set_result(None)
            case ("recording_finished", _, int(recording_id), float(seconds), str(reason)):
                live = self._recordings.pop(recording_id, None)
                if live is not None and not live.finished.done():
                    live.finished.set_result(RecordedAudio(path=live.path, seconds=seconds, reason=reason))

    def _command(self, command: Callable[[], T]) -> T:
        if self._closed:
            raise MediaError(f"conference {self.conference_id} is closed")
        try:
            return command()
        except EngineError as problem:
            raise MediaError(str(problem)) from problem
