"""Phone numbers, and the carriers that bring and take their calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ringback.model.record.dated import UNDATED
from ringback.model.record.origin import Origin
from ringback.model.sid import AccountSid


class NumberType(StrEnum):
    """How a number is dialled and paid for."""

    LOCAL = "local"
    MOBILE = "mobile"
    TOLL_FREE = "toll-free"

    @classmethod
    def of(cls, number: str) -> "NumberType":
        """As far as the number itself tells: the toll-free codes of North America; a mobile one looks like others."""
        return cls.TOLL_FREE if number[:5] in _TOLL_FREE and len(number) == 12 else cls.LOCAL


_TOLL_FREE = frozenset(f"+18{code}" for code in ("00", "33", "44", "55", "66", "77", "88"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRecord:
    """A phone number mapped to a voice app (rest-api.md 9.14). An application wins over the number's own URLs.

    `carried` is what the API keeps and gives back without an effect here, by its name in an answer.
    """

    sid: str
    account_sid: AccountSid
    number: str
    voice_url: str | None
    voice_method: str = "POST"
    voice_fallback_url: str | None = None
    voice_fallback_method: str = "POST"
    status_callback_url: str | None = None
    status_callback_method: str = "POST"
    voice_application_sid: str | None = None
    type: NumberType = NumberType.LOCAL
    friendly_name: str = ""
    origin: Origin = Origin.API
    created_at: datetime = UNDATED
    updated_at: datetime = UNDATED
    carried: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerIdRecord:
    """A number that is not ours and that an account may show as its caller id: it was verified (rest-api.md 9.15)."""

    sid: str
    account_sid: AccountSid
    number: str
    friendly_name: str = ""
    origin: Origin = Origin.API
    created_at: datetime = UNDATED
    updated_at: datetime = UNDATED


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
    created_at: datetime = UNDATED
    updated_at: datetime = UNDATED
