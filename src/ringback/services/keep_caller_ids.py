"""Numbers that an account has verified and may show as its caller id (rest-api.md 9.15)."""

from dataclasses import replace

from ringback.model.record import CallerIdRecord
from ringback.model.sid import AccountSid, new_sid
from ringback.services.configuration import Configuring
from ringback.services.ownership import own
from ringback.store import table
from ringback.store.caller_id import CallerIdRepository
from ringback.store.paging import PageRequest, Slice


class CallerIdKeeping:
    """The caller ids of an account; another account's is not there."""

    def __init__(self, configuring: Configuring) -> None:
        self._configuring = configuring

    async def add(self, account_sid: AccountSid, number: str, friendly_name: str) -> CallerIdRecord:
        """The number was verified; one that was so already stays as it is."""
        now = self._configuring.clock.utc_now()
        record = CallerIdRecord(
            sid=new_sid("PN"),
            account_sid=account_sid,
            number=number,
            friendly_name=friendly_name,
            created_at=now,
            updated_at=now,
        )
        async with self._configuring.change() as connection:
            repository = CallerIdRepository(connection)
            existing = await repository.of_number(account_sid, number)
            if existing is None:
                await repository.put(record)
            return existing or record

    async def of_number(self, account_sid: AccountSid, number: str) -> CallerIdRecord | None:
        async with self._configuring.read() as connection:
            return await CallerIdRepository(connection).of_number(account_sid, number)

    async def find(self, account_sid: AccountSid, sid: str) -> CallerIdRecord | None:
        async with self._configuring.read() as connection:
            return own(await CallerIdRepository(connection).get(sid), account_sid)

    async def page(
        self,
        account_sid: AccountSid,
        request: PageRequest,
        *,
        number: str | None = None,
        friendly_name: str | None = None,
    ) -> Slice[CallerIdRecord]:
        columns = table.caller_id.c
        conditions = [columns.account_sid == account_sid]
        if number is not None:
            conditions.append(columns.number == number)
        if friendly_name is not None:
            conditions.append(columns.friendly_name == friendly_name)
        async with self._configuring.read() as connection:
            return await CallerIdRepository(connection).page(request, *conditions)

    async def rename(self, account_sid: AccountSid, sid: str, friendly_name: str | None) -> CallerIdRecord | None:
        async with self._configuring.change() as connection:
            repository = CallerIdRepository(connection)
            found = own(await repository.get(sid), account_sid)
            if found is None:
                return None
            name = found.friendly_name if friendly_name is None else friendly_name
            changed = replace(found, friendly_name=name, updated_at=self._configuring.clock.utc_now())
            await repository.put(changed)
            return changed

    async def remove(self, account_sid: AccountSid, sid: str) -> bool:
        """False if there is none. The number may not be shown any more."""
        async with self._configuring.change() as connection:
            repository = CallerIdRepository(connection)
            found = own(await repository.get(sid), account_sid)
            if found is not None:
                await repository.remove({sid})
            return found is not None
