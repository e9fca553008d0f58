"""At the start: the callbacks that an earlier process of this node wrote down and did not send.

They go in their order for each call, with their parameters and tokens, before anything new. Behind them goes what was
held for ends that the process did not live to see: of calls, recordings, conferences, transcriptions
(`settle_callback`). What is too old is not sent any more: an app should not hear tomorrow that yesterday's call was
ringing.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from ringback.clock import Clock
from ringback.model.record import AccountRecord, CallbackRecord, CallbackState
from ringback.services.reach_app import AppLinks
from ringback.services.settle_callback import Settling, order_of
from ringback.store.callback import CallbackRepository
from ringback.store.database import Database

logger = structlog.get_logger(__name__)

RESUME_AGE = timedelta(hours=24)
"""A callback that has waited longer is given up: 15002."""
READ_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """How many are sent now, and how many are not any more."""

    queued: int = 0
    given_up: int = 0


async def next_sequence(database: Database, node: str) -> int:
    """Where this process goes on counting."""
    async with database.read() as connection:
        return await CallbackRepository(connection).next_sequence(node)


async def resume_callbacks(
    database: Database,
    *,
    node: str,
    links: AppLinks,
    account_of: Callable[[str], AccountRecord | None],
    clock: Clock,
) -> Resumed:
    """Queue them. Before the server takes calls, and after the node was claimed and its open calls were closed."""
    queued = given_up = 0
    settling = Settling(database, node=node, clock=clock)
    async for record in _open(database, node):
        account = account_of(record.account_sid)
        is_held = record.state is CallbackState.HELD
        try:
            owed = await settling.settle(record) if is_held and account is not None else record
        except (ValueError, LookupError):  # what another version of this server held may say other things
            logger.exception("what a held callback is to say cannot be put together", callback_sid=record.sid)
            links.give_up(record, "it was held by a server of another version")
            given_up += 1
            continue
        if owed is None:
            links.withdraw(record)
        elif account is None:
            links.give_up(record, "its account is gone")
        elif clock.utc_now() - owed.queued_at > RESUME_AGE:
            links.give_up(owed, f"it waited for more than {RESUME_AGE // timedelta(hours=1)} hours")
        else:
            delivery = links.of(account).delivery
            delivery.send_again(owed) if is_held else delivery.resume(owed)
            queued += 1
            continue
        given_up += owed is not None
    return Resumed(queued=queued, given_up=given_up)


async def _open(database: Database, node: str) -> AsyncIterator[CallbackRecord]:
    """What waits, and then what was held for ends that the process did not live to see."""
    async for record in _in_state(database, node, CallbackState.WAITING):
        yield record
    held = [record async for record in _in_state(database, node, CallbackState.HELD)]
    for record in sorted(held, key=order_of):
        yield record


async def _in_state(database: Database, node: str, state: CallbackState) -> AsyncIterator[CallbackRecord]:
    last = -1
    while records := await _read(database, node, state, last):
        last = records[-1].sequence
        for record in records:
            yield record


async def _read(database: Database, node: str, state: CallbackState, last: int) -> tuple[CallbackRecord, ...]:
    async with database.read() as connection:
        return await CallbackRepository(connection).open(node, state, after_sequence=last, limit=READ_AT_ONCE)
