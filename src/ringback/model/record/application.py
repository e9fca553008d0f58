"""Voice apps that have a SID."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ringback.model.record.dated import UNDATED
from ringback.model.record.origin import Origin
from ringback.model.sid import AccountSid, ApplicationSid


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRecord:
    """A voice app, that calls, numbers and `<Dial><Application>` name by its SID (twiml.md 8.6, rest-api.md 9.11).

    `carried` is what the API keeps and gives back without an effect here, by its name in an answer.
    """

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
    created_at: datetime = UNDATED
    updated_at: datetime = UNDATED
    carried: Mapping[str, object] = field(default_factory=dict)
