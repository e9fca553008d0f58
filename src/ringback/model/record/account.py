"""Accounts: who owns everything."""

from dataclasses import dataclass, field

from ringback.model.record.origin import Origin
from ringback.model.sid import AccountSid


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    sid: AccountSid
    auth_token: str = field(repr=False)
    friendly_name: str = ""
    origin: Origin = Origin.API
