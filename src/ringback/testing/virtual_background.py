"""Background recordings in virtual time: begun at the answer, ended by `<Stop>` or with the call (twiml.md 15.4)."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ringback.call.background import MAX_RECORDINGS
from ringback.call.background_recording import BackgroundRecording, RecordingRefused
from ringback.call.control import RecordingStarted

if TYPE_CHECKING:
    from ringback.testing.virtual_call import VirtualCall
    from ringback.testing.virtual_recording import RecordingRoom


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    request: BackgroundRecording
    started: RecordingStarted
    began: float


class VirtualRecordings:
    """Of one call; the call tells it of its answer and its end."""

    def __init__(self, call: "VirtualCall", room: "RecordingRoom") -> None:
        self._call = call
        self._room = room
        self._waiting: list[BackgroundRecording] = []
        self._running: list[_Running] = []

    def start(self, request: BackgroundRecording) -> None:
        names = {item.name for item in self._waiting} | {item.request.name for item in self._running}
        if request.name is not None and request.name in names:
            raise RecordingRefused(f"a recording named {request.name!r} is running on this call")
        if len(self._waiting) + len(self._running) >= MAX_RECORDINGS:
            raise RecordingRefused(f"{MAX_RECORDINGS} recordings are running on this call, which is the limit")
        self._waiting.append(request)
        if self._call.is_answered:
            self.call_answered()

    def stop(self, name: str) -> bool:
        for request in self._waiting:
            if request.name == name:
                self._waiting.remove(request)
                return True
        for running in self._running:
            if running.request.name == name:
                self._end(running, "stop")
                return True
        return False

    def call_answered(self) -> None:
        waiting, self._waiting = self._waiting, []
        for request in waiting:
            started = replace(self._room.open(self._call), channels=request.channels)
            self._running.append(_Running(request=request, started=started, began=self._call.world.elapsed()))
            request.on_started(started)

    def call_ended(self) -> None:
        for running in tuple(self._running):
            self._end(running, "hangup")

    def _end(self, running: _Running, ended_by: str) -> None:
        self._running.remove(running)
        result = self._room.close(
            self._call, running.started, began=running.began, ended_by=ended_by, trim=running.request.trim
        )
        running.request.on_ended(replace(result, channels=running.request.channels))
