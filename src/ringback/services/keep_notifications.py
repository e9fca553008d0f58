"""What apps' authors should know, and what was exchanged with their apps, as the API reads it (rest-api.md 9.3)."""

from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.model.record import ExchangeRecord, NotificationRecord
from ringback.services.reading import Reading
from ringback.store import table
from ringback.store.call import CallRepository, Span
from ringback.store.exchange import ExchangeRepository
from ringback.store.notification import NotificationRepository
from ringback.store.paging import PageRequest, Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationFilter:
    """None asks for all: of every call, and those of none; of both levels."""

    account_sid: str
    call_sid: str | None = None
    level: Literal["error", "warning"] | None = None
    happened: Span = field(default_factory=Span)


class NotificationKeeping:
    """What belongs to another account, or to a call that is not there, is not there."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def page(self, wanted: NotificationFilter, request: PageRequest) -> Slice[NotificationRecord] | None:
        """None if the account has no such call."""
        columns = table.notification.c
        conditions = [columns.account_sid == wanted.account_sid, *wanted.happened.conditions(columns.created_at)]
        if wanted.call_sid is not None:
            conditions.append(columns.call_sid == wanted.call_sid)
        if wanted.level is not None:
            conditions.append(columns.level == wanted.level)
        async with self._reading.read() as connection:
            if wanted.call_sid is not None and not await _has_call(connection, wanted.account_sid, wanted.call_sid):
                return None
            return await NotificationRepository(connection).page(request, *conditions)

    async def find(self, account_sid: str, sid: str, call_sid: str | None = None) -> NotificationRecord | None:
        async with self._reading.read() as connection:
            found = await NotificationRepository(connection).get(sid)
        if found is None or found.account_sid != account_sid:
            return None
        return found if call_sid is None or found.call_sid == call_sid else None

    async def exchanges(self, account_sid: str, call_sid: str, request: PageRequest) -> Slice[ExchangeRecord] | None:
        """The requests that were made for a call; None if the account has no such call."""
        async with self._reading.read() as connection:
            if not await _has_call(connection, account_sid, call_sid):
                return None
            return await ExchangeRepository(connection).of_call(account_sid, call_sid, request)


async def _has_call(connection: AsyncConnection, account_sid: str, call_sid: str) -> bool:
    found = await CallRepository(connection).get(call_sid)
    return found is not None and found.account_sid == account_sid
