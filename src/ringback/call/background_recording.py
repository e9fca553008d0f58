"""`<Start><Recording>` at the door: recordings that run beside the document until stopped or the call ends (SS-02)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ringback.call.control import RecordingStarted, RecordResult


class RecordingRefused(Exception):
    """The recording cannot begin; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundRecording:
    """`name` None: it can only be ended with the call. Both callables are called once, and neither may wait."""

    name: str | None
    track: Literal["inbound", "outbound", "both"]
    dual: bool
    trim: bool
    on_started: Callable[[RecordingStarted], None]
    on_ended: Callable[[RecordResult], None]
    source: str = "StartCallRecordingTwiML"

    @property
    def channels(self) -> int:
        """One track has one channel, whatever was asked for (DI-21)."""
        return 2 if self.dual and self.track == "both" else 1
