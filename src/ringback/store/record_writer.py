"""What a `WriteBehind` writes with: one transaction for a batch, and single ones to find the record that spoils it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.model.record import (
    CallbackRecord,
    CallRecord,
    ConferenceRecord,
    ExchangeRecord,
    MessageRecord,
    NotificationRecord,
    QueueRecord,
    RecordingRecord,
    TranscriptionRecord,
)
from ringback.store.call import CallRepository
from ringback.store.callback import CallbackRepository
from ringback.store.conference import ConferenceRepository
from ringback.store.database import Database
from ringback.store.exchange import ExchangeRepository
from ringback.store.message import MessageRepository
from ringback.store.notification import NotificationRepository
from ringback.store.queue import QueueRepository
from ringback.store.recording import RecordingRepository
from ringback.store.transcription import TranscriptionRepository
from ringback.store.write_behind import RecordRefused, Write, WriteFailed, Written

# SQLSTATE classes that speak of a value and not of the database: data exception, integrity constraint violation.
_VALUE_CLASSES = ("22", "23")


def record_writer(database: Database, *, node: str) -> Write:
    """The writer for one database; `node` is the name of this process, for the recovery after a crash."""

    async def write(records: Sequence[Written]) -> Sequence[RecordRefused]:
        try:
            await _write_together(database, records, node)
        except Exception as error:
            if not is_the_records_fault(error):
                raise WriteFailed(_first_line(error)) from error
            return await _write_one_by_one(database, records, node)
        return ()

    return write


async def _write_together(database: Database, records: Sequence[Written], node: str) -> None:
    async with database.begin() as connection:
        await _save(connection, records, node)


async def _write_one_by_one(database: Database, records: Sequence[Written], node: str) -> list[RecordRefused]:
    refused = []
    for record in records:
        try:
            await _write_together(database, (record,), node)
        except Exception as error:
            if not is_the_records_fault(error):
                raise WriteFailed(_first_line(error)) from error
            refused.append(RecordRefused(record, _first_line(error)))
    return refused


def is_the_records_fault(error: Exception) -> bool:
    """True when writing the same record again would fail again; a database that is away, full or locked is not that."""
    if isinstance(error, IntegrityError | DataError):
        return True
    if isinstance(error, DBAPIError):
        return str(getattr(error.orig, "sqlstate", None) or "").startswith(_VALUE_CLASSES)
    return isinstance(error, StatementError | ValueError)


async def _save_calls(connection: AsyncConnection, records: Sequence[CallRecord], node: str) -> None:
    await CallRepository(connection).save(records, node=node)


async def _save_recordings(connection: AsyncConnection, records: Sequence[RecordingRecord], node: str) -> None:
    await RecordingRepository(connection).save(records, node=node)


async def _save_transcriptions(connection: AsyncConnection, records: Sequence[TranscriptionRecord], node: str) -> None:
    await TranscriptionRepository(connection).save(records, node=node)


async def _save_messages(connection: AsyncConnection, records: Sequence[MessageRecord], node: str) -> None:
    await MessageRepository(connection).put(*records)


async def _save_notifications(connection: AsyncConnection, records: Sequence[NotificationRecord], node: str) -> None:
    await NotificationRepository(connection).put(*records)


async def _save_callbacks(connection: AsyncConnection, records: Sequence[CallbackRecord], node: str) -> None:
    await CallbackRepository(connection).save(records, node=node)


async def _save_exchanges(connection: AsyncConnection, records: Sequence[ExchangeRecord], node: str) -> None:
    await ExchangeRepository(connection).put(*records)


async def _save_conferences(connection: AsyncConnection, records: Sequence[ConferenceRecord], node: str) -> None:
    await ConferenceRepository(connection).save(records, node=node)


async def _save_queues(connection: AsyncConnection, records: Sequence[QueueRecord], node: str) -> None:
    await QueueRepository(connection).put(*records)


_SAVERS: dict[type, Callable[[AsyncConnection, Any, str], Awaitable[None]]] = {
    CallRecord: _save_calls,
    RecordingRecord: _save_recordings,
    TranscriptionRecord: _save_transcriptions,
    MessageRecord: _save_messages,
    NotificationRecord: _save_notifications,
    CallbackRecord: _save_callbacks,
    ExchangeRecord: _save_exchanges,
    ConferenceRecord: _save_conferences,
    QueueRecord: _save_queues,
}


async def _save(connection: AsyncConnection, records: Sequence[Written], node: str) -> None:
    """Raises `ValueError` for a kind of record that is not written behind calls."""
    kinds: dict[type, list[Any]] = {}
    for record in records:
        kinds.setdefault(type(record), []).append(record)
    for kind, alike in kinds.items():
        save = _SAVERS.get(kind)
        if save is None:
            raise ValueError(f"{kind.__name__} is not written behind calls")
        await save(connection, alike, node)


def _first_line(error: Exception) -> str:
    return (str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__])[0]
