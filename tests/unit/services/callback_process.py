"""One life of a server as far as callbacks are concerned, over a database that outlives it."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from ringback.clock import SystemClock
from ringback.model.record import AccountRecord, CallbackKind, CallbackRecord, CallbackState, NotificationRecord
from ringback.model.sid import AccountSid, CallSid
from ringback.services.reach_app import AppLinks
from ringback.services.reading import Reading
from ringback.services.replay_callback import CallbackReplay
from ringback.services.resume_callbacks import Resumed, resume_callbacks
from ringback.store.callback import CallbackRepository
from ringback.store.database import Database
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


@contextlib.asynccontextmanager
async def new_process() -> AsyncIterator[Process]:
    """The first process on an empty database."""
    database = await Database.open("sqlite:///:memory:")
    process = Process(database)
    yield process
    await process.end()
    await database.close()


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


def held(number: int, clock: SystemClock, call_sid: CallSid, **fields: object) -> CallbackRecord:
    """What an earlier process held for the end of a call."""
    parameters = (("CallSid", call_sid), ("CallStatus", "failed"), ("SequenceNumber", "2"), ("CallDuration", "0"))
    return left(number, clock, call_sid=call_sid, state=CallbackState.HELD, parameters=parameters, **fields)
