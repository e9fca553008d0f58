"""What a phone says reaches who subscribed, in order, signed and written down, and nobody else (rest-api.md 9.5)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from ringback.call.control import CallInfo
from ringback.call.phone_message import PhoneMessage
from ringback.clock import SystemClock
from ringback.interpreter.report import NotificationReporter
from ringback.model.call_status import Direction
from ringback.model.record import AccountRecord, MessageSubscriptionRecord, NotificationRecord
from ringback.model.sid import AccountSid, CallSid, new_sid
from ringback.services.reach_app import AppLinks
from ringback.services.tell_messages import MAX_UNTOLD, MessageTelling
from ringback.store.database import Database
from ringback.store.user_defined_message import MessageSubscriptionRepository
from ringback.testing.app_transport import AppRequest, AppTransport
from ringback.testing.transcript import Journal

ACCOUNT = AccountRecord(sid=AccountSid("AC" + "1" * 32), auth_token="token")
CALL, OTHER_CALL = CallSid("CA" + "1" * 32), CallSid("CA" + "2" * 32)
TOLD = "http://app.example/told"


def info(call_sid: CallSid = CALL, account_sid: AccountSid = ACCOUNT.sid) -> CallInfo:
    return CallInfo(call_sid=call_sid, account_sid=account_sid, from_="a", to="b", direction=Direction.INBOUND)


def said(number: int, content: bytes | None = None, content_type: str = "application/json") -> PhoneMessage:
    return PhoneMessage(number=number, content_type=content_type, content=content or b"%d" % number)


@dataclass
class Desk:
    """A telling service over a database in memory, and the app that it tells."""

    database: Database
    asked: list[AppRequest] = field(default_factory=list)
    notes: list[NotificationRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        clock = SystemClock()
        transport = AppTransport(answers=self._answer, journal=Journal(), clock=clock)
        self.links = AppLinks(transport=transport, clock=clock, put=self.notes.append)
        self.telling = MessageTelling(
            database=self.database,
            links=self.links,
            account_of=lambda sid: ACCOUNT if sid == ACCOUNT.sid else None,
            reporter_of=lambda call: NotificationReporter(info=call, clock=clock, put=self.notes.append),
            clock=clock,
        )

    def _answer(self, request: AppRequest) -> str:
        self.asked.append(request)
        return ""

    async def subscribe(self, call_sid: CallSid = CALL, *, url: str = TOLD, method: str = "POST") -> str:
        record = MessageSubscriptionRecord(
            sid=new_sid("ZY"), account_sid=ACCOUNT.sid, call_sid=call_sid, callback=url, method=method,
            created_at=datetime(2026, 3, 2, tzinfo=UTC),
        )  # fmt: skip
        async with self.database.begin() as connection:
            await MessageSubscriptionRepository(connection).put(record)
        return record.sid

    async def unsubscribe(self, sid: str) -> None:
        async with self.database.begin() as connection:
            await MessageSubscriptionRepository(connection).remove({sid})

    async def rename_table(self, name: str, new_name: str) -> None:
        async with self.database.begin() as connection:
            await connection.execute(text(f"ALTER TABLE {name} RENAME TO {new_name}"))

    async def settled(self) -> list[AppRequest]:
        """What the app was told, when all of it was."""
        await self.telling.close()
        await self.links.close(5)
        return self.asked


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    database = await Database.open("sqlite:///:memory:")
    yield Desk(database)
    await database.close()


async def test_each_subscriber_of_the_call_is_told(desk: Desk) -> None:
    await desk.subscribe()
    await desk.subscribe(url="http://app.example/also", method="GET")
    await desk.subscribe(OTHER_CALL, url="http://app.example/other")
    desk.telling.receive(info(), said(1, '{"stars": "★"}'.encode()))
    asked = await desk.settled()
    assert sorted((request.method, request.path) for request in asked) == [("GET", "/also"), ("POST", "/told")]
    for request in asked:
        assert request["Content"] == '{"stars": "★"}'
        assert (request["AccountSid"], request["CallSid"]) == (ACCOUNT.sid, CALL)
        assert (request["SequenceNumber"], request["ContentType"]) == ("1", "application/json")
    assert len({request["Sid"] for request in asked}) == 1
    assert asked[0]["Sid"].startswith("KX")


async def test_messages_of_a_call_are_told_in_order(desk: Desk) -> None:
    await desk.subscribe()
    for number in range(1, 31):
        desk.telling.receive(info(), said(number))
        if number % 10 == 0:
            await asyncio.sleep(0)
    asked = await desk.settled()
    assert [request["SequenceNumber"] for request in asked] == [str(number) for number in range(1, 31)]
    assert [request["Content"] for request in asked] == [str(number) for number in range(1, 31)]


async def test_who_has_unsubscribed_is_told_no_more(desk: Desk) -> None:
    sid = await desk.subscribe()
    desk.telling.receive(info(), said(1))
    await desk.telling.close()
    await desk.unsubscribe(sid)
    desk.telling.receive(info(), said(2))
    assert [request["SequenceNumber"] for request in await desk.settled()] == ["1"]


async def test_what_nobody_subscribed_to_is_forgotten(desk: Desk) -> None:
    desk.telling.receive(info(), said(1))
    assert await desk.settled() == []
    assert desk.notes == []


async def test_plain_text_is_told_as_it_is(desk: Desk) -> None:
    await desk.subscribe()
    desk.telling.receive(info(), said(1, b"no {json", "text/plain"))
    (request,) = await desk.settled()
    assert (request["Content"], request["ContentType"]) == ("no {json", "text/plain")


@pytest.mark.parametrize(
    ("content", "content_type", "says"),
    [
        (b"no json", "application/json", "it is not JSON"),
        (b"[" * 10_000, "application/json", "it is not JSON"),
        (b'"\xff"', "application/json", "it is not JSON"),
        (b"\xff", "text/plain", "it is not text in UTF-8"),
    ],
)
async def test_what_is_not_what_it_says_is_reported_and_not_told(
    desk: Desk, content: bytes, content_type: str, says: str
) -> None:
    """Twilio: an error in the console, and none at the phone."""
    await desk.subscribe()
    desk.telling.receive(info(), said(1, content, content_type))
    assert await desk.settled() == []
    (note,) = desk.notes
    assert (note.error_code, note.level, note.call_sid) == (32700, "error", CALL)
    assert note.message == f"a message of the phone was told to nobody: {says}"


async def test_no_more_than_the_limit_wait_and_other_calls_have_their_own(desk: Desk) -> None:
    await desk.subscribe()
    await desk.subscribe(OTHER_CALL)
    for number in range(1, MAX_UNTOLD + 3):
        desk.telling.receive(info(), said(number))
    desk.telling.receive(info(OTHER_CALL), said(1))
    asked = await desk.settled()
    assert len([request for request in asked if request["CallSid"] == CALL]) == MAX_UNTOLD
    assert len([request for request in asked if request["CallSid"] == OTHER_CALL]) == 1
    assert [note.error_code for note in desk.notes] == [32700, 32700]


async def test_a_database_that_cannot_be_read_costs_the_messages_of_that_time(desk: Desk) -> None:
    await desk.subscribe()
    await desk.rename_table("message_subscription", "away")
    desk.telling.receive(info(), said(1))
    await desk.telling.close()
    await desk.rename_table("away", "message_subscription")
    desk.telling.receive(info(), said(2))
    assert [request["SequenceNumber"] for request in await desk.settled()] == ["2"]
    (note,) = desk.notes
    assert note.error_code == 32700
    assert "the subscriptions cannot be read" in (note.message or "")


async def test_an_account_that_is_gone_is_told_nothing(desk: Desk) -> None:
    await desk.subscribe()
    desk.telling.receive(info(account_sid=AccountSid("AC" + "9" * 32)), said(1))
    assert await desk.settled() == []
