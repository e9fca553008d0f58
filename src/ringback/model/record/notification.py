"""What the app's author should know."""

from dataclasses import dataclass
from datetime import datetime

from ringback.model.sid import AccountSid, CallSid


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRecord:
    """A failure or a warning that the app's author should see, with Twilio's error code (webhooks.md F-10)."""

    sid: str
    account_sid: AccountSid
    call_sid: CallSid | None
    error_code: int
    level: str  # "error" or "warning"
    message: str
    created_at: datetime
    request_url: str | None = None
    request_method: str | None = None
    request_parameters: str | None = None
    response_status: int | None = None
    response_headers: str | None = None
    response_body: str | None = None
