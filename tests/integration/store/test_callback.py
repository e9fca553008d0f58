"""Callbacks and exchanges in a real database: exact, in order, in pages, and forgotten in time."""

from dataclasses import replace
from datetime import timedelta

from ringback.model.record import CallbackKind, CallbackRecord, CallbackState, ExchangeRecord
from ringback.model.sid import AccountSid, CallSid
from ringback.store.callback import CallbackRepository
from ringback.store.database import Database
from ringback.store.exchange import ExchangeRepository
from ringback.store.paging import PageRequest, Position
from ringback.store.record_writer import record_writer
from tests.integration.store.conftest import ACCOUNT, START

WAITING = CallbackState.WAITING
OTHER = AccountSid("AC" + "9" * 32)


def callback(number: int, call: int = 0, **fields: object) -> CallbackRecord:
    values: dict[str, object] = {
        "sid": f"CB{number:032x}",
        "account_sid": ACCOUNT,
        "call_sid": CallSid(f"CA{call:032x}"),
        "kind": CallbackKind.STATUS,
        "url": "http://user:secret@app.example/status#rc=2",
        "method": "POST",
        "parameters": (("CallSid", "CA1"), ("B", "é\x00\ud800"), ("A", ""), ("A", "twice")),
        "state": CallbackState.WAITING,
        "sequence": number,
        "token": f"token-{number}",
        "created_at": START + timedelta(seconds=number),
        "queued_at": START + timedelta(seconds=number),
    }
    return CallbackRecord(**{**values, **fields})  # type: ignore[arg-type]


def exchange(number: int, call: int = 0, **fields: object) -> ExchangeRecord:
    values: dict[str, object] = {
        "sid": f"EX{number:032x}",
        "account_sid": ACCOUNT,
        "call_sid": CallSid(f"CA{call:032x}"),
        "method": "POST",
        "url": "http://app.example/voice",
        "parameters": (("CallSid", "CA1"),),
        "created_at": START + timedelta(seconds=number),
        "duration_ms": 12,
        "status": 200,
        "content_type": "text/xml",
        "body": "<Response/>",
    }
    return ExchangeRecord(**{**values, **fields})  # type: ignore[arg-type]


async def test_a_callback_comes_back_exactly_as_it_was_written(database: Database) -> None:
    await record_writer(database, node="main")([callback(1)])
    async with database.read() as connection:
        assert await CallbackRepository(connection).get(callback(1).sid) == callback(1)


async def test_the_unsent_ones_of_a_node_come_in_their_order_and_in_parts(database: Database) -> None:
    await record_writer(database, node="main")([callback(number) for number in (3, 1, 2)])
    await record_writer(database, node="main")([callback(4, state=CallbackState.SENT, finished_at=START)])
    await record_writer(database, node="other")([callback(5)])
    async with database.read() as connection:
        repository = CallbackRepository(connection)
        first = await repository.open("main", WAITING, limit=2)
        assert [record.sequence for record in first] == [1, 2]
        assert [record.sequence for record in await repository.open("main", WAITING, after_sequence=2)] == [3]
        assert await repository.next_sequence("main") == 5
        assert await repository.next_sequence("new") == 1


async def test_an_accounts_callbacks_are_paged_newest_first_and_filtered(database: Database) -> None:
    await record_writer(database, node="main")(
        [
            *(callback(number, call=number % 2) for number in range(4)),
            callback(8, account_sid=OTHER),
            callback(9, call=7, state=CallbackState.FAILED, error_code=15003, finished_at=START),
        ]
    )
    async with database.read() as connection:
        repository = CallbackRepository(connection)
        page = await repository.of_account(ACCOUNT, PageRequest(size=3))
        assert [record.sequence for record in page.records] == [9, 3, 2]
        assert page.has_next
        last = page.records[-1]
        rest = await repository.of_account(
            ACCOUNT, PageRequest(size=3, after=Position(at=last.created_at, sid=last.sid))
        )
        assert [record.sequence for record in rest.records] == [1, 0]
        of_call = await repository.of_account(ACCOUNT, PageRequest(), call_sid=CallSid(f"CA{1:032x}"))
        assert [record.sequence for record in of_call.records] == [3, 1]
        failed = await repository.of_account(ACCOUNT, PageRequest(), state=CallbackState.FAILED)
        assert [record.sequence for record in failed.records] == [9]
        assert [record.sequence for record in await repository.of_call(f"CA{1:032x}")] == [1, 3]


async def test_finished_callbacks_are_forgotten_and_waiting_ones_never(database: Database) -> None:
    finished = [callback(number, state=CallbackState.SENT, finished_at=START) for number in range(3)]
    await record_writer(database, node="main")(
        [*finished, callback(7), replace(callback(8), state=CallbackState.FAILED, finished_at=START)]
    )
    async with database.begin() as connection:
        repository = CallbackRepository(connection)
        assert await repository.prune(START, 10) == 0
        assert await repository.prune(START + timedelta(seconds=1), 3) == 3
        assert await repository.prune(START + timedelta(seconds=1), 10) == 1
        assert [record.sequence for record in await repository.open("main", WAITING)] == [7]


async def test_the_exchanges_of_a_call_are_paged_and_another_accounts_are_not_shown(database: Database) -> None:
    records = [exchange(number) for number in range(3)]
    await record_writer(database, node="main")([*records, exchange(8, call=8), exchange(9, account_sid=OTHER)])
    async with database.begin() as connection:
        repository = ExchangeRepository(connection)
        page = await repository.of_call(ACCOUNT, exchange(0).call_sid or "", PageRequest(size=2))
        assert page.records == (records[2], records[1])
        assert page.has_next
        assert await repository.prune(START + timedelta(seconds=1), 10) == 1
        await repository.remove_of_call(f"CA{0:032x}")
        assert [record.sid for record in await repository.all()] == [exchange(8).sid]
