"""One database, opened and migrated: SQLite in a file or PostgreSQL, by URL."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from ringback.store.advisory_lock import AdvisoryLock
from ringback.store.errors import StoreTooNew, StoreUnavailable
from ringback.store.migration import UnknownRevision, migrate
from ringback.store.node_lock import NodeLock
from ringback.store.sqlite_connection import SqliteConnection, connect

SQLITE_PRAGMAS = ("busy_timeout=10000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON")
POSTGRESQL_POOL_SIZE = 6
"""One of them holds the lock of the node."""
READ_ONLY = "ringback_read_only"
ALONE_LOCK = 0x414C4F4E45  # "ALONE", among the advisory locks of the database


class Database:
    """Connections in transactions: one that ends well is committed, one left by an exception is rolled back."""

    def __init__(self, engine: AsyncEngine, url: str) -> None:
        self._engine = engine
        self._file = _sqlite_file(url)
        self._node_lock: NodeLock | AdvisoryLock | None = None
        # A database in memory is one connection, which holds one transaction at a time.
        self._turn: contextlib.AbstractAsyncContextManager[object] = contextlib.nullcontext()
        if ":memory:" in url:
            self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect and bring the tables to this version. Raises `StoreUnavailable` or `StoreTooNew`."""
        if url.startswith("sqlite:///"):
            await asyncio.to_thread(_probe_sqlite, url)
        engine = _engine(url)
        database = cls(engine, url)
        try:
            async with database.begin() as connection:
                await connection.run_sync(migrate)
        except UnknownRevision as error:
            await engine.dispose()
            raise StoreTooNew(url, error.revision) from None
        except (SQLAlchemyError, OSError) as error:
            await engine.dispose()
            raise StoreUnavailable(url, _reason(error)) from error
        return database

    @contextlib.asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write."""
        async with self._turn, self._engine.begin() as connection:
            yield connection

    @contextlib.asynccontextmanager
    async def begin_alone(self) -> AsyncIterator[AsyncConnection]:
        """The same, when no other of these runs: what it has looked up stays so until it ends.

        On SQLite no two writers ever run at once. On PostgreSQL the others wait, those of other processes too.
        """
        async with self.begin() as connection:
            if self._engine.dialect.name == "postgresql":
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ALONE_LOCK})
            yield connection

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads: on SQLite it does not wait for a writer."""
        async with self._turn, self._engine.connect() as connection:
            await connection.execution_options(**{READ_ONLY: True})
            async with connection.begin():
                yield connection

    async def claim(self, node: str) -> None:
        """Be the only process that is this node of the database, until `close`. Raises `NodeTaken`.

        A database in memory is nobody else's.
        """
        if self._node_lock is not None:
            return
        if self._file is not None:
            self._node_lock = await asyncio.to_thread(NodeLock.take, self._file, node)
        elif self._engine.dialect.name == "postgresql":
            self._node_lock = await AdvisoryLock.take(self._engine, node)

    async def close(self) -> None:
        lock, self._node_lock = self._node_lock, None
        if isinstance(lock, AdvisoryLock):
            await lock.release()
        await self._engine.dispose()
        if isinstance(lock, NodeLock):
            lock.release()


def _sqlite_file(url: str) -> Path | None:
    """None for a database in memory, and for PostgreSQL."""
    name = url.removeprefix("sqlite:///").partition("?")[0]
    return Path(name) if url.startswith("sqlite:///") and name and ":memory:" not in name else None


def _probe_sqlite(url: str) -> None:
    """Open the file without the async driver, whose thread may outlive the loop after an open that failed."""
    try:
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///").partition("?")[0])) as connection:
            connection.execute("PRAGMA schema_version")
    except sqlite3.Error as error:
        raise StoreUnavailable(url, str(error)) from None


def _engine(url: str) -> AsyncEngine:
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        engine = create_async_engine(f"sqlite+aiosqlite://{rest}", connect_args={"async_creator_fn": connect})
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    if scheme == "postgresql":
        return create_async_engine(f"postgresql+asyncpg://{rest}", pool_size=POSTGRESQL_POOL_SIZE, pool_pre_ping=True)
    raise StoreUnavailable(url, "it must begin with sqlite:/// or postgresql://")


def _prepare_sqlite(connection: Any, record: Any) -> None:
    """WAL lets readers and the writer work at once; NORMAL survives a crash of the process at every commit."""
    connection.isolation_level = None  # the driver must not begin transactions by itself
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: one taken half-way fails instead of waiting."""
    if connection.get_execution_options().get(READ_ONLY, False):
        driver = connection.connection.driver_connection
        assert isinstance(driver, SqliteConnection)
        driver.begin_reading()
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _reason(error: Exception) -> str:
    """What the driver said, in one line."""
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
