"""A connection to SQLite that goes to its thread once for each statement.

aiosqlite goes there for the cursor, for the statement, for the rows and to close the cursor, and SQLAlchemy for a
rollback after every commit. While calls keep the loop busy, each trip waits for the thread to be run and then for the
loop, which costs a reader more than the statement does. Here rows come back with their statement, nothing is rolled
back after a commit, and a transaction that only reads begins with its first statement, which is when SQLite takes its
snapshot anyway, and ends without being waited for.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import aiosqlite

CHUNK_ROWS = 64
"""aiosqlite's own default, for iterating over a cursor, which nobody does here."""


def connect(database: str, **options: Any) -> "SqliteConnection":
    """Not open until it is awaited; for `async_creator_fn` of SQLAlchemy's dialect."""
    connection = SqliteConnection(lambda: sqlite3.connect(database, **options), CHUNK_ROWS)
    connection._thread.daemon = True  # as SQLAlchemy does: a process does not wait for a connection nobody closed
    return connection


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What a statement left behind, in Python's words for it (PEP 249)."""

    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    rows: Sequence[Any] = ()


class SqliteConnection(aiosqlite.Connection):
    """What SQLAlchemy's dialect uses of aiosqlite's, with other cursors."""

    _is_at_rest = True
    """Its last statement was a commit or a rollback, and has been done: there is nothing to roll back."""
    _only_reads = False
    _begin: str | None = None

    def begin_reading(self) -> None:
        """A transaction that takes its snapshot with the next statement. The thread keeps the order of what it is
        asked, so whoever has the connection next finds it ended."""
        self._only_reads, self._begin = True, "BEGIN"

    def cursor(self) -> "_Cursor":  # type: ignore[override]
        return _Cursor(self)

    async def run(self, statement: str, parameters: Any, *, many: bool = False) -> _Outcome:
        """One statement, or the same one for many parameters; its rows are all read."""
        begin, self._begin = self._begin, None
        self._is_at_rest = False
        outcome: _Outcome = await self._execute(_run, self._conn, begin, statement, parameters, many)  # type: ignore[no-untyped-call]
        return outcome

    async def commit(self) -> None:
        await self._end(self._conn.commit)

    async def rollback(self) -> None:
        await self._end(self._conn.rollback)

    async def _end(self, end: Callable[[], None]) -> None:
        """Whoever was cancelled in the middle of a statement does not know whether it began: that is rolled back."""
        only_reads, self._only_reads, self._begin = self._only_reads, False, None
        if self._is_at_rest:
            return
        if only_reads:
            self._tx.put_nowait((None, end))
        else:
            await self._execute(end)  # type: ignore[no-untyped-call]
        self._is_at_rest = True


class _Cursor:
    """As much of a cursor as SQLAlchemy asks for; it holds nothing open."""

    arraysize = 1

    def __init__(self, connection: SqliteConnection) -> None:
        self._connection = connection
        self._outcome = _Outcome()

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> Self:
        self._outcome = await self._connection.run(statement, parameters)
        return self

    async def executemany(self, statement: str, parameters: Any) -> Self:
        self._outcome = await self._connection.run(statement, parameters, many=True)
        return self

    async def fetchall(self) -> Sequence[Any]:
        return self._outcome.rows

    async def close(self) -> None:
        """It is."""

    @property
    def description(self) -> Any:
        return self._outcome.description

    @property
    def rowcount(self) -> int:
        return self._outcome.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._outcome.lastrowid


def _run(connection: sqlite3.Connection, begin: str | None, statement: str, parameters: Any, many: bool) -> _Outcome:
    """In the thread of the connection."""
    if begin is not None:
        connection.execute(begin)
    cursor = connection.cursor()
    try:
        (cursor.executemany if many else cursor.execute)(statement, parameters)
        return _Outcome(
            description=cursor.description,
            rowcount=cursor.rowcount,
            lastrowid=cursor.lastrowid,
            rows=cursor.fetchall() if cursor.description else (),
        )
    finally:
        cursor.close()
