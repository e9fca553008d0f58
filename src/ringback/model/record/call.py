"""What a call leaves behind: itself, and the messages sent in it."""

from dataclasses import dataclass
from datetime import datetime

from ringback.model.call_status import CallStatus, Direction
from ringback.model.sid import AccountSid, CallSid


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """A call. `started_at` is when it came in or was dialled, None while it is queued; `queue_ms` is how long that was
    expected to take. `updated_at` is None for what has not changed since `created_at`.
    """

    sid: CallSid
    account_sid: AccountSid
    from_: str
    to: str
    direction: Direction
    status: CallStatus
    created_at: datetime
    parent_call_sid: CallSid | None = None
    sip_call_id: str | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    sip_response_code: int | None = None
    started_at: datetime | None = None
    updated_at: datetime | None = None
    answered_by: str | None = None  # of machine detection
    caller_name: str | None = None
    forwarded_from: str | None = None
    phone_number_sid: str | None = None  # the account's own number that took the call, or that it is shown to come from
    queue_ms: int = 0

    @property
    def duration_seconds(self) -> int | None:
        """Whole seconds from answer to end; None for a call that never was answered or still runs."""
        if self.answered_at is None or self.ended_at is None:
            return None
        return max(0, round((self.ended_at - self.answered_at).total_seconds()))


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecord:
    """A text message of `<Sms>`. It goes no further than here, so it is sent once it is kept (twiml.md 17)."""

    sid: str
    account_sid: AccountSid
    call_sid: CallSid
    from_: str
    to: str
    body: str
    created_at: datetime
    status: str = "sent"
