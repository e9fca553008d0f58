"""A participant of a running conference, as the API shows it (rest-api.md 9.9)."""

from dataclasses import dataclass
from typing import Literal

from ringback.call.participant import Participant
from ringback.model.call_status import CallStatus
from ringback.model.record import CallRecord
from ringback.model.sid import AccountSid, ConferenceSid

ParticipantStatus = Literal["queued", "connecting", "ringing", "connected", "complete", "failed"]

_ON_THE_WAY: dict[CallStatus, ParticipantStatus] = {
    CallStatus.QUEUED: "queued",
    CallStatus.RINGING: "ringing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantView:
    """`queue_ms` is how long the call was expected to wait for its turn, where it was made for the conference."""

    account_sid: AccountSid
    conference_sid: ConferenceSid
    participant: Participant
    status: ParticipantStatus
    queue_ms: int | None = None


def status_of(call: CallRecord | None, *, is_there: bool) -> ParticipantStatus:
    """From the newest state of its call, None when that is over."""
    if is_there:
        return "connected"
    if call is None:
        return "failed"
    return _ON_THE_WAY.get(call.status, "connecting")
