"""Pages of a long list, newest first, that neither repeat nor lose a record while others are added (rest-api.md 6).

A page is asked for by the record that it lies behind, not by a count: `Position` is that record's moment and SID.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, Row, Select, and_, or_
from sqlalchemy.ext.asyncio import AsyncConnection

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a record stands in a list that is ordered by moment and then by SID."""

    at: datetime
    sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """The first `size` records, or those that follow `after`, or those that come just ahead of `before`."""

    size: int = 50
    after: Position | None = None
    before: Position | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice(Generic[Item]):
    """One page, newest record first, and whether there is more on either side of it."""

    records: tuple[Item, ...] = ()
    has_next: bool = False
    has_previous: bool = False


async def read_slice(
    connection: AsyncConnection,
    statement: Select[Any],
    request: PageRequest,
    *,
    at: Column[Any],
    sid: Column[Any],
    record: Callable[[Row[Any]], Item],
) -> Slice[Item]:
    """A page of what `statement` selects, ordered by the columns `at` and `sid`, both falling."""
    backwards = request.before is not None
    bound = request.before or request.after
    if bound is not None:
        newer, older = at > bound.at, at < bound.at
        same = at == bound.at
        beside = or_(newer, and_(same, sid > bound.sid)) if backwards else or_(older, and_(same, sid < bound.sid))
        statement = statement.where(beside)
    order = (at.asc(), sid.asc()) if backwards else (at.desc(), sid.desc())
    rows: Sequence[Row[Any]] = (await connection.execute(statement.order_by(*order).limit(request.size + 1))).all()
    has_more = len(rows) > request.size
    records = [record(row) for row in rows[: request.size]]
    if backwards:
        return Slice(records=tuple(reversed(records)), has_next=True, has_previous=has_more)
    return Slice(records=tuple(records), has_next=has_more, has_previous=request.after is not None)


def slice_of(items: Sequence[Item], request: PageRequest, position: Callable[[Item], Position]) -> Slice[Item]:
    """The same of a list in memory, in any order."""
    ordered = sorted(items, key=lambda item: (position(item).at, position(item).sid), reverse=True)

    def key(item: Item) -> tuple[datetime, str]:
        return position(item).at, position(item).sid

    if request.before is not None:
        bound = (request.before.at, request.before.sid)
        ahead = [item for item in ordered if key(item) > bound]
        return Slice(records=tuple(ahead[-request.size :]), has_next=True, has_previous=len(ahead) > request.size)
    if request.after is not None:
        bound = (request.after.at, request.after.sid)
        ordered = [item for item in ordered if key(item) < bound]
    return Slice(
        records=tuple(ordered[: request.size]),
        has_next=len(ordered) > request.size,
        has_previous=request.after is not None,
    )
