"""Numbers that an account has verified and may show as its caller id (rest-api.md 9.15)."""

from ringback.model.record import CallerIdRecord
from ringback.model.sid import AccountSid, new_sid
from ringback.services.own_keeping import OwnKeeping
from ringback.store import table
from ringback.store.caller_id import CallerIdRepository
from ringback.store.paging import PageRequest, Slice


class CallerIdKeeping(OwnKeeping[CallerIdRecord]):
    """The caller ids of an account; another account's is not there."""

    repository = CallerIdRepository

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

    async def page(
        self,
        account_sid: AccountSid,
        request: PageRequest,
        *,
        number: str | None = None,
        friendly_name: str | None = None,
    ) -> Slice[CallerIdRecord]:
        columns = table.caller_id.c
        conditions = []
        if number is not None:
            conditions.append(columns.number == number)
        if friendly_name is not None:
            conditions.append(columns.friendly_name == friendly_name)
        return await self._page(account_sid, request, *conditions)

    async def rename(self, account_sid: AccountSid, sid: str, friendly_name: str | None) -> CallerIdRecord | None:
        """None for `friendly_name` leaves it as it is."""
        return await self._change(
            account_sid, sid, lambda _: {} if friendly_name is None else {"friendly_name": friendly_name}
        )
