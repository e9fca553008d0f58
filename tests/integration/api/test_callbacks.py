"""Our own resource of callbacks: what was sent to apps, what failed, and sending it again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from ringback.model.record import CallbackKind, CallbackRecord, CallbackState
from ringback.model.sid import AccountSid, CallSid

MINE, OTHER = AccountSid("AC" + "1" * 32), AccountSid("AC" + "2" * 32)
PATH = f"/ringback/v1/Accounts/{MINE}/Callbacks"
NOW = datetime(2026, 3, 2, 10, 4, 55, tzinfo=UTC)


def callback(number: int, **fields: Any) -> CallbackRecord:
    values: dict[str, Any] = {
        "sid": f"CB{number:032x}",
        "account_sid": MINE,
        "call_sid": CallSid(f"CA{number % 2:032x}"),
        "kind": CallbackKind.RECORDING,
        "url": "http://user:secret@app.example/status?x=1#rc=2",
        "method": "POST",
        "parameters": (("CallSid", f"CA{number % 2:032x}"), ("RecordingStatus", "completed")),
        "state": CallbackState.FAILED,
        "sequence": number,
        "token": f"token-{number}",
        "created_at": NOW + timedelta(seconds=number),
        "queued_at": NOW + timedelta(seconds=number),
        "tries": 2,
        "finished_at": NOW,
        "error_code": 15003,
    }
    return CallbackRecord(**{**values, **fields})


async def test_a_callback_is_shown_without_its_password(stage: Any) -> None:
    stage.writer.put(callback(1))
    answer = await stage.ask(f"{PATH}/{callback(1).sid}.json")
    assert answer.status == 200
    assert json.loads(answer.body) == {
        "sid": callback(1).sid,
        "account_sid": MINE,
        "call_sid": callback(1).call_sid,
        "kind": "recording",
        "state": "failed",
        "tries": 2,
        "error_code": 15003,
        "method": "POST",
        "url": "http://app.example/status?x=1",
        "parameters": [["CallSid", callback(1).call_sid], ["RecordingStatus", "completed"]],
        "idempotency_token": "token-1",
        "date_created": "Mon, 02 Mar 2026 10:04:56 +0000",
        "date_queued": "Mon, 02 Mar 2026 10:04:56 +0000",
        "date_finished": "Mon, 02 Mar 2026 10:04:55 +0000",
        "uri": f"{PATH}/{callback(1).sid}.json",
    }
    assert b"secret" not in answer.body


async def test_callbacks_are_listed_newest_first_by_call_and_by_state(stage: Any) -> None:
    for number in range(4):
        stage.writer.put(callback(number))
    stage.writer.put(callback(9, state=CallbackState.SENT))
    stage.writer.put(callback(10, account_sid=OTHER))

    async def tokens(query: str = "") -> list[str]:
        answer = await stage.ask(f"{PATH}.json{query}")
        assert answer.status == 200
        return [one["idempotency_token"] for one in json.loads(answer.body)["callbacks"]]

    assert await tokens() == ["token-9", "token-3", "token-2", "token-1", "token-0"]
    assert await tokens("?State=Failed&PageSize=2") == ["token-3", "token-2"]
    assert await tokens(f"?CallSid=CA{1:032x}&State=failed") == ["token-3", "token-1"]
    assert await tokens("?State=waiting") == []


async def test_what_is_no_filter_is_refused(stage: Any) -> None:
    for query in ("?State=lost", "?CallSid=RE1"):
        answer = await stage.ask(f"{PATH}.json{query}")
        assert (answer.status, json.loads(answer.body)["code"]) == (400, 20001)


async def test_a_failed_callback_is_sent_again_as_it_was(stage: Any) -> None:
    stage.writer.put(callback(1))
    answer = await stage.ask(f"{PATH}/{callback(1).sid}/Replay.json", method="POST")
    assert answer.status == 202
    assert json.loads(answer.body)["state"] == "waiting"
    await stage.links.close(5)
    (request,) = stage.asked
    assert request.headers["I-Twilio-Idempotency-Token"] == "token-1"
    assert request.parameters == {"x": "1", **dict(callback(1).parameters)}
    shown = json.loads((await stage.ask(f"{PATH}/{callback(1).sid}.json")).body)
    assert (shown["state"], shown["tries"], shown["error_code"]) == ("sent", 3, None)


async def test_a_callback_that_waits_is_not_sent_twice(stage: Any) -> None:
    stage.writer.put(callback(1, state=CallbackState.WAITING, finished_at=None))
    answer = await stage.ask(f"{PATH}/{callback(1).sid}/Replay.json", method="POST")
    assert (answer.status, json.loads(answer.body)["code"]) == (409, 20409)
    assert stage.asked == []


async def test_another_accounts_callback_is_not_there(stage: Any) -> None:
    stage.writer.put(callback(1, account_sid=OTHER))
    for path, method in ((f"{PATH}/{callback(1).sid}.json", "GET"), (f"{PATH}/{callback(1).sid}/Replay.json", "POST")):
        answer = await stage.ask(path, method=method)
        assert (answer.status, json.loads(answer.body)["code"]) == (404, 20404)
    answer = await stage.ask(f"/ringback/v1/Accounts/{OTHER}/Callbacks.json")
    assert answer.status == 404
    assert (await stage.ask(f"{PATH}.json", user=None)).status == 401
