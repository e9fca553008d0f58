"""Closes what a crash left open, at the start of the process with the same `node` name.

Nobody knows when the process died. A call counts as ended when the last thing known of it happened: the end of its
latest recording, else its answer, else when it was dialled or came in, else when it was ordered. A call that was
answered is completed, another is failed. A recording gets the length of its file, whose header is put right; it is
not trimmed. A conference is over because everybody has left it, at the end of its recording if it had one. What was
being transcribed has failed. Who is told of all this is the business of `services.resume_callbacks`.
"""

import asyncio
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ringback.model.call_status import CallStatus
from ringback.model.conference_event import EVERYBODY_LEFT
from ringback.model.record import (
    RECORDING_NOT_WRITTEN,
    RECORDING_TOO_SHORT,
    SHORTEST_KEPT_SECONDS,
    CallRecord,
    ConferenceRecord,
    ConferenceStatus,
    RecordingRecord,
    RecordingStatus,
    TranscriptionStatus,
    whole_seconds,
)
from ringback.store.call import CallRepository
from ringback.store.conference import ConferenceRepository
from ringback.store.database import Database
from ringback.store.recording import RecordingRepository
from ringback.store.transcription import TranscriptionRepository
from ringback.store.wave import NotAWave, repair_header


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
        over = [_ended_conference(room, closed) for room in rooms]
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
        return _ended_recording(record, RecordingStatus.FAILED, 0, RECORDING_NOT_WRITTEN)
    if seconds < SHORTEST_KEPT_SECONDS:
        return _ended_recording(record, RecordingStatus.ABSENT, seconds, RECORDING_TOO_SHORT)
    return _ended_recording(record, RecordingStatus.COMPLETED, seconds, 0)


def _ended_recording(
    record: RecordingRecord, status: RecordingStatus, seconds: float, error_code: int
) -> RecordingRecord:
    return dataclasses.replace(
        record,
        status=status,
        duration_seconds=whole_seconds(seconds),
        error_code=error_code,
        updated_at=record.started_at + timedelta(seconds=seconds),
    )


def _ended_call(call: CallRecord, recordings: tuple[RecordingRecord, ...]) -> CallRecord:
    last_known = call.answered_at or call.started_at or call.created_at
    ended_at = max([last_known, *map(_end_of, recordings)])
    status = CallStatus.FAILED if call.answered_at is None else CallStatus.COMPLETED
    if call.status.is_final:  # only the moment of its end was missing
        status = call.status
    return dataclasses.replace(call, status=status, ended_at=ended_at, updated_at=ended_at)


def _ended_conference(room: ConferenceRecord, recordings: Sequence[RecordingRecord]) -> ConferenceRecord:
    its_own = [recording for recording in recordings if recording.conference_sid == room.sid]
    ended_at = max([room.updated_at, *map(_end_of, its_own)])
    return dataclasses.replace(
        room, status=ConferenceStatus.COMPLETED, updated_at=ended_at, reason_ended=EVERYBODY_LEFT
    )


def _end_of(recording: RecordingRecord) -> datetime:
    return recording.started_at + timedelta(seconds=recording.duration_seconds or 0)
