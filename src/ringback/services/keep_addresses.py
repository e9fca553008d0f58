"""The addresses of lists of those that may call (sip.md 1.1, rest-api.md 9.13)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.model.record import AccessAddressRecord
from ringback.model.sid import AccountSid, new_sid
from ringback.services.configuration import Configuring
from ringback.services.keep_lists import ACCESS_LISTS, own_list
from ringback.services.refusal import Refused
from ringback.store import table
from ringback.store.access_list import AccessAddressRepository
from ringback.store.paging import PageRequest, Slice

MAX_ADDRESSES = 100
TOO_MANY_ADDRESSES = 21237


class AccessAddressKeeping:
    """The addresses of one list. None where the list or the address is not there."""

    def __init__(self, configuring: Configuring) -> None:
        self._configuring = configuring

    async def create(
        self, account_sid: AccountSid, list_sid: str, cidr: str, friendly_name: str
    ) -> AccessAddressRecord | None:
        """Raises `Refused` for one too many."""
        now = self._configuring.clock.utc_now()
        record = AccessAddressRecord(
            sid=new_sid("IP"),
            list_sid=list_sid,
            cidr=cidr,
            friendly_name=friendly_name,
            created_at=now,
            updated_at=now,
        )
        async with self._configuring.change() as connection:
            if await own_list(connection, ACCESS_LISTS, account_sid, list_sid) is None:
                return None
            repository = AccessAddressRepository(connection)
            if len(await repository.of_list(list_sid)) >= MAX_ADDRESSES:
                raise Refused(TOO_MANY_ADDRESSES, f"The list has {MAX_ADDRESSES} addresses, which is the limit.")
            await repository.put(record)
            return record

    async def find(self, account_sid: AccountSid, list_sid: str, sid: str) -> AccessAddressRecord | None:
        async with self._configuring.read() as connection:
            return await _own_address(connection, account_sid, list_sid, sid)

    async def page(
        self, account_sid: AccountSid, list_sid: str, request: PageRequest
    ) -> Slice[AccessAddressRecord] | None:
        async with self._configuring.read() as connection:
            if await own_list(connection, ACCESS_LISTS, account_sid, list_sid) is None:
                return None
            columns = table.access_address.c
            return await AccessAddressRepository(connection).page(request, columns.list_sid == list_sid)

    async def update(
        self,
        account_sid: AccountSid,
        list_sid: str,
        sid: str,
        values: Callable[[AccessAddressRecord], Mapping[str, Any]],
    ) -> AccessAddressRecord | None:
        """`values` gives the fields that are to be others, of the record as it is."""
        async with self._configuring.change() as connection:
            found = await _own_address(connection, account_sid, list_sid, sid)
            if found is None:
                return None
            changed = replace(found, **values(found), updated_at=self._configuring.clock.utc_now())
            await AccessAddressRepository(connection).put(changed)
            return changed

    async def remove(self, account_sid: AccountSid, list_sid: str, sid: str) -> bool:
        async with self._configuring.change() as connection:
            found = await _own_address(connection, account_sid, list_sid, sid)
            if found is not None:
                await AccessAddressRepository(connection).remove({sid})
            return found is not None


async def _own_address(
    connection: AsyncConnection, account_sid: AccountSid, list_sid: str, sid: str
) -> AccessAddressRecord | None:
    if await own_list(connection, ACCESS_LISTS, account_sid, list_sid) is None:
        return None
    found = await AccessAddressRepository(connection).get(sid)
    return found if found is not None and found.list_sid == list_sid else None
