"""Conferences, written behind the calls in them and read by the API and at start."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, select

from ringback.model.record import ConferenceRecord, ConferenceStatus
from ringback.store import table
from ringback.store.call import Span
from ringback.store.paging import PageRequest, Slice
from ringback.store.repository import Repository
from ringback.store.row import to_row, upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceFilter:
    """Which conferences of an account are asked for (rest-api.md 9.8); None asks for all."""

    account_sid: str
    friendly_name: str | None = None
    status: ConferenceStatus | None = None
    created: Span = field(default_factory=Span)
    updated: Span = field(default_factory=Span)

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        columns = table.conference.c
        yield columns.account_sid == self.account_sid
        if self.friendly_name is not None:
            yield columns.friendly_name == self.friendly_name
        if self.status is not None:
            yield columns.status == self.status
        for column, span in ((columns.created_at, self.created), (columns.updated_at, self.updated)):
            if span.since is not None:
                yield column >= span.since
            if span.until is not None:
                yield column < span.until


class ConferenceRepository(Repository[ConferenceRecord]):
    table = table.conference
    kind = ConferenceRecord

    async def save(self, records: Sequence[ConferenceRecord], *, node: str) -> None:
        """Insert or replace conferences that run on `node`."""
        await upsert(self._connection, self.table, [to_row(record) | {"node": node} for record in records])

    async def find(self, wanted: ConferenceFilter, page: PageRequest) -> Slice[ConferenceRecord]:
        """One page of an account's conferences, newest first."""
        return await self.page(page, *wanted.conditions())

    async def unfinished(self, node: str) -> tuple[ConferenceRecord, ...]:
        """Conferences of `node` that are not over, as far as the store knows."""
        columns = self.table.c
        statement = select(self.table).where(columns.node == node, columns.status != ConferenceStatus.COMPLETED)
        return await self._many(statement.order_by(columns.created_at))
