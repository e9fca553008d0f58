"""Forgets deleted recordings after the days that Twilio keeps what is known of them (rest-api.md section 8)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ringback.clock import Clock
from ringback.services.prune_history import BETWEEN_SECONDS, PRUNE_AT_ONCE, PRUNE_EVERY_SECONDS
from ringback.store.database import Database
from ringback.store.recording import RecordingRepository
from ringback.store.recording_file import remove_files

logger = structlog.get_logger(__name__)

DELETED_ARE_KEPT = timedelta(days=40)


@contextlib.asynccontextmanager
async def tended_recordings(database: Database, *, folder: Path, clock: Clock) -> AsyncIterator[None]:
    """Every hour, until the end."""
    pruning = asyncio.create_task(_prune_for_ever(database, folder, clock), name="prune-recordings")
    try:
        yield
    finally:
        pruning.cancel()
        await asyncio.gather(pruning, return_exceptions=True)


async def prune_recordings(database: Database, *, folder: Path, clock: Clock, before: datetime) -> int:
    """Forget what was deleted before a moment; how many recordings that were. A file that a crash left goes, too."""
    removed = 0
    while True:
        async with database.read() as connection:
            gone = await RecordingRepository(connection).deleted_before(before, PRUNE_AT_ONCE)
        if not gone:
            return removed
        for record in gone:
            await asyncio.to_thread(remove_files, folder, record.path)
        async with database.begin() as connection:
            await RecordingRepository(connection).remove({record.sid for record in gone})
        removed += len(gone)
        await clock.sleep(BETWEEN_SECONDS)


async def _prune_for_ever(database: Database, folder: Path, clock: Clock) -> None:
    """A store or a disk that cannot be written just now is left until the next time."""
    while True:
        try:
            await prune_recordings(database, folder=folder, clock=clock, before=clock.utc_now() - DELETED_ARE_KEPT)
        except (SQLAlchemyError, OSError) as problem:
            logger.warning("deleted recordings could not be forgotten", cause=str(problem))
        await clock.sleep(PRUNE_EVERY_SECONDS)
