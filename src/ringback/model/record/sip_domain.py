"""SIP Domains, and who may call them (sip.md section 1)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ringback.model.record.dated import UNDATED
from ringback.model.record.origin import Origin
from ringback.model.sid import AccountSid, DomainSid


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRecord:
    """A SIP Domain: a host name, what to ask when a call arrives, and who may call (sip.md section 1).

    `carried` is what the API keeps and gives back without an effect here, by its name in an answer.
    """

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
    created_at: datetime = UNDATED
    updated_at: datetime = UNDATED
    carried: Mapping[str, object] = field(default_factory=dict)


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
    created_at: datetime = UNDATED
    updated_at: datetime = UNDATED


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialMappingRecord:
    """A domain asks for the credentials of a list, for one purpose."""

    domain_sid: DomainSid
    list_sid: str
    purpose: Purpose
    created_at: datetime = UNDATED


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
    created_at: datetime = UNDATED
    updated_at: datetime = UNDATED

    @classmethod
    def of_password(
        cls,
        *,
        sid: str,
        list_sid: str,
        username: str,
        realm: str,
        password: str,
        origin: Origin = Origin.API,
        created_at: datetime = UNDATED,
        updated_at: datetime = UNDATED,
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
            created_at=created_at,
            updated_at=updated_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessListRecord:
    """Addresses that domains can be mapped to (sip.md section 1.1)."""

    sid: str
    account_sid: AccountSid
    friendly_name: str
    origin: Origin = Origin.API
    created_at: datetime = UNDATED
    updated_at: datetime = UNDATED


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessMappingRecord:
    """A domain takes calls only from the addresses of a list."""

    domain_sid: DomainSid
    list_sid: str
    created_at: datetime = UNDATED


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessAddressRecord:
    """One network of an access list, as `198.51.100.0/24`."""

    sid: str
    list_sid: str
    cidr: str
    friendly_name: str = ""
    origin: Origin = Origin.API
    created_at: datetime = UNDATED
    updated_at: datetime = UNDATED
