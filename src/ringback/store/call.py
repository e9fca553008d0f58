"""Calls, written behind the call path and read by the API and at start."""

from collections.abc import Sequence

from sqlalchemy import select

from ringback.model.record import CallRecord
from ringback.store import table
from ringback.store.repository import Repository
from ringback.store.row import to_row, upsert


class CallRepository(Repository[CallRecord]):
    table = table.call
    kind = CallRecord

    async def save(self, records: Sequence[CallRecord], *, node: str) -> None:
        """Insert or replace calls that `node` runs."""
        await upsert(self._connection, self.table, [to_row(record) | {"node": node} for record in records])

    async def unfinished(self, node: str) -> tuple[CallRecord, ...]:
        """Calls of `node` that have not ended, as far as the store knows."""
        statement = select(self.table).where(self.table.c.node == node, self.table.c.ended_at.is_(None))
        return await self._many(statement.order_by(self.table.c.created_at))
