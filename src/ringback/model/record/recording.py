"""Recordings."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ringback.model.sid import AccountSid, CallSid, RecordingSid


class RecordingStatus(StrEnum):
    IN_PROGRESS = "in-progress"
    PAUSED = "paused"
    COMPLETED = "completed"
    ABSENT = "absent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRecord:
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
