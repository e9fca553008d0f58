"""What a process left unsent is sent by the next one of its node; finished ones are replayed, old ones forgotten."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from ringback.clock import SystemClock
from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import (
    AccountRecord,
    CallbackKind,
    CallbackRecord,
    CallbackState,
    CallRecord,
    NotificationRecord,
)
from ringback.model.sid import AccountSid, CallSid
from ringback.services.prune_history import prune_history
from ringback.services.reach_app import AppLinks
from ringback.services.reading import Reading
from ringback.services.refusal import Refused
from ringback.services.replay_callback import CallbackReplay
from ringback.services.resume_callbacks import RESUME_AGE, Resumed, next_sequence, resume_callbacks
from ringback.store.callback import CallbackRepository
from ringback.store.database import Database
from ringback.store.exchange import ExchangeRepository
from ringback.store.paging import PageRequest
from ringback.store.record_writer import record_writer
from ringback.store.write_behind import WriteBehind
from ringback.testing.app_transport import AppRequest, AppResponse, AppTransport
from ringback.testing.transcript import Journal
from ringback.webhooks.delivery import Callback

ACCOUNT = AccountRecord(sid=AccountSid("AC" + "0" * 32), auth_token="token")
CALL = CallSid("CA" + "1" * 32)
TOKEN = "I-Twilio-Idempotency-Token"


@dataclass
class Process:
    """One life of a server, as far as callbacks are concerned."""

    database: Database
    status: int = 200
    node: str = "main"
    first_sequence: int = 1
    arrived: list[AppRequest] = field(default_factory=list)
    notes: list[NotificationRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = SystemClock()
        self.writer = WriteBehind(record_writer(self.database, node=self.node), self.clock, report=lambda *_: None)
        self.writer.start()
        self.reading = Reading(database=self.database, writer=self.writer)
        self.links = AppLinks(
            transport=AppTransport(answers=self.answer, journal=Journal(), clock=self.clock),
            clock=self.clock,
            put=self.notes.append,
            outbox=self.writer,
            keep_exchange=self.writer.put,
            first_sequence=self.first_sequence,
        )
        self.replay = CallbackReplay(reading=self.reading, links=self.links)

    def answer(self, request: AppRequest) -> AppResponse:
        self.arrived.append(request)
        return AppResponse(status=self.status)

    def post(self, path: str, call: CallSid = CALL) -> None:
        parameters = (("CallSid", call), ("SequenceNumber", path.strip("/")))
        callback = Callback(call_sid=call, url=f"http://app.example{path}", parameters=parameters)
        self.links.of(ACCOUNT).delivery.post(callback)

    async def resume(self, account: AccountRecord | None = ACCOUNT) -> Resumed:
        return await resume_callbacks(
            self.database, node=self.node, links=self.links, account_of=lambda _: account, clock=self.clock
        )

    async def records(self) -> dict[str, CallbackRecord]:
        async with self.reading.read() as connection:
            return {record.url: record for record in await CallbackRepository(connection).all()}

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.arrived]

    async def end(self) -> None:
        await self.links.close(5)
        await self.writer.drain(5)
        await self.writer.close()


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    opened = await Database.open("sqlite:///:memory:")
    yield opened
    await opened.close()


@pytest.fixture
async def process(database: Database) -> AsyncIterator[Process]:
    process = Process(database)
    yield process
    await process.end()


def left(number: int, clock: SystemClock, **fields: object) -> CallbackRecord:
    """What an earlier process wrote down."""
    values: dict[str, object] = {
        "sid": f"CB{number:032x}",
        "account_sid": ACCOUNT.sid,
        "call_sid": CALL,
        "kind": CallbackKind.STATUS,
        "url": f"http://app.example/{number}",
        "method": "GET" if number % 2 else "POST",
        "parameters": (("CallSid", CALL), ("SequenceNumber", str(number))),
        "state": CallbackState.WAITING,
        "sequence": number,
        "token": f"token-{number}",
        "created_at": clock.utc_now(),
        "queued_at": clock.utc_now(),
    }
    return CallbackRecord(**{**values, **fields})  # type: ignore[arg-type]


async def test_what_was_left_is_sent_once_in_order_and_before_what_is_new(database: Database, process: Process) -> None:
    records = [left(number, process.clock) for number in (3, 1, 2)]
    await record_writer(database, node="main")([*records, left(4, process.clock, state=CallbackState.SENT)])
    await record_writer(database, node="other")([left(9, process.clock)])
    assert await next_sequence(database, "main") == 5
    assert await process.resume() == Resumed(queued=3)
    process.post("/new")
    await process.links.close(5)
    assert process.paths == ["/1", "/2", "/3", "/new"]
    assert [request.headers[TOKEN] for request in process.arrived[:3]] == ["token-1", "token-2", "token-3"]
    assert [request["SequenceNumber"] for request in process.arrived] == ["1", "2", "3", "new"]
    kept = await process.records()
    assert {kept[f"http://app.example/{number}"].state for number in (1, 2, 3)} == {CallbackState.SENT}
    assert kept["http://app.example/9"].state is CallbackState.WAITING, "another node's"
    assert await process.resume() == Resumed(), "and not once more"


async def test_what_is_too_old_is_given_up_and_the_author_told(database: Database, process: Process) -> None:
    old = process.clock.utc_now() - RESUME_AGE - timedelta(minutes=1)
    await record_writer(database, node="main")([left(1, process.clock, created_at=old, queued_at=old)])
    assert await process.resume() == Resumed(given_up=1)
    await process.links.close(5)
    assert process.arrived == []
    ((record,), (note,)) = (await process.records()).values(), process.notes
    assert (record.state, record.error_code) == (CallbackState.FAILED, 15002)
    assert (note.error_code, note.call_sid, note.account_sid) == (15002, CALL, ACCOUNT.sid)
    assert "24 hours" in note.message


async def test_what_was_asked_for_again_lately_is_not_too_old(database: Database, process: Process) -> None:
    old = process.clock.utc_now() - RESUME_AGE * 2
    await record_writer(database, node="main")([left(1, process.clock, created_at=old)])
    assert await process.resume() == Resumed(queued=1)


async def test_a_callback_of_an_account_that_is_gone_is_given_up(database: Database, process: Process) -> None:
    await record_writer(database, node="main")([left(1, process.clock)])
    assert await process.resume(account=None) == Resumed(given_up=1)
    assert [note.error_code for note in process.notes] == [15002]


def held(number: int, clock: SystemClock, call_sid: CallSid, **fields: object) -> CallbackRecord:
    parameters = (("CallSid", call_sid), ("CallStatus", "failed"), ("SequenceNumber", "2"), ("CallDuration", "0"))
    return left(number, clock, call_sid=call_sid, state=CallbackState.HELD, parameters=parameters, **fields)


async def test_the_end_of_a_call_that_nobody_lived_to_tell_is_told_behind_what_waits(
    database: Database, process: Process
) -> None:
    call_sid, now = CallSid("CA" + "7" * 32), process.clock.utc_now()
    call = CallRecord(
        sid=call_sid,
        account_sid=ACCOUNT.sid,
        from_="a",
        to="b",
        direction=Direction.INBOUND,
        status=CallStatus.COMPLETED,
        created_at=now,
        answered_at=now,
        ended_at=now + timedelta(seconds=42),
    )
    waiting = left(8, process.clock, call_sid=call_sid)
    lost = CallSid("CA" + "8" * 32)
    unwanted = held(6, process.clock, CallSid("CA" + "9" * 32), finished_at=now)
    await record_writer(database, node="main")(
        [call, held(4, process.clock, call_sid), waiting, held(5, process.clock, lost), unwanted]
    )
    assert await process.resume() == Resumed(queued=3)
    await process.links.close(5)
    assert [path for path in process.paths if path != "/5"] == ["/8", "/4"]
    ends = {request["CallSid"]: request for request in process.arrived if "CallStatus" in request.parameters}
    assert set(ends) == {call_sid, lost}
    assert (ends[call_sid]["CallDuration"], ends[call_sid]["SequenceNumber"]) == ("42", "2")
    assert (ends[lost]["CallStatus"], ends[lost]["CallDuration"]) == ("failed", "0")
    kept = await process.records()
    assert kept["http://app.example/4"].state is CallbackState.SENT
    assert await process.resume() == Resumed(), "and not once more"


async def test_what_is_held_is_neither_shown_nor_sent_by_hand(database: Database, process: Process) -> None:
    record = held(1, process.clock, CALL)
    await record_writer(database, node="main")([record])
    assert (await process.replay.page(ACCOUNT.sid, PageRequest())).records == ()
    assert await process.replay.replay(ACCOUNT, record.sid) is None


async def test_a_callback_takes_the_place_of_what_was_held(process: Process) -> None:
    parameters = (("CallSid", CALL),)
    callback = Callback(call_sid=CALL, url="http://app.example/end", parameters=parameters, sid="CB" + "e" * 32)
    delivery = process.links.of(ACCOUNT).delivery
    delivery.hold(callback)
    (record,) = (await process.records()).values()
    assert record.state is CallbackState.HELD
    delivery.post(callback)
    await process.links.close(5)
    (record,) = (await process.records()).values()
    assert (record.state, len(process.arrived)) == (CallbackState.SENT, 1)


async def test_what_an_exchange_was_is_kept(process: Process) -> None:
    process.status = 503
    process.post("/status")
    await process.links.close(5)
    async with process.reading.read() as connection:
        page = await ExchangeRepository(connection).of_call(ACCOUNT.sid, CALL, PageRequest())
    assert [(one.url, one.status) for one in page.records] == [("http://app.example/status", 503)]


async def test_a_failed_callback_is_sent_again_when_it_is_asked_for(process: Process) -> None:
    process.status = 500
    process.post("/status")
    await process.links.of(ACCOUNT).delivery.close(5)
    (failed,) = (await process.records()).values()
    assert (failed.state, failed.error_code, failed.tries) == (CallbackState.FAILED, 15003, 1)
    again = Process(process.database, first_sequence=await next_sequence(process.database, "main"))
    replayed = await again.replay.replay(ACCOUNT, failed.sid)
    assert replayed is not None
    assert replayed.state is CallbackState.WAITING
    with pytest.raises(Refused) as caught:
        await again.replay.replay(ACCOUNT, failed.sid)
    assert (caught.value.code, caught.value.status) == (20409, 409)
    await again.end()
    (request,) = again.arrived
    assert request.headers[TOKEN] == process.arrived[0].headers[TOKEN]
    assert request.body == process.arrived[0].body
    (sent,) = (await process.records()).values()
    assert (sent.state, sent.tries, sent.error_code) == (CallbackState.SENT, 2, None)


async def test_another_accounts_callbacks_are_neither_shown_nor_sent(database: Database, process: Process) -> None:
    await record_writer(database, node="main")([left(1, process.clock, state=CallbackState.FAILED)])
    other = replace(ACCOUNT, sid=AccountSid("AC" + "9" * 32))
    sid = left(1, process.clock).sid
    assert await process.replay.replay(other, sid) is None
    assert await process.replay.find(other.sid, sid) is None
    assert (await process.replay.page(other.sid, PageRequest())).records == ()
    assert len((await process.replay.page(ACCOUNT.sid, PageRequest(), state=CallbackState.FAILED)).records) == 1
    assert (await process.replay.page(ACCOUNT.sid, PageRequest(), state=CallbackState.SENT)).records == ()


async def test_history_is_forgotten_after_its_time_however_much_there_is(database: Database, process: Process) -> None:
    long_ago = process.clock.utc_now() - timedelta(days=8)
    finished = [left(number, process.clock, state=CallbackState.SENT, finished_at=long_ago) for number in range(600)]
    waiting = left(1000, process.clock, created_at=long_ago)
    await record_writer(database, node="main")([*finished, waiting])
    process.post("/now")
    await process.links.close(5)
    await process.records()
    removed = await prune_history(database, process.clock, process.clock.utc_now() - timedelta(days=7))
    assert removed == 600
    assert set(await process.records()) == {waiting.url, "http://app.example/now"}
