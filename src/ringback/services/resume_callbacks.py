"""At the start: the callbacks that an earlier process of this node wrote down and did not send.

They go in their order for each call, with their parameters and tokens, before anything new. What is too old is not
sent any more: an app should not hear tomorrow that yesterday's call was ringing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from ringback.clock import Clock
from ringback.model.record import AccountRecord, CallbackRecord
from ringback.services.reach_app import AppLinks
from ringback.store.callback import CallbackRepository
from ringback.store.database import Database

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
    """Queue them. Before the server takes calls, and after the node was claimed."""
    queued = given_up = 0
    last = -1
    while records := await _unsent(database, node, last):
        last = records[-1].sequence
        for record in records:
            account = account_of(record.account_sid)
            if account is None:
                links.give_up(record, "its account is gone")
            elif clock.utc_now() - record.queued_at > RESUME_AGE:
                links.give_up(record, f"it waited for more than {RESUME_AGE // timedelta(hours=1)} hours")
            else:
                links.of(account).delivery.resume(record)
                queued += 1
                continue
            given_up += 1
    return Resumed(queued=queued, given_up=given_up)


async def _unsent(database: Database, node: str, last: int) -> tuple[CallbackRecord, ...]:
    async with database.read() as connection:
        return await CallbackRepository(connection).unsent(node, after_sequence=last, limit=READ_AT_ONCE)
