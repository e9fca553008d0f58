"""Conferences and queues on both databases: which a filter finds, and what a crash leaves (rest-api.md 9.8, 9.10)."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ringback.model.record import ConferenceRecord, ConferenceStatus, QueueRecord
from ringback.model.sid import ConferenceSid, QueueSid
from ringback.store.call import Span
from ringback.store.conference import ConferenceFilter, ConferenceRepository
from ringback.store.database import Database
from ringback.store.paging import PageRequest, Position
from ringback.store.queue import QueueRepository
from ringback.store.record_writer import record_writer
from ringback.store.recovery import close_interrupted
from tests.integration.store.conftest import ACCOUNT, START

OTHER = "AC" + "9" * 32


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


def conference(number: int, status: ConferenceStatus = ConferenceStatus.IN_PROGRESS, **fields: Any) -> ConferenceRecord:
    values: dict[str, Any] = {
        "sid": ConferenceSid(f"CF{number:032x}"),
        "account_sid": ACCOUNT,
        "friendly_name": f"room {number}",
        "status": status,
        "created_at": minute(number),
        "updated_at": minute(number + 10),
    }
    return ConferenceRecord(**{**values, **fields})


def queue(number: int, **fields: Any) -> QueueRecord:
    values: dict[str, Any] = {
        "sid": QueueSid(f"QU{number:032x}"),
        "account_sid": ACCOUNT,
        "friendly_name": f"desk {number}",
        "max_size": 1000,
        "created_at": minute(number),
        "updated_at": minute(number),
    }
    return QueueRecord(**{**values, **fields})


@pytest.fixture
async def filled(database: Database) -> Database:
    """Four conferences, a minute apart; 0 waits, 1 and 2 run, 3 is over; 4 is of another account."""
    records = [
        conference(0, ConferenceStatus.INIT),
        conference(1, region="ie1"),
        conference(2, friendly_name="room 1"),
        conference(3, ConferenceStatus.COMPLETED, reason_ended="last-participant-left", ended_by="CA" + "1" * 32),
        conference(4, account_sid=OTHER),
    ]
    assert await record_writer(database, node="main")(records) == ()
    return database


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [3, 2, 1, 0]),
        ({"status": ConferenceStatus.IN_PROGRESS}, [2, 1]),
        ({"friendly_name": "room 1"}, [2, 1]),
        ({"created": Span(since=minute(2))}, [3, 2]),
        ({"created": Span(until=minute(2))}, [1, 0]),
        ({"updated": Span(since=minute(11), until=minute(13))}, [2, 1]),
        ({"account_sid": OTHER}, [4]),
    ],
)
async def test_a_filter_finds_what_it_asks_for_newest_first(
    filled: Database, wanted: dict[str, Any], found: list[int]
) -> None:
    async with filled.read() as connection:
        page = await ConferenceRepository(connection).find(
            ConferenceFilter(**{"account_sid": ACCOUNT, **wanted}), PageRequest()
        )
    assert [int(record.sid[2:], 16) for record in page.records] == found


async def test_a_record_is_read_as_it_was_written(filled: Database) -> None:
    async with filled.read() as connection:
        repository = ConferenceRepository(connection)
        assert await repository.get(conference(1).sid) == conference(1, region="ie1")
        page = await repository.find(
            ConferenceFilter(account_sid=ACCOUNT),
            PageRequest(size=2, after=Position(at=minute(2), sid=conference(2).sid)),
        )
    assert [record.friendly_name for record in page.records] == ["room 1", "room 0"]


async def test_a_crash_leaves_no_conference_of_this_node_open(filled: Database, tmp_path: Path) -> None:
    other = conference(5, ConferenceStatus.INIT)
    async with filled.begin() as connection:
        await ConferenceRepository(connection).save([other], node="other")
    await close_interrupted(filled, node="main", recordings=tmp_path)
    async with filled.read() as connection:
        records = {record.sid: record for record in await ConferenceRepository(connection).all()}
    assert [records[conference(number).sid].status.value for number in range(6)] == ["completed"] * 5 + ["init"]
    assert records[conference(1).sid].reason_ended == "last-participant-left"
    assert records[conference(1).sid].ended_by is None, "everybody left at once"
    assert records[conference(3).sid].reason_ended == "last-participant-left"


async def test_queues_are_written_renamed_listed_and_removed(database: Database) -> None:
    write = record_writer(database, node="main")
    assert await write([queue(1), queue(2), queue(3, account_sid=OTHER, friendly_name="desk 1")]) == ()
    assert await write([queue(1, friendly_name="night desk", max_size=7)]) == ()
    async with database.read() as connection:
        page = await QueueRepository(connection).of_account(ACCOUNT, PageRequest())
    assert page.records == (queue(2), queue(1, friendly_name="night desk", max_size=7))
    async with database.begin() as connection:
        await QueueRepository(connection).remove({queue(1).sid})
        assert await QueueRepository(connection).get(queue(1).sid) is None


async def test_an_account_has_a_queue_of_a_name_once(database: Database) -> None:
    write = record_writer(database, node="main")
    assert await write([queue(1)]) == ()
    (refused,) = await write([queue(2, friendly_name="desk 1")])
    assert refused.record == queue(2, friendly_name="desk 1")
