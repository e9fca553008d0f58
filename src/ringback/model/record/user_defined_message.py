"""What programs that share a call tell each other over REST (rest-api.md 9.5)."""

from dataclasses import dataclass, field
from datetime import datetime

from ringback.model.sid import AccountSid, CallSid


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDefinedMessageRecord:
    """A message for the other end of a call; `content` is JSON text."""

    sid: str
    account_sid: AccountSid
    call_sid: CallSid
    content: str = field(repr=False)
    created_at: datetime
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSubscriptionRecord:
    """Who wants to be told of the messages that come from the other end."""

    sid: str
    account_sid: AccountSid
    call_sid: CallSid
    callback: str = field(repr=False)
    method: str
    created_at: datetime
    idempotency_key: str | None = None
