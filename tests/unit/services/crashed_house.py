"""A house whose process dies, and the next one over what it had written."""

import contextlib
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ringback.clock import SystemClock
from ringback.model.record import AccountRecord, CallbackState, RecordingRecord
from ringback.services.resume_callbacks import Resumed, next_sequence
from ringback.store.database import Database
from ringback.store.record_writer import record_writer
from ringback.store.recovery import close_interrupted
from ringback.store.write_behind import Written
from ringback.testing.app_transport import AppRequest
from tests.unit.services.callback_process import Process
from tests.unit.services.conftest import House

SECONDS_OF_AUDIO = 7


class NextClock(SystemClock):
    """The next process starts when the house is where it is, in its own time."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self.house = house

    def utc_now(self) -> datetime:
        return self.house.clock.utc_now() + timedelta(seconds=1)


@dataclass
class Restarted:
    """The process after the crash, when everything that was owed is sent."""

    process: Process
    resumed: Resumed

    @property
    def told(self) -> list[AppRequest]:
        return self.process.arrived

    def of(self, path: str) -> list[AppRequest]:
        return [request for request in self.told if request.path == path]


@contextlib.asynccontextmanager
async def restarted(house: House, folder: Path, *, seconds: float = SECONDS_OF_AUDIO) -> AsyncIterator[Restarted]:
    """As after a `kill -9` just now. Each recording that runs has `seconds` of audio in its file."""
    database = await Database.open("sqlite:///:memory:")
    try:
        await _write(database, house)
        for recording in _newest(house, RecordingRecord):
            if recording.status == "in-progress":
                write_wav(folder / recording.path, seconds)
        await close_interrupted(database, node="main", recordings=folder)
        await close_interrupted(database, node="main", recordings=folder)  # one that was killed before it told anything
        process = Process(database, first_sequence=await next_sequence(database, "main"))
        process.clock = NextClock(house)
        resumed = await process.resume(account_of(house))
        await process.links.close(30)
        await process.writer.drain(30)
        yield Restarted(process=process, resumed=resumed)
        await process.end()
    finally:
        await database.close()


def account_of(house: House) -> AccountRecord:
    (account,) = house.directory.current.accounts
    return account


def owed(house: House) -> list[str]:
    """The URLs that a crash would leave to the next process, just now."""
    return sorted(
        record.url.rpartition("/")[2]
        for record in house.outbox.records.values()
        if record.state is CallbackState.HELD and record.finished_at is None
    )


async def _write(database: Database, house: House) -> None:
    newest: dict[str, Written] = {row.sid: row for row in (*house.rows, *house.meetings)}
    await record_writer(database, node="main")([*newest.values(), *house.outbox.records.values()])


def _newest(house: House, kind: type[RecordingRecord]) -> list[RecordingRecord]:
    return list({row.sid: row for row in house.rows if isinstance(row, kind)}.values())


def write_wav(path: Path, seconds: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x00\x01" * round(seconds * 8000))
