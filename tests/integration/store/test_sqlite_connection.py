"""One trip to the thread for each statement, and transactions as whole as they were with more."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from ringback.model.record import CallRecord
from ringback.store.call import CallRepository
from ringback.store.database import Database
from ringback.store.sqlite_connection import SqliteConnection

MakeCall = Callable[..., CallRecord]


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(f"sqlite:///{tmp_path}/x.db")
    yield database
    await database.close()


class Trips(list[str]):
    """What was asked of the threads of all connections and waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.one_began = asyncio.Event()


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> Trips:
    trips = Trips()
    execute = SqliteConnection._execute

    async def count(connection: SqliteConnection, work: Any, *args: Any, **options: Any) -> Any:
        trips.append(work.__name__)
        trips.one_began.set()
        return await execute(connection, work, *args, **options)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(SqliteConnection, "_execute", count)
    return trips


async def save(database: Database, *calls: CallRecord) -> None:
    async with database.begin() as connection:
        await CallRepository(connection).save(calls, node="main")


async def test_a_reader_waits_once_for_each_statement(file: Database, make_call: MakeCall, trips: Trips) -> None:
    await save(file, make_call(1))
    trips.clear()
    async with file.read() as connection:
        assert await CallRepository(connection).get(make_call(1).sid) == make_call(1)
        assert await CallRepository(connection).count() == 1
    assert len(trips) == 2


async def test_a_writer_waits_also_for_its_lock_and_for_the_end(
    file: Database, make_call: MakeCall, trips: Trips
) -> None:
    await save(file)
    trips.clear()
    await save(file, make_call(1), make_call(2))
    assert trips == ["_run", "_run", "commit"]


async def test_a_reader_sees_one_moment(file: Database, make_call: MakeCall) -> None:
    async with file.read() as connection:
        assert await CallRepository(connection).count() == 0
        await save(file, make_call(1))
        assert await CallRepository(connection).count() == 0
    async with file.read() as connection:
        assert await CallRepository(connection).count() == 1


async def test_a_statement_that_fails_leaves_a_connection_that_serves(file: Database, make_call: MakeCall) -> None:
    async def write_and_fail() -> None:
        async with file.begin() as connection:
            await CallRepository(connection).save([make_call(1)], node="main")
            await connection.execute(text("INSERT INTO nowhere VALUES (1)"))

    for _ in range(3):
        with pytest.raises(Exception, match="no such table: nowhere"):
            await write_and_fail()
    await save(file, make_call(2))
    async with file.read() as connection:
        assert await CallRepository(connection).all() == (make_call(2),)


async def test_a_read_that_fails_leaves_a_connection_that_serves(file: Database, make_call: MakeCall) -> None:
    async def read_and_fail() -> None:
        async with file.read() as connection:
            await connection.execute(text("SELECT * FROM nowhere"))

    for _ in range(3):
        with pytest.raises(Exception, match="no such table: nowhere"):
            await read_and_fail()
    await save(file, make_call(2))
    async with file.read() as connection:
        assert await CallRepository(connection).count() == 1


async def test_who_is_cancelled_while_it_waits_for_the_lock_leaves_no_transaction(
    file: Database, tmp_path: Path, make_call: MakeCall, trips: Trips
) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        trips.one_began.clear()
        waiting = asyncio.create_task(save(file, make_call(1)))
        await trips.one_began.wait()
        waiting.cancel()
        other.execute("ROLLBACK")
        with contextlib.suppress(asyncio.CancelledError):
            await waiting
    async with asyncio.timeout(5):
        await save(file, make_call(2))
    async with file.read() as connection:
        assert await CallRepository(connection).all() == (make_call(2),)


@pytest.mark.parametrize("statement", [1, 2])
async def test_who_is_cancelled_in_the_middle_of_a_statement_changes_nothing(
    file: Database, make_call: MakeCall, trips: Trips, statement: int
) -> None:
    saving = asyncio.create_task(save(file, *(make_call(number) for number in range(200))))
    for _ in range(statement):
        trips.one_began.clear()
        await trips.one_began.wait()
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    async with asyncio.timeout(5):
        await save(file, make_call(300))
    async with file.read() as connection:
        assert await CallRepository(connection).count() == 1
