"""What the store keeps of requests to apps is taken up at the start and looked after while the server runs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import structlog

from ringback.clock import Clock
from ringback.model.record import AccountRecord
from ringback.model.settings.section import StoreSettings
from ringback.services.prune_history import prune_for_ever
from ringback.services.reach_app import AppLinks
from ringback.services.resume_callbacks import resume_callbacks
from ringback.store.database import Database

logger = structlog.get_logger(__name__)


@contextlib.asynccontextmanager
async def tended_history(
    database: Database,
    settings: StoreSettings,
    *,
    links: AppLinks,
    account_of: Callable[[str], AccountRecord | None],
    clock: Clock,
) -> AsyncIterator[None]:
    """Callbacks that an earlier process left are sent; what is old is forgotten, every hour, until the end.

    To be entered when what callbacks name can be fetched.
    """
    resumed = await resume_callbacks(database, node=settings.node, links=links, account_of=account_of, clock=clock)
    if resumed.queued or resumed.given_up:
        logger.warning("callbacks were left unsent", sent_now=resumed.queued, given_up=resumed.given_up)
    keep = timedelta(days=settings.keep_requests_days)
    pruning = asyncio.create_task(prune_for_ever(database, clock, keep), name="prune-history")
    try:
        yield
    finally:
        pruning.cancel()
        await asyncio.gather(pruning, return_exceptions=True)
