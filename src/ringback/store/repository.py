"""What every repository can do with its table; each adds the queries that only it has."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, ClassVar, Generic

from sqlalchemy import ColumnElement, Select, Table, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.model.record import Origin
from ringback.store.paging import PageRequest, Slice, read_slice
from ringback.store.row import Record, to_record, to_records, to_row, upsert

MAX_PARAMETERS = 500  # in one IN (...) list; databases have limits, and this is under all of them


class Repository(Generic[Record]):
    """Records of one table, by SID, within the transaction of `connection`."""

    table: ClassVar[Table]
    kind: type[Record]
    dated_by: ClassVar[str] = "created_at"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, *records: Record) -> None:
        """Insert, or replace what has the same SID."""
        await upsert(self._connection, self.table, [to_row(record) for record in records])

    async def get(self, sid: str) -> Record | None:
        return await self._one(select(self.table).where(self.table.c.sid == sid))

    async def all(self) -> tuple[Record, ...]:
        return await self._many(select(self.table).order_by(self.table.c.sid))

    async def remove(self, sids: Collection[str]) -> None:
        for chunk in chunks(sids):
            await self._connection.execute(delete(self.table).where(self.table.c.sid.in_(chunk)))

    async def sids_of(self, origin: Origin) -> frozenset[str]:
        """The SIDs of all entries that came from there."""
        rows = await self._connection.execute(select(self.table.c.sid).where(self.table.c.origin == origin))
        return frozenset(rows.scalars())

    async def count(self, *conditions: ColumnElement[bool]) -> int:
        """How many records there are for which all `conditions` hold."""
        statement = select(func.count()).select_from(self.table).where(*conditions)
        return int((await self._connection.execute(statement)).scalar_one())

    async def page(self, request: PageRequest, *conditions: ColumnElement[bool]) -> Slice[Record]:
        """One page of the records for which all `conditions` hold, newest first."""
        return await read_slice(
            self._connection,
            select(self.table).where(*conditions),
            request,
            at=self.table.c[self.dated_by],
            sid=self.table.c.sid,
            record=lambda row: to_record(self.kind, row),
        )

    async def _one(self, statement: Select[Any]) -> Record | None:
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else to_record(self.kind, row)

    async def _many(self, statement: Select[Any]) -> tuple[Record, ...]:
        return to_records(self.kind, await self._connection.execute(statement))


def chunks(values: Collection[str]) -> Iterator[Sequence[str]]:
    """`values` in lists that fit into one statement."""
    listed = sorted(values)
    for start in range(0, len(listed), MAX_PARAMETERS):
        yield listed[start : start + MAX_PARAMETERS]
