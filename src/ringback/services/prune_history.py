"""Forgets finished callbacks and exchanges with apps after some days, so that the store does not grow for ever."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.clock import Clock
from ringback.store.callback import CallbackRepository
from ringback.store.database import Database
from ringback.store.exchange import ExchangeRepository

logger = structlog.get_logger(__name__)

PRUNE_EVERY_SECONDS = 3600.0
PRUNE_AT_ONCE = 500
"""Rows in one transaction: the writer behind the calls waits for no more than these."""
BETWEEN_SECONDS = 0.05

Prune = Callable[[AsyncConnection, datetime], Awaitable[int]]


async def prune_for_ever(database: Database, clock: Clock, keep: timedelta) -> None:
    """A task of the server. A store that cannot be written just now is left until the next time."""
    while True:
        try:
            await prune_history(database, clock, clock.utc_now() - keep)
        except (SQLAlchemyError, OSError) as problem:
            logger.warning("old requests could not be removed from the store", cause=str(problem))
        await clock.sleep(PRUNE_EVERY_SECONDS)


async def prune_history(database: Database, clock: Clock, before: datetime) -> int:
    """Remove what is older; how many rows that were."""
    removed = 0
    for prune in (_callbacks, _exchanges):
        while count := await _once(database, prune, before):
            removed += count
            await clock.sleep(BETWEEN_SECONDS)
    return removed


async def _once(database: Database, prune: Prune, before: datetime) -> int:
    async with database.begin() as connection:
        return await prune(connection, before)


async def _callbacks(connection: AsyncConnection, before: datetime) -> int:
    return await CallbackRepository(connection).prune(before, PRUNE_AT_ONCE)


async def _exchanges(connection: AsyncConnection, before: datetime) -> int:
    return await ExchangeRepository(connection).prune(before, PRUNE_AT_ONCE)
