"""What was exchanged with apps, written behind the requests and read by the request inspector."""

from datetime import datetime

from sqlalchemy import delete, select

from ringback.model.record import ExchangeRecord
from ringback.store import table
from ringback.store.paging import PageRequest, Slice, read_slice
from ringback.store.repository import Repository
from ringback.store.row import to_record


class ExchangeRepository(Repository[ExchangeRecord]):
    table = table.exchange
    kind = ExchangeRecord

    async def of_call(self, account_sid: str, call_sid: str, page: PageRequest) -> Slice[ExchangeRecord]:
        """A page of what was exchanged about a call of this account, newest first."""
        columns = self.table.c
        return await read_slice(
            self._connection,
            select(self.table).where(columns.call_sid == call_sid, columns.account_sid == account_sid),
            page,
            at=columns.created_at,
            sid=columns.sid,
            record=lambda row: to_record(ExchangeRecord, row),
        )

    async def remove_of_call(self, call_sid: str) -> None:
        """A call's events go with it (rest-api.md 9.2, Delete)."""
        await self._connection.execute(delete(self.table).where(self.table.c.call_sid == call_sid))

    async def prune(self, before: datetime, limit: int) -> int:
        """Forget `limit` exchanges from before a moment; how many there were."""
        old = select(self.table.c.sid).where(self.table.c.created_at < before).limit(limit)
        return (await self._connection.execute(delete(self.table).where(self.table.c.sid.in_(old)))).rowcount
