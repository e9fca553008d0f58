"""At the start: the callbacks that an earlier process of this node wrote down and did not send.

They go in their order for each call, with their parameters and tokens, before anything new. Behind them goes what was
held for the end of calls that the process did not live to see. What is too old is not sent any more: an app should not
hear tomorrow that yesterday's call was ringing.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from ringback.clock import Clock
from ringback.model.call_status import CallStatus
from ringback.model.record import AccountRecord, CallbackRecord, CallbackState
from ringback.services.reach_app import AppLinks
from ringback.store.call import CallRepository
from ringback.store.callback import CallbackRepository
from ringback.store.database import Database
from ringback.webhooks.callback_parameters import interrupted_call_parameters

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
    async for record in _open(database, node):
        account = account_of(record.account_sid)
        if account is None:
            links.give_up(record, "its account is gone")
        elif clock.utc_now() - record.queued_at > RESUME_AGE:
            links.give_up(record, f"it waited for more than {RESUME_AGE // timedelta(hours=1)} hours")
        elif record.state is CallbackState.HELD:
            links.of(account).delivery.send_again(await _with_its_end(database, record, clock))
            queued += 1
            continue
        else:
            links.of(account).delivery.resume(record)
            queued += 1
            continue
        given_up += 1
    return Resumed(queued=queued, given_up=given_up)


async def _open(database: Database, node: str) -> AsyncIterator[CallbackRecord]:
    """What waits, and then what was held for the end of calls that the process did not live to see."""
    for state in (CallbackState.WAITING, CallbackState.HELD):
        last = -1
        while records := await _read(database, node, state, last):
            last = records[-1].sequence
            for record in records:
                yield record


async def _read(database: Database, node: str, state: CallbackState, last: int) -> tuple[CallbackRecord, ...]:
    async with database.read() as connection:
        return await CallbackRepository(connection).open(node, state, after_sequence=last, limit=READ_AT_ONCE)


async def _with_its_end(database: Database, record: CallbackRecord, clock: Clock) -> CallbackRecord:
    """The callback of a call's end, which is known since the call was closed."""
    async with database.read() as connection:
        call = await CallRepository(connection).get(record.call_sid)
    now = clock.utc_now()
    parameters = interrupted_call_parameters(
        record.parameters,
        status=call.status if call is not None else CallStatus.FAILED,
        seconds=(call.duration_seconds or 0) if call is not None else 0,
        ended_at=(call.ended_at or now) if call is not None else now,
    )
    return replace(record, parameters=parameters, created_at=now)
