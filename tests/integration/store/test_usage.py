"""Sums by day, on both databases."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import CallRecord, RecordingRecord, RecordingStatus
from ringback.store.call import CallRepository
from ringback.store.database import Database
from ringback.store.recording import RecordingRepository
from ringback.store.usage import CallSum, MediaSum, UsageRepository
from tests.integration.store.conftest import ACCOUNT, START

DAY = timedelta(days=1)


async def test_calls_are_counted_by_day_direction_and_kind_and_a_begun_minute_is_whole(
    database: Database, make_call: Callable[..., CallRecord]
) -> None:
    def call(number: int, seconds: float | None, **fields: object) -> CallRecord:
        created = fields.pop("created_at", START)
        assert isinstance(created, datetime)
        ended = None if seconds is None else created + timedelta(seconds=seconds)
        answered = None if seconds is None else created
        return make_call(
            number, CallStatus.COMPLETED, created_at=created, answered_at=answered, ended_at=ended, **fields
        )

    calls = [
        call(1, 60.0),
        call(2, 61.0),
        call(3, None),
        call(4, 1.0, direction=Direction.OUTBOUND_API, to="+18005550100"),
        call(5, 59.9, direction=Direction.OUTBOUND_DIAL, to="client:ann", created_at=START + DAY),
        call(6, 5.0, created_at=START + 2 * DAY),
    ]
    async with database.begin() as connection:
        await CallRepository(connection).save(calls, node="main")
    async with database.read() as connection:
        usage = UsageRepository(connection)
        sums = await usage.calls([ACCOUNT], datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC))
        assert await usage.first_day([ACCOUNT]) == date(2026, 3, 1)
        assert await usage.calls(["AC" + "9" * 32], START - DAY, START + DAY) == []
    first, second = date(2026, 3, 1), date(2026, 3, 2)
    assert sorted(sums, key=lambda entry: (entry.day, entry.direction)) == [
        CallSum(day=first, direction=Direction.INBOUND, scheme="sip", is_toll_free=False, count=3, minutes=3),
        CallSum(day=first, direction=Direction.OUTBOUND_API, scheme="number", is_toll_free=True, count=1, minutes=1),
        CallSum(day=second, direction=Direction.OUTBOUND_DIAL, scheme="client", is_toll_free=False, count=1, minutes=1),
    ]


async def test_recordings_are_counted_by_day(
    database: Database, make_recording: Callable[..., RecordingRecord]
) -> None:
    recordings = [
        make_recording(1, status=RecordingStatus.COMPLETED, duration_seconds=61),
        make_recording(2, status=RecordingStatus.COMPLETED, duration_seconds=3),
        make_recording(3),
    ]
    async with database.begin() as connection:
        await RecordingRepository(connection).save(recordings, node="main")
    async with database.read() as connection:
        sums = await UsageRepository(connection).recordings([ACCOUNT], START - DAY, START + DAY)
    assert sums == [MediaSum(day=date(2026, 3, 1), count=3, minutes=3)]
