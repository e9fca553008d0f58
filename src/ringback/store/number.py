"""Phone numbers that calls from trunks are for."""

from sqlalchemy import select

from ringback.model.record import NumberRecord
from ringback.store import table
from ringback.store.repository import Repository


class NumberRepository(Repository[NumberRecord]):
    table = table.number
    kind = NumberRecord

    async def by_number(self, number: str) -> NumberRecord | None:
        """The entry of a number in E.164 form."""
        return await self._one(select(self.table).where(self.table.c.number == number))
