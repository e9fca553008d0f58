"""What was said in a recording, as text."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ringback.model.sid import AccountSid, RecordingSid, TranscriptionSid


class TranscriptionStatus(StrEnum):
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptionRecord:
    """The words of a recording. `text` is None until they are found; `duration_seconds` is that of the recording.

    `updated_at` is None for what has not changed since `created_at`.
    """

    sid: TranscriptionSid
    account_sid: AccountSid
    recording_sid: RecordingSid
    status: TranscriptionStatus
    duration_seconds: int
    created_at: datetime
    text: str | None = field(default=None, repr=False)
    updated_at: datetime | None = None
