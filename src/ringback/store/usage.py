"""Sums over what calls left behind, by day: counted by the database, so that a busy year is a few hundred rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Integer, Select, String, Table, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.model.call_status import Direction
from ringback.store import table

SECONDS_OF_A_DAY = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSum:
    """Calls of one day that are alike. A minute that was begun counts whole."""

    day: date
    direction: Direction
    scheme: str  # of what was called: "sip", "client", "app", or "number"
    is_toll_free: bool
    count: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaSum:
    """Recordings or transcriptions of one day."""

    day: date
    count: int
    minutes: int


class UsageRepository:
    """Reads within the transaction of `connection`; `since` is included, `until` is not."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._is_postgresql = connection.dialect.name == "postgresql"

    async def calls(self, account_sids: Collection[str], since: datetime, until: datetime) -> Sequence[CallSum]:
        """Every call, whether or not it was answered."""
        columns = table.call.c
        day, scheme, free = self._day(columns.created_at), _scheme(columns.to), _is_toll_free(columns.to)
        keys: list[ColumnElement[Any]] = [day, columns.direction, scheme, free]
        minutes = func.coalesce(func.sum(self._minutes(columns.answered_at, columns.ended_at)), 0)
        statement: Select[*tuple[Any, ...]] = select(*keys, func.count(), minutes).group_by(*keys)
        rows = await self._connection.execute(_within(statement, table.call, "created_at", account_sids, since, until))
        return [
            CallSum(
                day=date.fromisoformat(row[0]),
                direction=row[1],
                scheme=row[2],
                is_toll_free=bool(row[3]),
                count=row[4],
                minutes=int(row[5]),
            )
            for row in rows
        ]

    async def recordings(self, account_sids: Collection[str], since: datetime, until: datetime) -> Sequence[MediaSum]:
        return await self._media(table.recording, "started_at", account_sids, since, until)

    async def transcriptions(
        self, account_sids: Collection[str], since: datetime, until: datetime
    ) -> Sequence[MediaSum]:
        return await self._media(table.transcription, "created_at", account_sids, since, until)

    async def first_day(self, account_sids: Collection[str]) -> date | None:
        """The day of the oldest call; None where there is none."""
        columns = table.call.c
        statement = select(func.min(columns.created_at)).where(columns.account_sid.in_(account_sids))
        found = (await self._connection.execute(statement)).scalar_one()
        return None if found is None else found.date()

    async def _media(
        self, source: Table, dated_by: str, account_sids: Collection[str], since: datetime, until: datetime
    ) -> Sequence[MediaSum]:
        day = self._day(source.c[dated_by])
        minutes = func.coalesce(func.sum((source.c.duration_seconds + 59) / 60), 0)
        statement: Select[*tuple[Any, ...]] = select(day, func.count(), minutes).group_by(day)
        rows = await self._connection.execute(_within(statement, source, dated_by, account_sids, since, until))
        return [MediaSum(day=date.fromisoformat(row[0]), count=row[1], minutes=int(row[2])) for row in rows]

    def _day(self, moment: Column[Any]) -> ColumnElement[str]:
        if self._is_postgresql:
            return func.to_char(func.timezone("UTC", moment), "YYYY-MM-DD")
        return func.substr(cast(moment, String), 1, 10)

    def _minutes(self, since: Column[Any], until: Column[Any]) -> ColumnElement[Any]:
        """Begun minutes between two moments; nothing where one of them is missing."""
        if self._is_postgresql:
            return func.ceil(func.extract("epoch", until - since) / 60)
        days = func.julianday(cast(until, String)) - func.julianday(cast(since, String))
        seconds = cast(func.round(days * SECONDS_OF_A_DAY), Integer)
        return (seconds + 59) / 60


def _within(
    statement: Select[*tuple[Any, ...]],
    source: Table,
    dated_by: str,
    account_sids: Collection[str],
    since: datetime,
    until: datetime,
) -> Select[*tuple[Any, ...]]:
    moment = source.c[dated_by]
    return statement.where(source.c.account_sid.in_(account_sids), moment >= since, moment < until)


def _scheme(address: Column[Any]) -> ColumnElement[str]:
    return case(
        (address.like("sip:%") | address.like("sips:%"), "sip"),
        (address.like("client:%"), "client"),
        (address.like("app:%"), "app"),
        else_="number",
    )


def _is_toll_free(address: Column[Any]) -> ColumnElement[int]:
    """North American free numbers."""
    codes = ("800", "833", "844", "855", "866", "877", "888")
    matches = [address.like(f"+1{code}%") for code in codes]
    found: ColumnElement[bool] = matches[0]
    for match in matches[1:]:
        found = found | match
    return case((found, 1), else_=0)
