"""Conferences, as they are remembered."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ringback.model.sid import AccountSid, CallSid, ConferenceSid


class ConferenceStatus(StrEnum):
    INIT = "init"  # it waits for its second participant, or for one that may start it (twiml.md C-01)
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceRecord:
    """A conference (rest-api.md 9.8). `reason_ended` is a word of `model.conference_event.ReasonEnded`, None while it
    runs and where nobody knows; `ended_by` is the participant whose leaving ended it.
    """

    sid: ConferenceSid
    account_sid: AccountSid
    friendly_name: str
    status: ConferenceStatus
    created_at: datetime
    updated_at: datetime
    region: str | None = None
    reason_ended: str | None = None
    ended_by: CallSid | None = None
