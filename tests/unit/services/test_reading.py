"""What calls left behind is read after what waits to be written."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest

from ringback.clock import SystemClock
from ringback.model.record import NotificationRecord
from ringback.model.sid import AccountSid
from ringback.services.reading import Reading
from ringback.store.database import Database
from ringback.store.notification import NotificationRepository
from ringback.store.record_writer import record_writer
from ringback.store.write_behind import RecordRefused, WriteBehind, WriteFailed, Written

NOTE = NotificationRecord(
    sid="NO" + "1" * 32,
    account_sid=AccountSid("AC" + "1" * 32),
    call_sid=None,
    error_code=11200,
    level="error",
    message="no answer",
    created_at=datetime(2026, 3, 1, tzinfo=UTC),
)


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    opened = await Database.open("sqlite:///:memory:")
    yield opened
    await opened.close()


async def test_what_was_put_a_moment_ago_is_read(database: Database) -> None:
    writer = WriteBehind(record_writer(database, node="n"), SystemClock(), report=lambda *_: None)
    writer.start()
    reading = Reading(database=database, writer=writer)
    writer.put(NOTE)
    async with reading.read() as connection:
        assert await NotificationRepository(connection).get(NOTE.sid) == NOTE
    writer.put(NOTE)
    async with reading.change() as connection:
        await NotificationRepository(connection).remove({NOTE.sid})
    async with reading.read() as connection:
        assert await NotificationRepository(connection).get(NOTE.sid) is None
    await writer.close()


async def test_a_change_that_fails_changes_nothing(database: Database) -> None:
    reading = Reading(database=database, writer=WriteBehind(_fails, SystemClock(), report=lambda *_: None))

    async def put_and_fail() -> None:
        async with reading.change() as connection:
            await NotificationRepository(connection).put(NOTE)
            raise KeyError

    with pytest.raises(KeyError):
        await put_and_fail()
    async with reading.read() as connection:
        assert await NotificationRepository(connection).all() == ()


async def test_a_store_that_cannot_be_written_is_read_as_it_is(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ringback.services.reading.DRAIN_SECONDS", 0.05)
    writer = WriteBehind(_fails, SystemClock(), report=lambda *_: None)
    writer.start()
    writer.put(NOTE)
    async with asyncio.timeout(2), Reading(database=database, writer=writer).read() as connection:
        assert await NotificationRepository(connection).all() == ()
    await writer.close()


async def _fails(records: Sequence[Written]) -> Sequence[RecordRefused]:
    raise WriteFailed("full")
