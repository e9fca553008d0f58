"""Accounts: who owns everything, and the keys that open them."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ringback.model.record.dated import UNDATED
from ringback.model.record.origin import Origin
from ringback.model.sid import AccountSid


class AccountStatus(StrEnum):
    """A suspended account takes and makes no calls until it is active again; a closed one stays closed."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    """An account (rest-api.md 9.1). `owner_sid` is the parent of a subaccount; an account without one is its own."""

    sid: AccountSid
    auth_token: str = field(repr=False)
    friendly_name: str = ""
    status: AccountStatus = AccountStatus.ACTIVE
    owner_sid: AccountSid | None = None
    origin: Origin = Origin.API
    created_at: datetime = UNDATED
    updated_at: datetime = UNDATED

    @property
    def is_active(self) -> bool:
        return self.status is AccountStatus.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """An API key (rest-api.md 9.16); its secret is kept as `hash_secret` makes it."""

    sid: str
    account_sid: AccountSid
    secret_hash: str = field(repr=False)
    friendly_name: str = ""
    origin: Origin = Origin.API
    created_at: datetime = UNDATED
    updated_at: datetime = UNDATED


def hash_secret(secret: str) -> str:
    """SHA-256 in hexadecimal. A key's secret has 190 random bits, so that its plain hash cannot be turned back."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
