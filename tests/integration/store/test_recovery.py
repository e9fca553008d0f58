"""After a crash: what was left open is closed, with what can be known of it."""

import asyncio
import os
import signal
import subprocess
import sys
import wave
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import (
    RECORDING_NOT_WRITTEN,
    RECORDING_TOO_SHORT,
    CallRecord,
    ConferenceRecord,
    ConferenceStatus,
    RecordingRecord,
    RecordingStatus,
)
from ringback.model.sid import ConferenceSid
from ringback.store.call import CallRepository
from ringback.store.conference import ConferenceRepository
from ringback.store.database import Database
from ringback.store.errors import NodeTaken
from ringback.store.recording import RecordingRepository
from ringback.store.recovery import Recovered, close_interrupted

MakeCall = Callable[..., CallRecord]
MakeRecording = Callable[..., RecordingRecord]


def write_wav(path: Path, seconds: float, *, behind: int = 0) -> None:
    """A file whose header knows nothing of the last `behind` bytes."""
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(b"\x00\x01" * (int(seconds * 8000) - behind // 2))
    with path.open("ab") as file:
        file.write(b"\x00\x01" * (behind // 2))


async def save(
    database: Database, calls: list[CallRecord], recordings: list[RecordingRecord], node: str = "main"
) -> None:
    async with database.begin() as connection:
        await CallRepository(connection).save(calls, node=node)
        await RecordingRepository(connection).save(recordings, node=node)


async def test_an_answered_call_is_completed_and_another_failed(
    database: Database, make_call: MakeCall, tmp_path: Path
) -> None:
    answered = make_call(1, CallStatus.IN_PROGRESS, answered_at=make_call().created_at + timedelta(seconds=3))
    await save(database, [answered, make_call(2, CallStatus.RINGING)], [])
    assert await close_interrupted(database, node="main", recordings=tmp_path) == Recovered(calls=2, recordings=0)
    async with database.read() as connection:
        first, second = await CallRepository(connection).all()
    assert (first.status, first.ended_at) == (CallStatus.COMPLETED, answered.answered_at)
    assert (second.status, second.ended_at) == (CallStatus.FAILED, make_call().created_at)


async def test_a_call_lasted_until_its_last_recording_ends(
    database: Database, make_call: MakeCall, make_recording: MakeRecording, tmp_path: Path
) -> None:
    write_wav(tmp_path / "7.wav", 42.0)
    start = make_call().created_at
    call = make_call(1, CallStatus.IN_PROGRESS, answered_at=start)
    await save(database, [call], [make_recording(7, call=1, started_at=start + timedelta(seconds=10))])
    await close_interrupted(database, node="main", recordings=tmp_path)
    async with database.read() as connection:
        (ended,) = await CallRepository(connection).all()
    assert ended.duration_seconds == 52


@pytest.mark.parametrize(
    ("status", "started"), [(CallStatus.QUEUED, False), (CallStatus.INITIATED, True), (CallStatus.RINGING, True)]
)
async def test_a_call_over_rest_that_nobody_had_answered_has_failed(
    database: Database, make_call: MakeCall, tmp_path: Path, status: CallStatus, started: bool
) -> None:
    """It counts as ended when it was dialled, or ordered where it was not."""
    ordered = make_call().created_at
    dialled = ordered + timedelta(seconds=40) if started else None
    call = make_call(1, status, direction=Direction.OUTBOUND_API, started_at=dialled, queue_ms=40_000)
    await save(database, [call], [])
    assert (await close_interrupted(database, node="main", recordings=tmp_path)).calls == 1
    async with database.read() as connection:
        (ended,) = await CallRepository(connection).all()
    assert (ended.status, ended.duration_seconds) == (CallStatus.FAILED, None)
    assert ended.ended_at == ended.updated_at == (dialled or ordered)


async def test_a_recording_gets_the_length_of_its_file_and_a_right_header(
    database: Database, make_recording: MakeRecording, tmp_path: Path
) -> None:
    write_wav(tmp_path / "1.wav", 12.0, behind=16000)
    await save(database, [], [make_recording(1, status=RecordingStatus.PAUSED)])
    await close_interrupted(database, node="main", recordings=tmp_path)
    async with database.read() as connection:
        (closed,) = await RecordingRepository(connection).all()
    assert (closed.status, closed.duration_seconds) == (RecordingStatus.COMPLETED, 12)
    with wave.open(str(tmp_path / "1.wav")) as reader:
        assert reader.getnframes() == 12 * 8000


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (None, RecordingStatus.FAILED, RECORDING_NOT_WRITTEN),
        (b"RIFF", RecordingStatus.FAILED, RECORDING_NOT_WRITTEN),
        ("empty", RecordingStatus.ABSENT, RECORDING_TOO_SHORT),
        ("a blink", RecordingStatus.ABSENT, RECORDING_TOO_SHORT),
    ],
)
async def test_a_recording_without_audio_is_not_completed(
    database: Database,
    make_recording: MakeRecording,
    tmp_path: Path,
    content: bytes | str | None,
    status: RecordingStatus,
    code: int,
) -> None:
    if isinstance(content, str):
        write_wav(tmp_path / "1.wav", {"empty": 0.0, "a blink": 0.05}[content])
    elif isinstance(content, bytes):
        (tmp_path / "1.wav").write_bytes(content)
    await save(database, [], [make_recording(1)])
    await close_interrupted(database, node="main", recordings=tmp_path)
    async with database.read() as connection:
        (closed,) = await RecordingRepository(connection).all()
    assert (closed.status, closed.error_code, closed.duration_seconds) == (status, code, 0)


async def test_what_lasted_at_all_is_at_least_a_second(
    database: Database, make_recording: MakeRecording, tmp_path: Path
) -> None:
    """As at a normal end (`RecordingDesk`)."""
    write_wav(tmp_path / "1.wav", 0.2)
    await save(database, [], [make_recording(1)])
    await close_interrupted(database, node="main", recordings=tmp_path)
    async with database.read() as connection:
        (closed,) = await RecordingRepository(connection).all()
    assert (closed.status, closed.duration_seconds, closed.error_code) == (RecordingStatus.COMPLETED, 1, 0)


async def test_a_conference_lasted_until_its_recording_ends(
    database: Database, make_recording: MakeRecording, tmp_path: Path
) -> None:
    sid, start = ConferenceSid("CF" + "5" * 32), make_recording().started_at
    room = ConferenceRecord(
        sid=sid,
        account_sid=make_recording().account_sid,
        friendly_name="team",
        status=ConferenceStatus.IN_PROGRESS,
        created_at=start,
        updated_at=start,
    )
    write_wav(tmp_path / "1.wav", 42)
    await save(database, [], [make_recording(1, conference_sid=sid)])
    async with database.begin() as connection:
        await ConferenceRepository(connection).save([room], node="main")
    await close_interrupted(database, node="main", recordings=tmp_path)
    async with database.read() as connection:
        (over,) = await ConferenceRepository(connection).all()
        (closed,) = await RecordingRepository(connection).all()
    assert over.updated_at == closed.updated_at == start + timedelta(seconds=42)


async def test_what_another_process_runs_is_left_alone(
    database: Database, make_call: MakeCall, make_recording: MakeRecording, tmp_path: Path
) -> None:
    await save(database, [make_call(1, CallStatus.IN_PROGRESS)], [make_recording(1)], node="other")
    assert await close_interrupted(database, node="main", recordings=tmp_path) == Recovered(calls=0, recordings=0)


async def test_what_had_ended_is_not_touched(
    database: Database, make_call: MakeCall, make_recording: MakeRecording, tmp_path: Path
) -> None:
    call = make_call(1, CallStatus.BUSY, ended_at=make_call().created_at)
    recording = make_recording(1, status=RecordingStatus.COMPLETED, duration_seconds=5)
    await save(database, [call], [recording])
    await close_interrupted(database, node="main", recordings=tmp_path)
    async with database.read() as connection:
        assert await CallRepository(connection).all() == (call,)
        assert await RecordingRepository(connection).all() == (recording,)


KILLED = """
import asyncio, dataclasses, sys
from datetime import UTC, datetime
from ringback.clock import SystemClock
from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import CallRecord
from ringback.store.database import Database
from ringback.store.errors import NodeTaken
from ringback.store.record_writer import record_writer
from ringback.store.write_behind import WriteBehind

async def main() -> None:
    database = await Database.open(sys.argv[1])
    behind = WriteBehind(record_writer(database, node="main"), SystemClock(), report=lambda *_: None)
    behind.start()
    for number in range(100_000):
        behind.put(CallRecord(sid=f"CA{number:032x}", account_sid="AC" + "0" * 32, from_="a", to="b",
            direction=Direction.INBOUND, status=CallStatus.RINGING, created_at=datetime.now(UTC)))
        print(number, flush=True)
        await asyncio.sleep(0.002)

asyncio.run(main())
"""


def run_and_kill(url: str, after: int) -> int:
    """Put records in a process of its own until `after` of them, then kill -9; the number of the last one put."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", KILLED, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= after:
                break
        process.send_signal(signal.SIGKILL)
        return max([after, *map(int, process.stdout.read().split()[:-1])])


async def test_after_a_kill_the_store_is_complete_up_to_the_last_second(tmp_path: Path) -> None:
    """500 records a second at most, then kill -9: a second's worth may be missing, and there is no hole before it."""
    url = f"sqlite:///{tmp_path}/ringback.db"
    last = await asyncio.to_thread(run_and_kill, url, 900)
    database = await Database.open(url)
    async with database.read() as connection:
        numbers = [int(call.sid[2:], 16) for call in await CallRepository(connection).all()]
    await database.close()
    assert numbers == list(range(len(numbers))), "no hole"
    assert len(numbers) >= last - 500


async def test_the_open_calls_of_a_server_that_runs_are_left_alone(
    url: str, make_call: MakeCall, tmp_path: Path
) -> None:
    """A second server with the same database and node does not start; one with a name of its own does."""
    running, second = await Database.open(url), await Database.open(url)
    try:
        await close_interrupted(running, node="main", recordings=tmp_path)
        await save(running, [make_call(1, CallStatus.RINGING)], [])
        with pytest.raises(NodeTaken, match=r"store\.node"):
            await close_interrupted(second, node="main", recordings=tmp_path)
        assert await close_interrupted(second, node="other", recordings=tmp_path) == Recovered(calls=0, recordings=0)
        async with running.read() as connection:
            assert len(await CallRepository(connection).unfinished("main")) == 1
    finally:
        await running.close()
        await second.close()
    after = await Database.open(url)
    assert (await close_interrupted(after, node="main", recordings=tmp_path)).calls == 1
    await after.close()
