"""Recordings, and what was said in them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from ringback.model.sid import AccountSid, CallSid, ConferenceSid, RecordingSid

SHORTEST_KEPT_SECONDS = 0.1
"""What is shorter is absent."""
RECORDING_TOO_SHORT = 16101  # rest-api.md section 5: why a recording is absent
RECORDING_NOT_WRITTEN = 12400


class RecordingStatus(StrEnum):
    IN_PROGRESS = "in-progress"
    PAUSED = "paused"
    STOPPED = "stopped"  # no more is recorded, and the file is not ready yet
    COMPLETED = "completed"
    ABSENT = "absent"
    FAILED = "failed"
    DELETED = "deleted"  # the audio is gone; what is known of it stays for a while (rest-api.md 9.6)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRecord:
    """A recording. That of a conference names the call that opened the room, too.

    `updated_at` is None for what has not changed since `started_at`; `deleted_at` is there when it was deleted.
    """

    sid: RecordingSid
    account_sid: AccountSid
    call_sid: CallSid
    status: RecordingStatus
    source: str
    path: str  # of the WAV file, relative to the folder of recordings or absolute
    started_at: datetime
    channels: int = 1
    duration_seconds: int | None = None
    error_code: int = 0
    conference_sid: ConferenceSid | None = None
    track: Literal["inbound", "outbound", "both"] = "both"
    updated_at: datetime | None = None
    deleted_at: datetime | None = None


def whole_seconds(seconds: float) -> int:
    """Twilio gives whole seconds; what lasted at all is at least one."""
    return max(1, round(seconds)) if seconds >= SHORTEST_KEPT_SECONDS else 0
