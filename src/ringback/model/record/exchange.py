"""One request to an app and what came back, for the request inspector (rest-api.md 9.3)."""

from dataclasses import dataclass, field
from datetime import datetime

from ringback.model.sid import AccountSid, CallSid


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRecord:
    """One try: a retry and each hop of a redirect are others. `status` or `error_code` is there, never both."""

    sid: str
    account_sid: AccountSid
    call_sid: CallSid | None
    method: str
    url: str  # without userinfo, fragment and the parameters of a GET
    parameters: tuple[tuple[str, str], ...] = field(repr=False)
    created_at: datetime
    duration_ms: int
    status: int | None = None
    error_code: int | None = None
    content_type: str | None = None
    body: str | None = field(default=None, repr=False)  # the start of it; None when it is no text
