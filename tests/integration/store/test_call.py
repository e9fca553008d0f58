"""Which calls a filter finds, on both databases (rest-api.md 9.2, List filters)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ringback.model.call_status import CallStatus
from ringback.model.record import CallRecord
from ringback.store.call import CallFilter, CallRepository, Span
from ringback.store.database import Database
from ringback.store.paging import PageRequest, Position

MakeCall = Callable[..., CallRecord]

OTHER = "AC" + "9" * 32


@pytest.fixture
async def filled(database: Database, make_call: MakeCall) -> Database:
    """Six calls, a minute apart: 0 is queued, 1 and 2 run, 3 to 5 are over; 6 is of another account."""
    start = make_call().created_at

    def call(number: int, status: CallStatus, **fields: object) -> CallRecord:
        at = start + timedelta(minutes=number)
        started = None if status is CallStatus.QUEUED else at
        ended = at + timedelta(seconds=30) if status.is_final else None
        return make_call(number, status, **{"created_at": at, "started_at": started, "ended_at": ended, **fields})

    calls = [
        call(0, CallStatus.QUEUED),
        call(1, CallStatus.RINGING, to="+15550001111"),
        call(2, CallStatus.IN_PROGRESS, from_="client:ann"),
        call(3, CallStatus.BUSY, to="+15550001111"),
        call(4, CallStatus.COMPLETED, parent_call_sid=make_call(2).sid, answered_by="human", queue_ms=1000),
        call(5, CallStatus.COMPLETED, caller_name="Ann", forwarded_from="+1555", phone_number_sid="PN1"),
        call(6, CallStatus.COMPLETED, account_sid=OTHER),
    ]
    async with database.begin() as connection:
        await CallRepository(connection).save(calls, node="main")
    return database


async def found(database: Database, page: PageRequest | None = None, **wanted: object) -> list[int]:
    async with database.read() as connection:
        filtering = CallFilter(**{"account_sid": "AC" + "0" * 32, **wanted})  # type: ignore[arg-type]
        page_of_calls = await CallRepository(connection).find(filtering, page or PageRequest())
    return [int(call.sid[2:], 16) for call in page_of_calls.records]


async def test_all_calls_of_the_account_come_newest_first(filled: Database) -> None:
    assert await found(filled) == [5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"to": "+15550001111"}, [3, 1]),
        ({"from_": "client:ann"}, [2]),
        ({"parent_call_sid": f"CA{2:032x}"}, [4]),
        ({"statuses": (CallStatus.COMPLETED,)}, [5, 4]),
        ({"statuses": (CallStatus.BUSY,), "to": "+15550001111"}, [3]),
        ({"statuses": (CallStatus.FAILED,)}, []),
    ],
)
async def test_a_filter_leaves_out_what_differs(filled: Database, wanted: dict[str, Any], numbers: list[int]) -> None:
    assert await found(filled, **wanted) == numbers


async def test_a_span_holds_its_beginning_and_not_its_end(filled: Database, make_call: MakeCall) -> None:
    start = make_call().created_at
    second, fourth = start + timedelta(minutes=2), start + timedelta(minutes=4)
    assert await found(filled, started=Span(since=second, until=fourth)) == [3, 2]
    assert await found(filled, started=Span(until=second)) == [1], "what is queued has no start"
    assert await found(filled, ended=Span(since=fourth)) == [5, 4], "what runs has no end"


async def test_pages_of_a_filter_go_on_behind_a_call(filled: Database, make_call: MakeCall) -> None:
    call = make_call(4)
    behind = Position(at=call.created_at + timedelta(minutes=4), sid=call.sid)
    assert await found(filled, PageRequest(size=2, after=behind)) == [3, 2]


async def test_a_call_comes_back_as_it_was_written(filled: Database) -> None:
    async with filled.read() as connection:
        repository = CallRepository(connection)
        fourth, fifth = await repository.get(f"CA{4:032x}"), await repository.get(f"CA{5:032x}")
    assert fourth is not None
    assert fifth is not None
    assert (fourth.answered_by, fourth.queue_ms) == ("human", 1000)
    assert (fifth.caller_name, fifth.forwarded_from, fifth.phone_number_sid) == ("Ann", "+1555", "PN1")


async def test_a_removed_call_is_gone(filled: Database) -> None:
    async with filled.begin() as connection:
        await CallRepository(connection).remove([f"CA{5:032x}"])
    assert await found(filled, statuses=(CallStatus.COMPLETED, CallStatus.FAILED)) == [4]
