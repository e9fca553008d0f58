"""What was deleted is forgotten when its time is over, and its last files with it; nothing else is."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ringback.clock import SystemClock
from ringback.model.record import RecordingRecord, RecordingStatus
from ringback.services import prune_recordings as pruning
from ringback.services.prune_recordings import DELETED_ARE_KEPT, prune_recordings, tended_recordings
from ringback.store.database import Database
from ringback.store.record_writer import record_writer
from ringback.store.recording import RecordingRepository

MakeRecording = Callable[..., RecordingRecord]


def deleted(make: MakeRecording, number: int, days_ago: float) -> RecordingRecord:
    at = datetime.now(UTC) - timedelta(days=days_ago)
    return make(number, status=RecordingStatus.DELETED, deleted_at=at, updated_at=at)


async def left(database: Database) -> set[int]:
    async with database.read() as connection:
        return {int(record.sid[2:], 16) for record in await RecordingRepository(connection).all()}


async def test_only_what_was_deleted_long_enough_ago_is_forgotten(
    database: Database, make_recording: MakeRecording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "PRUNE_AT_ONCE", 2)
    rows = [deleted(make_recording, number, 41) for number in range(5)]
    rows += [deleted(make_recording, 7, 39), make_recording(8, status=RecordingStatus.COMPLETED)]
    await record_writer(database, node="main")(rows)
    for name in ("0.wav", "0.mp3", "0.mono.mp3", "7.wav", "8.wav"):
        (tmp_path / name).touch()
    before = datetime.now(UTC) - DELETED_ARE_KEPT
    assert await prune_recordings(database, folder=tmp_path, clock=SystemClock(), before=before) == 5
    assert await left(database) == {7, 8}
    assert {file.name for file in tmp_path.glob("?.*")} == {"7.wav", "8.wav"}
    assert await prune_recordings(database, folder=tmp_path, clock=SystemClock(), before=before) == 0


async def test_it_begins_at_once_and_ends_with_the_server(
    database: Database, make_recording: MakeRecording, tmp_path: Path
) -> None:
    await record_writer(database, node="main")([deleted(make_recording, 1, 41)])
    async with tended_recordings(database, folder=tmp_path, clock=SystemClock()):
        for _ in range(200):
            if not await left(database):
                break
            await asyncio.sleep(0.01)
    assert await left(database) == set()
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "prune-recordings"]
