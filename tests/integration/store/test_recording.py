"""Recordings and transcriptions in a real database: filtered, paged, kept when deleted, failed after a crash."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ringback.model.record import RecordingRecord, RecordingStatus, TranscriptionRecord, TranscriptionStatus
from ringback.model.sid import AccountSid, CallSid, ConferenceSid, RecordingSid, TranscriptionSid
from ringback.store.call import Span
from ringback.store.database import Database
from ringback.store.paging import PageRequest, Position
from ringback.store.record_writer import record_writer
from ringback.store.recording import RecordingFilter, RecordingRepository
from ringback.store.recovery import close_interrupted
from ringback.store.transcription import TranscriptionRepository
from tests.integration.store.conftest import ACCOUNT, START

MakeRecording = Callable[..., RecordingRecord]
OTHER = AccountSid("AC" + "9" * 32)
CONFERENCE = ConferenceSid("CF" + "1" * 32)
DONE = RecordingStatus.COMPLETED


def transcription(number: int, recording: int = 0, **fields: object) -> TranscriptionRecord:
    values: dict[str, object] = {
        "sid": TranscriptionSid(f"TR{number:032x}"),
        "account_sid": ACCOUNT,
        "recording_sid": RecordingSid(f"RE{recording:032x}"),
        "status": TranscriptionStatus.COMPLETED,
        "duration_seconds": 9,
        "created_at": START + timedelta(seconds=number),
        "text": "please call me back, é\x00",
    }
    return TranscriptionRecord(**{**values, **fields})  # type: ignore[arg-type]


@pytest.fixture
async def filled(database: Database, make_recording: MakeRecording) -> Database:
    """Six recordings, a minute apart: 0 to 2 of call 1, 3 of a conference, 4 deleted, 5 of another account."""
    rows = [make_recording(n, call=1, status=DONE, started_at=START + timedelta(minutes=n)) for n in range(3)]
    later = START + timedelta(minutes=9)
    rows.append(make_recording(3, call=2, status=DONE, conference_sid=CONFERENCE, started_at=later))
    rows.append(make_recording(4, call=1, status=RecordingStatus.DELETED, deleted_at=later, updated_at=later))
    rows.append(make_recording(5, call=1, status=DONE, account_sid=OTHER))
    await record_writer(database, node="main")(rows)
    return database


async def found(database: Database, page: PageRequest | None = None, **wanted: object) -> list[int]:
    asked = RecordingFilter(**{"account_sid": ACCOUNT, **wanted})  # type: ignore[arg-type]
    async with database.read() as connection:
        slice_ = await RecordingRepository(connection).find(asked, page or PageRequest())
    return [int(record.sid[2:], 16) for record in slice_.records]


async def test_what_is_new_about_a_recording_comes_back(database: Database, make_recording: MakeRecording) -> None:
    record = make_recording(
        1, conference_sid=CONFERENCE, track="inbound", updated_at=START, deleted_at=START + timedelta(days=1)
    )
    await record_writer(database, node="main")([record])
    async with database.read() as connection:
        assert await RecordingRepository(connection).get(record.sid) == record


async def test_each_filter_leaves_only_what_it_names_and_deleted_ones_are_not_listed(filled: Database) -> None:
    assert await found(filled) == [3, 2, 1, 0]
    assert await found(filled, include_deleted=True) == [3, 2, 1, 4, 0]
    assert await found(filled, call_sid=CallSid(f"CA{1:032x}")) == [2, 1, 0]
    assert await found(filled, conference_sid=CONFERENCE) == [3]
    minute = timedelta(minutes=1)
    assert await found(filled, started=Span(since=START + minute)) == [3, 2, 1]
    assert await found(filled, started=Span(until=START + minute)) == [0]
    assert await found(filled, started=Span(since=START + minute, until=START + 2 * minute)) == [1]
    assert await found(filled, account_sid=OTHER) == [5]


async def test_pages_follow_one_another(filled: Database, make_recording: MakeRecording) -> None:
    after = Position(at=START + timedelta(minutes=2), sid=f"RE{2:032x}")
    assert await found(filled, PageRequest(size=2, after=after)) == [1, 0]


async def test_what_was_deleted_long_ago_is_found_for_forgetting(filled: Database) -> None:
    async with filled.read() as connection:
        repository = RecordingRepository(connection)
        assert await repository.deleted_before(START + timedelta(minutes=9), 10) == ()
        (old,) = await repository.deleted_before(START + timedelta(minutes=10), 10)
        assert old.sid == f"RE{4:032x}"


async def test_transcriptions_are_listed_newest_first_and_by_recording(database: Database) -> None:
    await record_writer(database, node="main")(
        [transcription(1, 1), transcription(2, 2), transcription(3, 1), transcription(4, 1, account_sid=OTHER)]
    )
    async with database.read() as connection:
        repository = TranscriptionRepository(connection)
        listed = (await repository.find(ACCOUNT, PageRequest())).records
        assert [record.duration_seconds for record in listed] == [9, 9, 9]
        assert [int(record.sid[2:], 16) for record in listed] == [3, 2, 1]
        assert listed[0].text == "please call me back, é\ufffd"
        of_one = await repository.find(ACCOUNT, PageRequest(), recording_sid=f"RE{1:032x}")
        assert [int(record.sid[2:], 16) for record in of_one.records] == [3, 1]


async def test_what_a_crash_left_being_transcribed_has_failed(database: Database, tmp_path: Path) -> None:
    open_, done = transcription(1, status=TranscriptionStatus.IN_PROGRESS, text=None), transcription(2)
    other = transcription(3, status=TranscriptionStatus.IN_PROGRESS, text=None)
    await record_writer(database, node="main")([open_, done])
    await record_writer(database, node="other")([other])
    await close_interrupted(database, node="main", recordings=tmp_path)
    async with database.read() as connection:
        repository = TranscriptionRepository(connection)
        states = [getattr(await repository.get(record.sid), "status", None) for record in (open_, done, other)]
    failed, completed, running = TranscriptionStatus.FAILED, TranscriptionStatus.COMPLETED, open_.status
    assert states == [failed, completed, running]


async def test_a_recording_that_was_stopped_and_not_closed_is_closed_after_a_crash(
    database: Database, make_recording: MakeRecording, tmp_path: Path
) -> None:
    await record_writer(database, node="main")([make_recording(1, status=RecordingStatus.STOPPED)])
    recovered = await close_interrupted(database, node="main", recordings=tmp_path)
    assert recovered.recordings == 1
