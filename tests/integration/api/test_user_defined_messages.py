"""User-defined messages and subscriptions over REST (rest-api.md 9.5)."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ringback.call.phone_message import TooManyMessages
from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import CallRecord
from ringback.model.sid import AccountSid, CallSid, new_call_sid
from ringback.services.exchange_messages import MAX_SUBSCRIPTIONS
from ringback.store.call import CallRepository
from ringback.store.user_defined_message import MessageSubscriptionRepository, UserDefinedMessageRepository
from tests.integration.api.desk import notes

MINE, OTHER = AccountSid("AC" + "1" * 32), AccountSid("AC" + "2" * 32)
ACCOUNT = f"/2010-04-01/Accounts/{MINE}"
TOLD = "https://app.example/told"


@pytest.fixture
async def call(stage: Any) -> CallSid:
    """A call of ours that is in progress."""
    return CallSid(stage.studio.call(MINE))


def messages(call: str) -> str:
    return f"{ACCOUNT}/Calls/{call}/UserDefinedMessages.json"


def subscriptions(call: str, sid: str = "") -> str:
    return f"{ACCOUNT}/Calls/{call}/UserDefinedMessageSubscriptions{f'/{sid}' if sid else ''}.json"


async def post(stage: Any, path: str, **data: str) -> Any:
    answer = await stage.ask(path, method="POST", data=data)
    return answer.status, json.loads(answer.body)


async def kept(stage: Any) -> tuple[int, int]:
    """How many messages and subscriptions the store has."""
    async with stage.services.reading.read() as connection:
        found = await UserDefinedMessageRepository(connection).all()
        return len(found), len(await MessageSubscriptionRepository(connection).all())


async def test_a_message_is_kept_sent_and_given_back_once_for_a_key(stage: Any, call: CallSid) -> None:
    content = '{"stars": "\u2605"}'
    status, body = await post(stage, messages(call), Content=content, IdempotencyKey="k")
    assert (status, list(body)) == (201, ["account_sid", "call_sid", "sid", "date_created"])
    assert (body["account_sid"], body["call_sid"], body["sid"][:2]) == (MINE, call, "KX")
    assert (await post(stage, messages(call), Content=content, IdempotencyKey="k"))[1] == body
    assert (await post(stage, messages(call), Content="2", IdempotencyKey="other"))[1]["sid"] != body["sid"]
    assert [(sid, told) for sid, told, _ in stage.studio.told] == [(call, content), (call, "2")]
    assert await kept(stage) == (2, 0)


async def test_the_same_key_at_the_same_time_is_one_message(stage: Any, call: CallSid) -> None:
    answers = await asyncio.gather(
        *(post(stage, messages(call), Content="1", IdempotencyKey="same") for _ in range(10)),
        *(post(stage, subscriptions(call), Callback=TOLD, IdempotencyKey="same") for _ in range(10)),
    )
    assert len({body["sid"] for _, body in answers}) == 2
    assert len(stage.studio.told) == 1
    assert await kept(stage) == (1, 1)


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (405, "the phone answered 405 Method Not Allowed"),
        (408, "the phone did not answer"),
        (None, "the call ended before the phone had it"),
    ],
)
async def test_what_does_not_arrive_is_a_notification(stage: Any, call: CallSid, status: int | None, says: str) -> None:
    _, body = await post(stage, messages(call), Content="1")
    ((_, _, outcome),) = stage.studio.told
    outcome(status)
    (note,) = await notes(stage)
    assert (note.error_code, note.level, note.call_sid) == (32700, "error", call)
    assert note.message == f"user-defined message {body['sid']} did not arrive: {says}"


@pytest.mark.parametrize("status", [200, 202])
async def test_of_what_arrives_nothing_is_said(stage: Any, call: CallSid, status: int) -> None:
    await post(stage, messages(call), Content="1")
    stage.studio.told[0][2](status)
    assert await notes(stage) == []


async def test_a_call_that_rings_takes_messages_and_subscriptions(stage: Any) -> None:
    """Twilio, Call Message Events: active is in-progress or ringing."""
    rings = stage.studio.call(MINE, CallStatus.RINGING)
    assert (await post(stage, messages(rings), Content="1"))[0] == 201
    assert (await post(stage, subscriptions(rings), Callback=TOLD))[0] == 201
    assert len(stage.studio.told) == 1


@pytest.mark.parametrize("status", [CallStatus.QUEUED, CallStatus.INITIATED, CallStatus.COMPLETED, CallStatus.FAILED])
async def test_a_call_without_a_phone_on_it_takes_none(stage: Any, status: CallStatus) -> None:
    call = stage.studio.call(MINE, status)
    for path, data in ((messages(call), {"Content": "1"}), (subscriptions(call), {"Callback": TOLD})):
        answered, body = await post(stage, path, **data)
        assert (answered, body["code"], body["message"]) == (400, 21220, "Call is not in-progress or ringing.")
    assert await kept(stage) == (0, 0)


async def test_a_call_that_runs_elsewhere_takes_no_message(stage: Any) -> None:
    """The store says that it is in progress, but it is not a call of this process, or has ended just now."""
    elsewhere = new_call_sid()
    stage.writer.put(
        CallRecord(
            sid=elsewhere, account_sid=MINE, from_="a", to="b", direction=Direction.INBOUND,
            status=CallStatus.IN_PROGRESS, created_at=datetime(2026, 3, 2, tzinfo=UTC),
        )
    )  # fmt: skip
    status, body = await post(stage, messages(elsewhere), Content="1")
    assert (status, body["code"]) == (400, 21220)
    assert await kept(stage) == (0, 0)


async def test_a_phone_that_has_too_many_to_read_is_told_no_more(stage: Any, call: CallSid) -> None:
    def refuse(content: str, outcome: object) -> None:
        raise TooManyMessages

    stage.studio.calls.find(call).send_message = refuse
    status, body = await post(stage, messages(call), Content="1")
    assert (status, body["code"]) == (429, 20429)
    assert body["message"] == "32 messages wait for the phone already, which is the limit."
    assert await kept(stage) == (0, 0)


async def test_a_subscription_is_made_and_removed(stage: Any, call: CallSid) -> None:
    status, body = await post(stage, subscriptions(call), Callback=TOLD, Method="get")
    assert (status, list(body)) == (201, ["account_sid", "call_sid", "sid", "date_created", "uri"])
    assert body["uri"] == subscriptions(call, body["sid"])
    async with stage.services.reading.read() as connection:
        (made,) = await MessageSubscriptionRepository(connection).of_call(call)
    assert (made.sid, made.callback, made.method) == (body["sid"], TOLD, "GET")
    assert (await stage.ask(subscriptions(stage.studio.call(MINE), body["sid"]), method="DELETE")).status == 404
    assert (await stage.ask(body["uri"], method="DELETE")).status == 204
    assert (await stage.ask(body["uri"], method="DELETE")).status == 404


async def test_a_call_has_a_most_of_subscriptions(stage: Any, call: CallSid) -> None:
    for _ in range(MAX_SUBSCRIPTIONS):
        assert (await post(stage, subscriptions(call), Callback=TOLD))[0] == 201
    status, body = await post(stage, subscriptions(call), Callback=TOLD)
    assert (status, body["code"]) == (400, 20001)
    assert await kept(stage) == (0, MAX_SUBSCRIPTIONS)


async def test_what_is_wrong_is_named_and_nothing_is_kept(stage: Any, call: CallSid) -> None:
    for path, data, code, says in (
        (messages(call), {}, 20001, "Content"),
        (messages(call), {"Content": "no json"}, 20001, "JSON"),
        (messages(call), {"Content": "[" * 10_000}, 20001, "JSON"),
        (messages(call), {"Content": f'"{"x" * 10_239}"'}, 20001, "Content"),
        (messages(call), {"Content": json.dumps("\u2605" * 3_413, ensure_ascii=False)}, 20001, "10240 bytes"),
        (messages(call), {"Content": "1", "IdempotencyKey": "k" * 256}, 20001, "IdempotencyKey"),
        (subscriptions(call), {}, 20001, "Callback"),
        (subscriptions(call), {"Callback": "x"}, 21205, "Callback"),
        (subscriptions(call), {"Callback": "http://x/", "Method": "PUT"}, 21209, "Method"),
    ):
        status, body = await post(stage, path, **data)
        assert (status, body["code"]) == (400, code), (data, body)
        assert says in body["message"]
    assert await kept(stage) == (0, 0)
    assert stage.studio.told == []


async def test_a_message_of_the_full_length_is_sent(stage: Any, call: CallSid) -> None:
    content = f'"{"x" * 10_238}"'
    assert (await post(stage, messages(call), Content=content))[0] == 201
    assert stage.studio.told[0][1] == content


async def test_another_accounts_call_is_not_there(stage: Any) -> None:
    theirs = stage.studio.call(OTHER)
    for path, data in ((messages(theirs), {"Content": "1"}), (subscriptions(theirs), {"Callback": TOLD})):
        status, body = await post(stage, path, **data)
        assert (status, body["code"]) == (404, 20404)
    assert stage.studio.told == []


async def test_they_go_with_their_call(stage: Any, call: CallSid) -> None:
    await post(stage, messages(call), Content="1")
    await post(stage, subscriptions(call), Callback=TOLD)
    async with stage.services.reading.read() as connection:
        record = await CallRepository(connection).get(call)
    assert record is not None
    stage.studio.calls.find(call).has_finished = True
    stage.writer.put(replace(record, status=CallStatus.COMPLETED))
    assert (await stage.ask(f"{ACCOUNT}/Calls/{call}.json", method="DELETE")).status == 204
    assert await kept(stage) == (0, 0)
