"""Numbers that accounts may show as their caller id."""

from sqlalchemy import select

from ringback.model.record import CallerIdRecord
from ringback.store import table
from ringback.store.repository import Repository


class CallerIdRepository(Repository[CallerIdRecord]):
    table = table.caller_id
    kind = CallerIdRecord

    async def of_number(self, account_sid: str, number: str) -> CallerIdRecord | None:
        """The account's entry of a number in E.164 form."""
        columns = self.table.c
        return await self._one(select(self.table).where(columns.account_sid == account_sid, columns.number == number))
