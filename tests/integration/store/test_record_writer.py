"""What calls leave behind, written late to a real database and read back as it was."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import text

from ringback.clock import SystemClock
from ringback.model.call_status import CallStatus
from ringback.model.record import CallRecord, MessageRecord, NotificationRecord, RecordingRecord, RecordingStatus
from ringback.model.sid import CallSid, RecordingSid
from ringback.store.call import CallRepository
from ringback.store.database import Database
from ringback.store.message import MessageRepository
from ringback.store.notification import NotificationRepository
from ringback.store.record_writer import record_writer
from ringback.store.recording import RecordingRepository
from ringback.store.recording_finder import RecordingFinder
from ringback.store.write_behind import WriteBehind, Written

MakeCall = Callable[..., CallRecord]
MakeRecording = Callable[..., RecordingRecord]


def notification(call: CallRecord, sid: str = "NO" + "0" * 32, **fields: object) -> NotificationRecord:
    values: dict[str, object] = {
        "sid": sid,
        "account_sid": call.account_sid,
        "call_sid": call.sid,
        "error_code": 11200,
        "level": "error",
        "message": "no answer",
        "created_at": call.created_at,
    }
    return NotificationRecord(**{**values, **fields})  # type: ignore[arg-type]


async def test_every_field_comes_back_as_it_was(
    database: Database, make_call: MakeCall, make_recording: MakeRecording
) -> None:
    start = make_call().created_at
    call = make_call(
        1,
        CallStatus.COMPLETED,
        parent_call_sid=CallSid("CA" + "f" * 32),
        sip_call_id="abc@example",
        sip_response_code=200,
        answered_at=start + timedelta(seconds=1, microseconds=5),
        ended_at=start + timedelta(hours=1),
    )
    recording = make_recording(1, status=RecordingStatus.COMPLETED, channels=2, duration_seconds=7, error_code=3)
    note = notification(call, request_url="http://x/", response_status=500, response_body="<é\x00>")
    assert await record_writer(database, node="main")([call, recording, note]) == ()
    async with database.read() as connection:
        assert await CallRepository(connection).get(call.sid) == call
        assert await RecordingRepository(connection).of_call(recording.call_sid) == (recording,)
        (read,) = await NotificationRepository(connection).of_call(call.sid)
    assert read.response_body == "<é\ufffd>"
    assert (read.request_url, read.response_status) == ("http://x/", 500)


async def test_a_message_of_a_call_is_read_back(database: Database, make_call: MakeCall) -> None:
    call = make_call()
    message = MessageRecord(
        sid="SM" + "1" * 32,
        account_sid=call.account_sid,
        call_sid=call.sid,
        from_="+15550001111",
        to="sip:alice@demo.example",
        body="Grüße",
        created_at=call.created_at,
    )
    assert await record_writer(database, node="main")([message]) == ()
    async with database.read() as connection:
        assert await MessageRepository(connection).of_call(call.sid) == (message,)


async def test_a_record_is_replaced_by_its_newer_state(database: Database, make_call: MakeCall) -> None:
    write = record_writer(database, node="main")
    await write([make_call(1), make_call(2)])
    await write([make_call(1, CallStatus.COMPLETED)])
    async with database.read() as connection:
        statuses = [call.status for call in await CallRepository(connection).all()]
    assert statuses == [CallStatus.COMPLETED, CallStatus.RINGING]


async def test_a_record_that_the_database_refuses_does_not_hold_up_the_others(
    database: Database, make_call: MakeCall
) -> None:
    naive = make_call(2, created_at=make_call().created_at.replace(tzinfo=None))
    batch: list[Written] = [make_call(1), naive, make_call(3)]
    (refused,) = await record_writer(database, node="main")(batch)
    assert refused.record == naive
    assert "timezone" in refused.reason
    async with database.read() as connection:
        assert [call.sid for call in await CallRepository(connection).all()] == [make_call(1).sid, make_call(3).sid]


async def test_a_database_that_is_away_loses_nothing(database: Database, make_call: MakeCall) -> None:
    """The table is taken away and given back while records wait."""
    problems: list[str] = []
    behind = WriteBehind(
        record_writer(database, node="main"), SystemClock(), report=lambda sentence, _: problems.append(sentence)
    )
    async with database.begin() as connection:
        await connection.execute(text("ALTER TABLE call RENAME TO away"))
    behind.start()
    behind.put(make_call(1))
    assert not await behind.drain(0.1)
    async with database.begin() as connection:
        await connection.execute(text("ALTER TABLE away RENAME TO call"))
    assert await behind.drain(10)
    await behind.close()
    assert problems
    assert behind.statistics.refused == 0
    async with database.read() as connection:
        assert await CallRepository(connection).get(make_call(1).sid) == make_call(1)


async def test_a_recording_is_found_before_and_after_it_is_written(
    database: Database, make_recording: MakeRecording
) -> None:
    behind = WriteBehind(record_writer(database, node="main"), SystemClock(), report=lambda *_: None)
    find = RecordingFinder(database, behind)
    assert await find(make_recording(1).sid) is None
    behind.put(make_recording(1))
    assert await find(make_recording(1).sid) == make_recording(1)
    behind.start()
    assert await behind.drain(5)
    assert behind.waiting == 0
    assert await find(make_recording(1).sid) == make_recording(1)
    newer = make_recording(1, status=RecordingStatus.COMPLETED)
    behind.put(newer)
    assert await find(RecordingSid(make_recording(1).sid)) == newer, "what waits counts over the store"
    await behind.drain(5)
    await behind.close()
