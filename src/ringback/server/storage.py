"""The part of a server that survives it: the database, what calls write, the recordings."""

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path

import structlog

from ringback.clock import Clock
from ringback.model.settings import Settings
from ringback.store.database import Database
from ringback.store.live_directory import LiveDirectory
from ringback.store.record_writer import record_writer
from ringback.store.recovery import close_interrupted
from ringback.store.seed import seed
from ringback.store.write_behind import WriteBehind

logger = structlog.get_logger(__name__)

STORE_GRACE_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """What survives: the database, the newest configuration in memory, the writer behind the calls, the recordings."""

    database: Database
    directory: LiveDirectory
    writer: WriteBehind
    recordings: Path


async def open_storage(stack: contextlib.AsyncExitStack, settings: Settings, clock: Clock) -> Storage:
    database = await Database.open(settings.store.url)
    stack.push_async_callback(database.close)
    recordings = Path(settings.store.recordings)
    await asyncio.to_thread(recordings.mkdir, parents=True, exist_ok=True)
    recovered = await close_interrupted(database, node=settings.store.node, recordings=recordings)
    if recovered.calls or recovered.recordings:
        logger.warning(
            "a crash left calls open; they are closed", calls=recovered.calls, recordings=recovered.recordings
        )
    await seed(database, settings, now=clock.utc_now())
    directory = await LiveDirectory.open(database, realm=settings.sip.realm)
    following = asyncio.ensure_future(directory.follow(clock))
    stack.push_async_callback(_stop, following)

    def report(sentence: str, problem: Exception | None) -> None:
        logger.error("store", problem=sentence, cause=str(problem) if problem else None)

    writer = WriteBehind(record_writer(database, node=settings.store.node), clock, report=report)
    writer.start()
    stack.push_async_callback(writer.close)
    stack.push_async_callback(writer.drain, STORE_GRACE_SECONDS)
    return Storage(database=database, directory=directory, writer=writer, recordings=recordings)


async def _stop(task: "asyncio.Future[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
