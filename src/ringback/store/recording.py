"""Recordings, written behind the call path and read by the API and at start."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from ringback.model.record import RecordingRecord, RecordingStatus
from ringback.store import table
from ringback.store.call import Span
from ringback.store.paging import PageRequest, Slice
from ringback.store.repository import Repository
from ringback.store.row import to_row, upsert

_ALWAYS = Span()

OPEN = (RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED, RecordingStatus.STOPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFilter:
    """Which recordings of an account are asked for (rest-api.md 9.6); None asks for all that are not deleted."""

    account_sid: str
    call_sid: str | None = None
    conference_sid: str | None = None
    started: Span = _ALWAYS
    include_deleted: bool = False

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        columns = table.recording.c
        wanted = (
            (columns.account_sid, self.account_sid),
            (columns.call_sid, self.call_sid),
            (columns.conference_sid, self.conference_sid),
        )
        yield from (column == value for column, value in wanted if value is not None)
        if self.started.since is not None:
            yield columns.started_at >= self.started.since
        if self.started.until is not None:
            yield columns.started_at < self.started.until
        if not self.include_deleted:
            yield columns.status != RecordingStatus.DELETED


class RecordingRepository(Repository[RecordingRecord]):
    table = table.recording
    kind = RecordingRecord
    dated_by = "started_at"

    async def save(self, records: Sequence[RecordingRecord], *, node: str) -> None:
        """Insert or replace recordings that `node` makes."""
        await upsert(self._connection, self.table, [to_row(record) | {"node": node} for record in records])

    async def find(self, wanted: RecordingFilter, page: PageRequest) -> Slice[RecordingRecord]:
        """One page of an account's recordings, newest first."""
        return await self.page(page, *wanted.conditions())

    async def unfinished(self, node: str) -> tuple[RecordingRecord, ...]:
        """Recordings of `node` that are not closed, as far as the store knows."""
        statement = select(self.table).where(self.table.c.node == node, self.table.c.status.in_(OPEN))
        return await self._many(statement.order_by(self.table.c.started_at))

    async def of_call(self, call_sid: str) -> tuple[RecordingRecord, ...]:
        statement = select(self.table).where(self.table.c.call_sid == call_sid)
        return await self._many(statement.order_by(self.table.c.started_at))

    async def deleted_before(self, moment: datetime, limit: int) -> tuple[RecordingRecord, ...]:
        """Recordings that were deleted before a moment, `limit` at most."""
        statement = select(self.table).where(self.table.c.deleted_at < moment).limit(limit)
        return await self._many(statement)
