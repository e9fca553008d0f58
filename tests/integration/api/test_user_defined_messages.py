"""User-defined messages and subscriptions over REST (rest-api.md 9.5)."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import CallRecord
from ringback.model.sid import AccountSid, CallSid
from ringback.store.user_defined_message import MessageSubscriptionRepository, UserDefinedMessageRepository

MINE, OTHER = AccountSid("AC" + "1" * 32), AccountSid("AC" + "2" * 32)
CALL, OVER, THEIRS = (CallSid("CA" + digit * 32) for digit in "123")
ACCOUNT = f"/2010-04-01/Accounts/{MINE}"
MESSAGES = f"{ACCOUNT}/Calls/{CALL}/UserDefinedMessages.json"
SUBSCRIPTIONS = f"{ACCOUNT}/Calls/{CALL}/UserDefinedMessageSubscriptions"


def call(sid: CallSid, status: CallStatus = CallStatus.IN_PROGRESS, account_sid: AccountSid = MINE) -> CallRecord:
    return CallRecord(
        sid=sid, account_sid=account_sid, from_="a", to="b", direction=Direction.INBOUND, status=status,
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def calls(stage: Any) -> None:
    stage.writer.put(call(CALL))
    stage.writer.put(call(OVER, CallStatus.COMPLETED))
    stage.writer.put(call(THEIRS, account_sid=OTHER))


async def post(stage: Any, path: str, **data: str) -> Any:
    answer = await stage.ask(path, method="POST", data=data)
    return answer.status, json.loads(answer.body)


async def test_a_message_is_kept_and_given_back_once_for_a_key(stage: Any) -> None:
    content = '{"stars": 5}'
    status, body = await post(stage, MESSAGES, Content=content, IdempotencyKey="k")
    assert (status, list(body)) == (201, ["account_sid", "call_sid", "sid", "date_created"])
    assert (body["account_sid"], body["call_sid"], body["sid"][:2]) == (MINE, CALL, "KX")
    assert (await post(stage, MESSAGES, Content=content, IdempotencyKey="k"))[1] == body
    assert (await post(stage, MESSAGES, Content=content, IdempotencyKey="other"))[1]["sid"] != body["sid"]
    async with stage.services.reading.read() as connection:
        kept = await UserDefinedMessageRepository(connection).of_call(CALL)
    assert [message.content for message in kept] == [content] * 2


async def test_a_subscription_is_made_and_removed(stage: Any) -> None:
    status, body = await post(stage, f"{SUBSCRIPTIONS}.json", Callback="https://app.example/told", Method="get")
    assert (status, list(body)) == (201, ["account_sid", "call_sid", "sid", "date_created", "uri"])
    assert body["uri"] == f"{SUBSCRIPTIONS}/{body['sid']}.json"
    async with stage.services.reading.read() as connection:
        (kept,) = await MessageSubscriptionRepository(connection).of_call(CALL)
    assert (kept.sid, kept.callback, kept.method) == (body["sid"], "https://app.example/told", "GET")
    other = f"{ACCOUNT}/Calls/{OVER}/UserDefinedMessageSubscriptions/{body['sid']}.json"
    assert (await stage.ask(other, method="DELETE")).status == 404
    assert (await stage.ask(body["uri"], method="DELETE")).status == 204
    assert (await stage.ask(body["uri"], method="DELETE")).status == 404


async def test_what_is_wrong_is_named_and_nothing_is_kept(stage: Any) -> None:
    for path, data, code, says in (
        (MESSAGES, {}, 20001, "Content"),
        (MESSAGES, {"Content": "no json"}, 20001, "JSON"),
        (MESSAGES, {"Content": "[" * 16_000}, 20001, "JSON"),
        (MESSAGES, {"Content": f'"{"x" * 16_384}"'}, 20001, "Content"),
        (MESSAGES, {"Content": "1", "IdempotencyKey": "k" * 256}, 20001, "IdempotencyKey"),
        (f"{SUBSCRIPTIONS}.json", {}, 20001, "Callback"),
        (f"{SUBSCRIPTIONS}.json", {"Callback": "x"}, 21205, "Callback"),
        (f"{SUBSCRIPTIONS}.json", {"Callback": "http://x/", "Method": "PUT"}, 21209, "Method"),
        (MESSAGES.replace(CALL, OVER), {"Content": "1"}, 21220, "in-progress"),
    ):
        status, body = await post(stage, path, **data)
        assert (status, body["code"]) == (400, code), (data, body)
        assert says in body["message"]
    async with stage.services.reading.read() as connection:
        assert await UserDefinedMessageRepository(connection).all() == ()
        assert await MessageSubscriptionRepository(connection).all() == ()


async def test_another_accounts_call_is_not_there(stage: Any) -> None:
    status, body = await post(stage, MESSAGES.replace(CALL, THEIRS), Content="1")
    assert (status, body["code"]) == (404, 20404)


async def test_they_go_with_their_call(stage: Any) -> None:
    await post(stage, MESSAGES, Content="1")
    await post(stage, f"{SUBSCRIPTIONS}.json", Callback="https://app.example/told")
    stage.writer.put(call(CALL, CallStatus.COMPLETED))
    assert (await stage.ask(f"{ACCOUNT}/Calls/{CALL}.json", method="DELETE")).status == 204
    async with stage.services.reading.read() as connection:
        assert await UserDefinedMessageRepository(connection).all() == ()
        assert await MessageSubscriptionRepository(connection).all() == ()
