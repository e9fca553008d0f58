"""Calls, written behind the call path and read by the API and at start."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from ringback.model.call_status import CallStatus
from ringback.model.record import CallRecord
from ringback.store import table
from ringback.store.paging import PageRequest, Slice
from ringback.store.repository import Repository
from ringback.store.row import to_row, upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time: from `since` on and before `until`; None is open."""

    since: datetime | None = None
    until: datetime | None = None

    def conditions(self, column: ColumnElement[datetime]) -> Iterator[ColumnElement[bool]]:
        """What holds for a row whose moment lies in it."""
        if self.since is not None:
            yield column >= self.since
        if self.until is not None:
            yield column < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls of an account are asked for (rest-api.md 9.2, List filters); None asks for all.

    A call that was never dialled has no start, and one that runs has no end: a span leaves them out.
    """

    account_sid: str
    to: str | None = None
    from_: str | None = None
    parent_call_sid: str | None = None
    statuses: tuple[CallStatus, ...] = ()  # any of them; none asks for all
    started: Span = Span()
    ended: Span = Span()

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        columns = table.call.c
        wanted = (
            (columns.account_sid, self.account_sid),
            (columns.to, self.to),
            (columns.from_, self.from_),
            (columns.parent_call_sid, self.parent_call_sid),
        )
        yield from (column == value for column, value in wanted if value is not None)
        if self.statuses:
            yield columns.status.in_(self.statuses)
        for column, span in ((columns.started_at, self.started), (columns.ended_at, self.ended)):
            yield from span.conditions(column)


class CallRepository(Repository[CallRecord]):
    table = table.call
    kind = CallRecord

    async def save(self, records: Sequence[CallRecord], *, node: str) -> None:
        """Insert or replace calls that `node` runs."""
        await upsert(self._connection, self.table, [to_row(record) | {"node": node} for record in records])

    async def find(self, wanted: CallFilter, page: PageRequest) -> Slice[CallRecord]:
        """One page of an account's calls, newest first."""
        return await self.page(page, *wanted.conditions())

    async def unfinished(self, node: str) -> tuple[CallRecord, ...]:
        """Calls of `node` that have not ended, as far as the store knows."""
        statement = select(self.table).where(self.table.c.node == node, self.table.c.ended_at.is_(None))
        return await self._many(statement.order_by(self.table.c.created_at))
