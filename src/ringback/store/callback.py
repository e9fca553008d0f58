"""Callbacks, written before they are sent; read at the next start, and by whoever looks for one that failed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from ringback.model.record import CallbackRecord, CallbackState
from ringback.store import table
from ringback.store.paging import PageRequest, Slice, read_slice
from ringback.store.repository import Repository
from ringback.store.row import to_record, to_row, upsert


class CallbackRepository(Repository[CallbackRecord]):
    table = table.callback
    kind = CallbackRecord

    async def save(self, records: Sequence[CallbackRecord], *, node: str) -> None:
        """Insert or replace callbacks that `node` sends."""
        await upsert(self._connection, self.table, [to_row(record) | {"node": node} for record in records])

    async def open(
        self, node: str, state: CallbackState, *, after_sequence: int = -1, limit: int = 1000
    ) -> tuple[CallbackRecord, ...]:
        """Callbacks of `node` that are waiting, or held, oldest first, `limit` at most."""
        columns = self.table.c
        statement = select(self.table).where(
            columns.node == node,
            columns.state == state,
            columns.sequence > after_sequence,
            columns.finished_at.is_(None),
        )
        return await self._many(statement.order_by(columns.sequence, columns.sid).limit(limit))

    async def next_sequence(self, node: str) -> int:
        """One more than any callback of `node` has."""
        columns = self.table.c
        highest: list[int] = []
        for state in CallbackState:  # each is the end of an index
            statement = select(func.max(columns.sequence)).where(columns.node == node, columns.state == state)
            highest.append((await self._connection.execute(statement)).scalar() or 0)
        return max(highest) + 1

    async def of_call(self, call_sid: str) -> tuple[CallbackRecord, ...]:
        """In the order in which they are sent."""
        statement = select(self.table).where(self.table.c.call_sid == call_sid)
        return await self._many(statement.order_by(self.table.c.sequence, self.table.c.sid))

    async def of_account(
        self,
        account_sid: str,
        page: PageRequest,
        *,
        call_sid: str | None = None,
        state: CallbackState | None = None,
    ) -> Slice[CallbackRecord]:
        """A page of an account's callbacks, newest first; those that are only held are nobody's business."""
        columns = self.table.c
        statement = select(self.table).where(columns.account_sid == account_sid, columns.state != CallbackState.HELD)
        if call_sid is not None:
            statement = statement.where(columns.call_sid == call_sid)
        if state is not None:
            statement = statement.where(columns.state == state)
        return await read_slice(
            self._connection,
            statement,
            page,
            at=columns.created_at,
            sid=columns.sid,
            record=lambda row: to_record(CallbackRecord, row),
        )

    async def prune(self, finished_before: datetime, limit: int) -> int:
        """Forget `limit` callbacks that were finished before a moment; how many there were."""
        old = select(self.table.c.sid).where(self.table.c.finished_at < finished_before).limit(limit)
        return (await self._connection.execute(delete(self.table).where(self.table.c.sid.in_(old)))).rowcount
