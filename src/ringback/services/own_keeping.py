"""What is kept for an account, of any kind that the API makes, changes and removes: found, listed, changed, removed.

Each kind's own module says which record and repository, and adds what only that kind has.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.model.record import (
    ApplicationRecord,
    CallerIdRecord,
    DomainRecord,
    KeyRecord,
    NumberRecord,
    TrunkRecord,
)
from ringback.model.sid import AccountSid
from ringback.services.configuration import Configuring
from ringback.services.ownership import own
from ringback.store.paging import PageRequest, Slice
from ringback.store.repository import Repository

Record = TypeVar("Record", ApplicationRecord, CallerIdRecord, DomainRecord, KeyRecord, NumberRecord, TrunkRecord)

Check = Callable[[AsyncConnection, Record, Record], Awaitable[None]]
"""Raises `Refused` for a record that cannot be changed like this: as it is, and as it would be."""


class OwnKeeping(Generic[Record]):
    """The records of one kind. Another account's is not there."""

    repository: type[Repository[Record]]

    def __init__(self, configuring: Configuring) -> None:
        self._configuring = configuring

    async def find(self, account_sid: AccountSid, sid: str) -> Record | None:
        async with self._configuring.read() as connection:
            return own(await self.repository(connection).get(sid), account_sid)

    async def remove(self, account_sid: AccountSid, sid: str) -> bool:
        """False if there is none. Raises `Refused` for one that is needed."""
        async with self._configuring.change() as connection:
            repository = self.repository(connection)
            found = own(await repository.get(sid), account_sid)
            if found is None:
                return False
            await self._require_unneeded(connection, found)
            await repository.remove({sid})
            return True

    async def _page(
        self, account_sid: AccountSid, request: PageRequest, *conditions: ColumnElement[bool]
    ) -> Slice[Record]:
        async with self._configuring.read() as connection:
            repository = self.repository(connection)
            return await repository.page(request, repository.table.c.account_sid == account_sid, *conditions)

    async def _change(
        self,
        account_sid: AccountSid,
        sid: str,
        values: Callable[[Record], Mapping[str, Any]],
        check: Check[Record] | None = None,
    ) -> Record | None:
        """The changed record; None if there is none. `values` gives the fields that are to be others."""
        async with self._configuring.change() as connection:
            repository = self.repository(connection)
            found = own(await repository.get(sid), account_sid)
            if found is None:
                return None
            changed = replace(found, **values(found), updated_at=self._configuring.clock.utc_now())
            if check is not None:
                await check(connection, found, changed)
            await repository.put(changed)
            return changed

    async def _require_unneeded(self, connection: AsyncConnection, record: Record) -> None:
        """Raises `Refused`. Most kinds may go at any time."""


def with_carried(
    found: ApplicationRecord | DomainRecord | NumberRecord, values: Mapping[str, Any]
) -> Mapping[str, Any]:
    """`values` for `replace`: of `carried`, too, what they do not name stays."""
    return {**values, "carried": {**found.carried, **values.get("carried", {})}}
