"""The life of a call in Twilio's words (webhooks.md 2.1) and what a SIP final response means for it (sip.md 6)."""

from enum import StrEnum


class CallStatus(StrEnum):
    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"

    @property
    def is_final(self) -> bool:
        """A final status never changes again."""
        return self in _FINAL


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND_API = "outbound-api"
    OUTBOUND_DIAL = "outbound-dial"


_FINAL = frozenset(
    {CallStatus.COMPLETED, CallStatus.BUSY, CallStatus.FAILED, CallStatus.NO_ANSWER, CallStatus.CANCELED}
)

_NO_ANSWER_CODES = frozenset({408, 480, 487, 603})
_BUSY_CODES = frozenset({486, 600})


def status_of_sip_response(status: int) -> CallStatus:
    """What a final SIP response to our INVITE makes of the dialled call (sip.md section 6)."""
    if 200 <= status < 300:
        return CallStatus.COMPLETED
    if status in _BUSY_CODES:
        return CallStatus.BUSY
    if status in _NO_ANSWER_CODES:
        return CallStatus.NO_ANSWER
    return CallStatus.FAILED
