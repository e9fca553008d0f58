"""The recordings that run in the background of a call, several at once, across its documents (twiml.md 15, 15.4)."""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

from ringback.call.background_recording import BackgroundRecording, RecordingRefused
from ringback.call.control import CallInfo
from ringback.call.leg import Leg
from ringback.call.recording_desk import OpenRecording, RecordingDesk
from ringback.call.running_recording import RunningRecording
from ringback.media.errors import MediaError
from ringback.media.leg import LiveRecording, WhatToRecord

MAX_RECORDINGS = 8
"""At once, on one call. Each takes a file and work at every tick; a document in a loop must not start ever more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    request: BackgroundRecording
    opened: OpenRecording
    live: LiveRecording
    control: RunningRecording


class BackgroundRecordings:
    """Of one call. What is started before the answer waits for it, and begins with the audio."""

    def __init__(self, info: CallInfo, leg: Leg, desk: RecordingDesk) -> None:
        self._info = info
        self._leg = leg
        self._desk = desk
        self._waiting: list[BackgroundRecording] = []
        self._running: list[_Running] = []
        self._closing: set[asyncio.Task[None]] = set()
        self._privacies = 0

    def start(self, request: BackgroundRecording) -> None:
        """Raises `RecordingRefused`: the name is taken (SS-03), or too many run."""
        if request.name is not None and request.name in self._names:
            raise RecordingRefused(f"a recording named {request.name!r} is running on this call")
        if len(self._waiting) + len(self._running) >= MAX_RECORDINGS:
            raise RecordingRefused(f"{MAX_RECORDINGS} recordings are running on this call, which is the limit")
        if self._leg.is_answered:
            self._begin(request)
        else:
            self._waiting.append(request)

    def stop(self, name: str) -> bool:
        """End the recording of that name; False if there is none. Its file and callback follow by themselves."""
        for request in self._waiting:
            if request.name == name:
                self._waiting.remove(request)
                return True
        for running in self._running:
            if running.request.name == name:
                self._running.remove(running)
                running.live.stop()
                return True
        return False

    def call_answered(self) -> None:
        """Begin what was started while the call still rang."""
        waiting, self._waiting = self._waiting, []
        for request in waiting:
            self._begin(request)

    @property
    def is_private(self) -> bool:
        """What is heard just now may be kept nowhere."""
        return self._privacies > 0

    @contextlib.contextmanager
    def private(self) -> Iterator[None]:
        """Record silence while it lasts, so that what is private is in no file; several may overlap."""
        self._privacies += 1
        self._tell_privacy()
        try:
            yield
        finally:
            self._privacies -= 1
            self._tell_privacy()

    def _tell_privacy(self) -> None:
        for running in self._running:
            running.control.set_private(self.is_private)

    def end(self) -> None:
        """The call is over, and its leg is not."""
        self._waiting.clear()
        for running in self._running:
            running.live.stop()

    async def finish(self) -> None:
        """Return when every file is complete and every callback said so; for after the end of the call."""
        while self._closing:
            await asyncio.gather(*self._closing, return_exceptions=True)

    @property
    def _names(self) -> set[str | None]:
        return {request.name for request in self._waiting} | {running.request.name for running in self._running}

    def _begin(self, request: BackgroundRecording) -> None:
        opened = self._desk.open(
            self._info,
            source=request.source,
            trim=request.trim,
            channels=request.channels,
            track=request.track,
            on_started=request.on_started,
        )
        try:
            live = self._leg.media.start_recording(opened.path, what=what_to_record(request))
        except MediaError as problem:
            request.on_ended(self._desk.fail(opened, str(problem)))
            return
        running = _Running(request=request, opened=opened, live=live, control=self._desk.began(opened, live))
        if self.is_private:
            running.control.set_private(True)
        self._running.append(running)
        self._keep(self._follow(running))

    def _keep(self, closing: Coroutine[Any, Any, None]) -> None:
        """A recording is closed by a task of its own, which `finish` waits for."""
        task = asyncio.ensure_future(closing)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _follow(self, running: _Running) -> None:
        audio = await running.live.finished
        if running in self._running:
            self._running.remove(running)
        ended_by = "stop" if audio.reason == "stopped" else "hangup"
        running.request.on_ended(await self._desk.close(running.opened, seconds=audio.seconds, ended_by=ended_by))


def what_to_record(request: BackgroundRecording) -> WhatToRecord:
    """The caller's side is the first channel of two, what the caller hears the second (DI-19)."""
    match request.track:
        case "inbound":
            return "received"
        case "outbound":
            return "sent"
        case "both":
            return "dual" if request.dual else "both"
