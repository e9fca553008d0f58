"""Recordings, written behind the call path and read by the API and at start."""

from collections.abc import Sequence

from sqlalchemy import select

from ringback.model.record import RecordingRecord, RecordingStatus
from ringback.store import table
from ringback.store.repository import Repository
from ringback.store.row import to_row, upsert

OPEN = (RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED)


class RecordingRepository(Repository[RecordingRecord]):
    table = table.recording
    kind = RecordingRecord

    async def save(self, records: Sequence[RecordingRecord], *, node: str) -> None:
        """Insert or replace recordings that `node` makes."""
        await upsert(self._connection, self.table, [to_row(record) | {"node": node} for record in records])

    async def unfinished(self, node: str) -> tuple[RecordingRecord, ...]:
        """Recordings of `node` that are not closed, as far as the store knows."""
        statement = select(self.table).where(self.table.c.node == node, self.table.c.status.in_(OPEN))
        return await self._many(statement.order_by(self.table.c.started_at))

    async def of_call(self, call_sid: str) -> tuple[RecordingRecord, ...]:
        statement = select(self.table).where(self.table.c.call_sid == call_sid)
        return await self._many(statement.order_by(self.table.c.started_at))
