"""A recording under way: paused, resumed and stopped by who knows its SID, whatever began it (rest-api.md 9.6).

    in-progress <──> paused
         └──────> stopped <──────┘ ──> completed (by the desk, when the file is ready)

What is private is never recorded, whether somebody has paused the recording or not (PAY-04).
"""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from ringback.clock import Clock
from ringback.media.errors import MediaError
from ringback.media.leg import LiveRecording
from ringback.model.record import RecordingRecord, RecordingStatus

PauseBehavior = Literal["skip", "silence"]


class RunningRecording:
    """Made by the desk; `on_change` is handed each new state of the row."""

    def __init__(
        self,
        record: RecordingRecord,
        live: LiveRecording,
        *,
        clock: Clock,
        on_change: Callable[[RecordingRecord], None],
    ) -> None:
        self._record = record
        self._live = live
        self._clock = clock
        self._on_change = on_change
        self._paused: PauseBehavior | None = None
        self._is_private = False

    @property
    def record(self) -> RecordingRecord:
        return self._record

    @property
    def is_stopped(self) -> bool:
        return self._record.status is RecordingStatus.STOPPED

    def pause(self, behavior: PauseBehavior) -> None:
        """Leave out what is said from now on, or fill it with silence; again: from now on so."""
        self._paused = behavior
        self._order()
        self._become(RecordingStatus.PAUSED)

    def resume(self) -> None:
        self._paused = None
        self._order()
        self._become(RecordingStatus.IN_PROGRESS)

    def stop(self) -> None:
        """End it for good. The file is ready a moment later."""
        self._live.stop()
        self._become(RecordingStatus.STOPPED)

    def set_private(self, is_private: bool) -> None:
        """Record silence for a while, so that what is private is in no file; who paused it keeps it paused."""
        self._is_private = is_private
        self._order()

    def _order(self) -> None:
        with contextlib.suppress(MediaError):  # it is over, and the news has not come yet
            if self._paused is not None:
                self._live.pause(keep_silence=self._paused == "silence")
            elif self._is_private:
                self._live.pause(keep_silence=True)
            else:
                self._live.resume()

    def _become(self, status: RecordingStatus) -> None:
        if status is not self._record.status and not self.is_stopped:
            self._record = replace(self._record, status=status, updated_at=self._clock.utc_now())
            self._on_change(self._record)
