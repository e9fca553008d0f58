"""What the store keeps, as frozen values; a repository takes and returns these and nothing else.

Times are timezone-aware UTC. Durations are whole seconds. Callers' passwords are never here: a credential is its
digest HA1 hashes over `username:realm:password` (sip.md AU-06).
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ringback.model.call_status import CallStatus, Direction
from ringback.model.sid import AccountSid, ApplicationSid, CallSid, DomainSid, RecordingSid


class Origin(StrEnum):
    """Where an entry came from: what the settings file no longer names is removed when it came from the file."""

    FILE = "file"
    API = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    sid: AccountSid
    auth_token: str = field(repr=False)
    friendly_name: str = ""
    origin: Origin = Origin.API


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRecord:
    """A SIP Domain: a host name, what to ask when a call arrives, and who may call (sip.md section 1)."""

    sid: DomainSid
    account_sid: AccountSid
    name: str
    voice_url: str | None
    voice_method: str = "POST"
    voice_fallback_url: str | None = None
    voice_fallback_method: str = "POST"
    status_callback_url: str | None = None
    status_callback_method: str = "POST"
    registration: bool = False
    secure: bool = False
    friendly_name: str = ""
    origin: Origin = Origin.API


class Purpose(StrEnum):
    """What a credential list admits to: calls, or registrations (sip.md AU-02, AU-03)."""

    CALLS = "calls"
    REGISTRATIONS = "registrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialListRecord:
    """User names and passwords that domains can be mapped to (sip.md section 1.1)."""

    sid: str
    account_sid: AccountSid
    friendly_name: str
    origin: Origin = Origin.API


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialMappingRecord:
    """A domain asks for the credentials of a list, for one purpose."""

    domain_sid: DomainSid
    list_sid: str
    purpose: Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialRecord:
    """A user of a credential list; the hashes are HA1 of RFC 7616 section 3.4.2 for `realm`, as lower-case hex."""

    sid: str
    list_sid: str
    username: str
    realm: str
    ha1_md5: str
    ha1_sha256: str
    origin: Origin = Origin.API

    @classmethod
    def of_password(
        cls, *, sid: str, list_sid: str, username: str, realm: str, password: str, origin: Origin = Origin.API
    ) -> "CredentialRecord":
        """The record of a password, which itself is kept nowhere (sip.md AU-06)."""
        text = f"{username}:{realm}:{password}".encode()
        return cls(
            sid=sid,
            list_sid=list_sid,
            username=username,
            realm=realm,
            ha1_md5=hashlib.md5(text, usedforsecurity=False).hexdigest(),
            ha1_sha256=hashlib.sha256(text).hexdigest(),
            origin=origin,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessListRecord:
    """Addresses that domains can be mapped to (sip.md section 1.1)."""

    sid: str
    account_sid: AccountSid
    friendly_name: str
    origin: Origin = Origin.API


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessMappingRecord:
    """A domain takes calls only from the addresses of a list."""

    domain_sid: DomainSid
    list_sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessAddressRecord:
    """One network of an access list, as `198.51.100.0/24`."""

    sid: str
    list_sid: str
    cidr: str
    friendly_name: str = ""
    origin: Origin = Origin.API


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRecord:
    """A phone number mapped to a voice app."""

    sid: str
    account_sid: AccountSid
    number: str
    voice_url: str | None
    voice_method: str = "POST"
    voice_fallback_url: str | None = None
    voice_fallback_method: str = "POST"
    status_callback_url: str | None = None
    status_callback_method: str = "POST"
    friendly_name: str = ""
    origin: Origin = Origin.API


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkRecord:
    """A carrier: where plain numbers are dialled, and which addresses may bring calls to our numbers.

    The lowest `position` is dialled. The password is kept as it is, since we are the client here.
    """

    sid: str
    name: str
    account_sid: AccountSid
    uri: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    allow: tuple[str, ...] = ()
    position: int = 0
    origin: Origin = Origin.API


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
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

    @property
    def duration_seconds(self) -> int | None:
        """Whole seconds from answer to end; None for a call that never was answered or still runs."""
        if self.answered_at is None or self.ended_at is None:
            return None
        return max(0, round((self.ended_at - self.answered_at).total_seconds()))


class RecordingStatus(StrEnum):
    IN_PROGRESS = "in-progress"
    PAUSED = "paused"
    COMPLETED = "completed"
    ABSENT = "absent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRecord:
    sid: RecordingSid
    account_sid: AccountSid
    call_sid: CallSid
    status: RecordingStatus
    source: str
    path: str  # of the WAV file, relative to the folder of recordings or absolute
    started_at: datetime
    channels: int = 1
    duration_seconds: int | None = None
    error_code: int = 0


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
