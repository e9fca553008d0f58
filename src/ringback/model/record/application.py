"""Voice apps that have a SID."""

from dataclasses import dataclass

from ringback.model.record.origin import Origin
from ringback.model.sid import AccountSid, ApplicationSid


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRecord:
    """A voice app that `<Dial><Application>` connects callers to (twiml.md 8.6)."""

    sid: ApplicationSid
    account_sid: AccountSid
    friendly_name: str
    voice_url: str | None
    voice_method: str = "POST"
    voice_fallback_url: str | None = None
    voice_fallback_method: str = "POST"
    status_callback_url: str | None = None
    status_callback_method: str = "POST"
    origin: Origin = Origin.API
