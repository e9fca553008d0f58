"""Closes what a crash left open, at the start of the process with the same `node` name.

Nobody knows when the process died. A call counts as ended when the last thing known of it happened: the end of its
latest recording, else its answer, else when it was dialled or came in, else when it was ordered. A call that was
answered is completed, another is failed. A recording gets the length of its file, whose header is put right. A
conference is over, for no reason that is known. What was being transcribed has failed.
"""

import asyncio
import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ringback.model.call_status import CallStatus
from ringback.model.record import (
    CallRecord,
    ConferenceStatus,
    RecordingRecord,
    RecordingStatus,
    TranscriptionStatus,
)
from ringback.store.call import CallRepository
from ringback.store.conference import ConferenceRepository
from ringback.store.database import Database
from ringback.store.recording import RecordingRepository
from ringback.store.transcription import TranscriptionRepository
from ringback.store.wave import NotAWave, repair_header

RECORDING_TOO_SHORT = 16101  # rest-api.md section 5: why a recording is absent


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """How much was left open."""

    calls: int
    recordings: int


async def close_interrupted(database: Database, *, node: str, recordings: Path) -> Recovered:
    """`recordings` is the folder that the paths of recordings are relative to.

    Claims the node first: the open calls of a process that runs are not a crash's. Raises `NodeTaken`.
    """
    await database.claim(node)
    async with database.begin() as connection:
        recording_repository = RecordingRepository(connection)
        open_recordings = await recording_repository.unfinished(node)
        closed = [await asyncio.to_thread(_closed_recording, entry, recordings) for entry in open_recordings]
        await recording_repository.save(closed, node=node)
        await _fail_transcriptions(TranscriptionRepository(connection), node)
        call_repository = CallRepository(connection)
        open_calls = await call_repository.unfinished(node)
        ended = [_ended_call(call, await recording_repository.of_call(call.sid)) for call in open_calls]
        await call_repository.save(ended, node=node)
        conferences = ConferenceRepository(connection)
        rooms = await conferences.unfinished(node)
        over = [dataclasses.replace(room, status=ConferenceStatus.COMPLETED) for room in rooms]
        await conferences.save(over, node=node)
        return Recovered(calls=len(ended), recordings=len(closed))


async def _fail_transcriptions(repository: TranscriptionRepository, node: str) -> None:
    lost = [
        dataclasses.replace(entry, status=TranscriptionStatus.FAILED) for entry in await repository.unfinished(node)
    ]
    await repository.save(lost, node=node)


def _closed_recording(record: RecordingRecord, folder: Path) -> RecordingRecord:
    try:
        seconds = repair_header(folder / record.path).seconds
    except (NotAWave, OSError):
        return dataclasses.replace(record, status=RecordingStatus.FAILED, duration_seconds=0)
    if seconds == 0:
        return dataclasses.replace(
            record, status=RecordingStatus.ABSENT, duration_seconds=0, error_code=RECORDING_TOO_SHORT
        )
    return dataclasses.replace(record, status=RecordingStatus.COMPLETED, duration_seconds=round(seconds))


def _ended_call(call: CallRecord, recordings: tuple[RecordingRecord, ...]) -> CallRecord:
    last_known = call.answered_at or call.started_at or call.created_at
    ended_at = max([last_known, *map(_end_of, recordings)])
    status = CallStatus.FAILED if call.answered_at is None else CallStatus.COMPLETED
    if call.status.is_final:  # only the moment of its end was missing
        status = call.status
    return dataclasses.replace(call, status=status, ended_at=ended_at, updated_at=ended_at)


def _end_of(recording: RecordingRecord) -> datetime:
    return recording.started_at + timedelta(seconds=recording.duration_seconds or 0)
