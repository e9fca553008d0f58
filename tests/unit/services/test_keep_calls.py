"""Calls as the API reads and deletes them, on a store that is slow to be written."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ringback.clock import SystemClock
from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import CallRecord
from ringback.model.sid import AccountSid, CallSid
from ringback.services.keep_calls import CallKeeping
from ringback.services.reading import Reading
from ringback.services.refusal import Refused
from ringback.store.call import CallFilter, CallRepository
from ringback.store.database import Database
from ringback.store.paging import PageRequest
from ringback.store.record_writer import record_writer
from ringback.store.write_behind import RecordRefused, WriteBehind, WriteFailed, Written

MINE, OTHER = AccountSid("AC" + "1" * 32), AccountSid("AC" + "2" * 32)
CALL = CallRecord(
    sid=CallSid("CA" + "1" * 32),
    account_sid=MINE,
    from_="a",
    to="b",
    direction=Direction.INBOUND,
    status=CallStatus.RINGING,
    created_at=datetime(2026, 3, 2, tzinfo=UTC),
)


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    opened = await Database.open("sqlite:///:memory:")
    yield opened
    await opened.close()


async def _never(records: Sequence[Written]) -> Sequence[RecordRefused]:
    raise WriteFailed("away")


async def test_one_call_is_found_in_its_newest_state_without_waiting_for_the_writer(database: Database) -> None:
    async with database.begin() as connection:
        await CallRepository(connection).save([CALL], node="n")
    writer = WriteBehind(_never, SystemClock(), report=lambda *_: None)
    keeping = CallKeeping(Reading(database=database, writer=writer))
    assert await keeping.find(MINE, CALL.sid) == CALL
    writer.put(answered := replace(CALL, status=CallStatus.IN_PROGRESS))
    assert await keeping.find(MINE, CALL.sid) == answered
    assert await keeping.find(OTHER, CALL.sid) is None
    assert await keeping.find(MINE, "CA" + "9" * 32) is None


async def test_a_page_and_a_deletion_see_what_was_put_before(database: Database) -> None:
    writer = WriteBehind(record_writer(database, node="n"), SystemClock(), report=lambda *_: None)
    writer.start()
    keeping = CallKeeping(Reading(database=database, writer=writer))
    writer.put(CALL)
    with pytest.raises(Refused):
        await keeping.remove(MINE, CALL.sid)
    writer.put(replace(CALL, status=CallStatus.COMPLETED))
    assert [call.status for call in (await keeping.page(CallFilter(account_sid=MINE), PageRequest())).records] == [
        CallStatus.COMPLETED
    ]
    assert not await keeping.remove(OTHER, CALL.sid)
    assert await keeping.remove(MINE, CALL.sid)
    assert not await keeping.remove(MINE, CALL.sid)
    await writer.close()
