"""What `<Dial><Conference>` asks of a call, and how it went (twiml.md 8.4)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ringback.call.conference import MAX_PARTICIPANTS, Beep
from ringback.media.leg import JitterBufferSize
from ringback.model.conference_event import ConferenceEvent
from ringback.model.sid import CallSid, ConferenceSid

if TYPE_CHECKING:
    from ringback.call.control import CallControl, DialRecording, RecordingStarted, RecordResult

# What a participant hears until it begins, or while held: runs on its call; False: it could not be had (C-08).
WaitDocument = Callable[["CallControl"], Awaitable[bool]]

# What is announced to one or to all: runs on whatever lets them hear it; why it could not be had, or None.
AnnounceDocument = Callable[["CallControl"], Awaitable[str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRecording:
    """`record="record-from-start"`: who is told. Set by the first participant that asks for it."""

    trim: bool
    on_started: Callable[[ConferenceSid, "RecordingStarted"], None]
    on_finished: Callable[[ConferenceSid, "RecordResult"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceRequest:
    """A place in the room `name`. What concerns the whole room counts from its first participant only.

    Of the room: `most`, `region`, `notify`, `watch_speakers`, `record`. Of this participant: everything else;
    `record_leg` is `<Dial record>` (DI-22).
    """

    name: str
    muted: bool = False
    beep: Beep = "true"
    start_on_enter: bool = True
    end_on_exit: bool = False
    label: str | None = None
    coach: CallSid | None = None
    jitter_buffer: JitterBufferSize = "large"
    wait: WaitDocument | None = None  # None is silence
    hangup_on_star: bool = False
    time_limit_seconds: float = 14400
    record_leg: "DialRecording | None" = None
    most: int = MAX_PARTICIPANTS
    region: str | None = None
    notify: Callable[[ConferenceEvent], None] = lambda _event: None
    watch_speakers: bool = False
    record: RoomRecording | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceResult:
    """How a stay in a room ended. `refused` and `wait-failed` never took part in it; `code` says why."""

    ended_by: Literal["caller", "moved", "star", "time-limit", "room", "kicked", "refused", "wait-failed"]
    conference_sid: ConferenceSid | None = None
    code: int = 0
    message: str = ""
    recording: "RecordResult | None" = None

    @property
    def took_part(self) -> bool:
        return self.ended_by not in ("refused", "wait-failed")
