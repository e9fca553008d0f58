"""Notifications and call events over REST (rest-api.md 9.3)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import CallRecord, ExchangeRecord, NotificationRecord
from ringback.model.sid import AccountSid, CallSid

MINE, OTHER = AccountSid("AC" + "1" * 32), AccountSid("AC" + "2" * 32)
ACCOUNT = f"/2010-04-01/Accounts/{MINE}"
CALL, THEIR_CALL = CallSid("CA" + "1" * 32), CallSid("CA" + "2" * 32)
AT = datetime(2026, 3, 2, 10, 4, 55, tzinfo=UTC)

KEYS = [
    "sid", "account_sid", "uri", "date_created", "date_updated", "api_version", "call_sid", "error_code", "log",
    "message_date", "message_text", "more_info", "request_method", "request_url",
]  # fmt: skip


def note(number: int, **fields: Any) -> NotificationRecord:
    values: dict[str, Any] = {
        "sid": f"NO{number:032x}",
        "account_sid": MINE,
        "call_sid": CALL,
        "error_code": 11200,
        "level": "error",
        "message": "the app answered 500 & more",
        "created_at": AT + timedelta(days=number),
    }
    return NotificationRecord(**{**values, **fields})


def call(sid: CallSid, account_sid: AccountSid) -> CallRecord:
    return CallRecord(
        sid=sid, account_sid=account_sid, from_="a", to="b", direction=Direction.INBOUND, status=CallStatus.COMPLETED,
        created_at=AT,
    )  # fmt: skip


def exchange(number: int, **fields: Any) -> ExchangeRecord:
    values: dict[str, Any] = {
        "sid": f"EX{number:032x}",
        "account_sid": MINE,
        "call_sid": CALL,
        "method": "POST",
        "url": "https://app.example/answer",
        "parameters": (("CallSid", CALL), ("Digits", "4"), ("SipHeader_X-Shop", "7"), ("SIPVersion", "2")),
        "created_at": AT + timedelta(seconds=number),
        "duration_ms": 84,
        "status": 200,
        "content_type": "text/xml",
        "body": "<Response/>",
    }
    return ExchangeRecord(**{**values, **fields})


@pytest.fixture(autouse=True)
def happened(stage: Any) -> None:
    """Errors and warnings of one call of ours, one of no call, one of somebody else."""
    stage.writer.put(call(CALL, MINE))
    stage.writer.put(call(THEIR_CALL, OTHER))
    stage.writer.put(
        note(
            1, request_url="https://app.example/answer", request_method="POST", request_parameters="CallSid=CA1",
            response_status=500, response_headers="Content-Type=text%2Fplain", response_body="oops",
        )
    )  # fmt: skip
    stage.writer.put(note(2, level="warning", error_code=12200))
    stage.writer.put(note(3, call_sid=None, error_code=32203))
    stage.writer.put(note(4, account_sid=OTHER, call_sid=THEIR_CALL))


async def ask(stage: Any, path: str) -> Any:
    answer = await stage.ask(ACCOUNT + path)
    return answer.status, json.loads(answer.body)


async def listed(stage: Any, path: str) -> list[int]:
    _, body = await ask(stage, path)
    return [int(entry["sid"][2:], 16) for entry in body["notifications"]]


async def test_a_notification_of_a_list_has_exactly_twilios_fields(stage: Any) -> None:
    _, body = await ask(stage, f"/Calls/{CALL}/Notifications.json")
    warning, error = body["notifications"]
    assert list(error) == KEYS
    assert (error["error_code"], error["log"], error["request_method"]) == ("11200", "0", "POST")
    assert (warning["error_code"], warning["log"], warning["request_url"]) == ("12200", "1", None)
    assert error["message_date"] == "Tue, 03 Mar 2026 10:04:55 +0000"
    assert error["more_info"].endswith("/11200")
    assert parse_qs(error["message_text"]) == {
        "Msg": ["the app answered 500 & more"], "ErrorCode": ["11200"], "LogLevel": ["ERROR"],
        "url": ["https://app.example/answer"], "httpResponse": ["500"],
    }  # fmt: skip
    assert error["uri"] == f"{ACCOUNT}/Calls/{CALL}/Notifications/{error['sid']}.json"


async def test_a_single_one_shows_the_request_and_the_answer_beside(stage: Any) -> None:
    for family in (f"/Calls/{CALL}", ""):
        _, body = await ask(stage, f"{family}/Notifications/{note(1).sid}.json")
        assert list(body) == [*KEYS, "request_variables", "response_body", "response_headers"]
        assert (body["request_variables"], body["response_body"]) == ("CallSid=CA1", "oops")
        assert body["uri"] == f"{ACCOUNT}{family}/Notifications/{body['sid']}.json"


async def test_filters(stage: Any) -> None:
    for query, numbers in (
        ("", [3, 2, 1]),
        ("?Log=0", [3, 1]),
        ("?Log=1", [2]),
        ("?MessageDate=2026-03-04", [2]),
        ("?MessageDate%3E=2026-03-04", [3, 2]),
        ("?MessageDate<=2026-03-04", [2, 1]),
    ):
        assert await listed(stage, f"/Notifications.json{query}") == numbers, query
    assert await listed(stage, f"/Calls/{CALL}/Notifications.json?Log=1") == [2]
    status, body = await ask(stage, "/Notifications.json?Log=2")
    assert (status, body["code"]) == (400, 20001)


async def test_pages_lead_on(stage: Any) -> None:
    _, first = await ask(stage, "/Notifications.json?PageSize=2")
    second = json.loads((await stage.ask(first["next_page_uri"])).body)
    assert [entry["error_code"] for entry in first["notifications"] + second["notifications"]] == [
        "32203", "12200", "11200",
    ]  # fmt: skip
    assert second["next_page_uri"] is None


async def test_what_is_anothers_or_of_another_call_is_not_there(stage: Any) -> None:
    for path in (
        f"/Notifications/{note(4).sid}",
        f"/Calls/{THEIR_CALL}/Notifications",
        f"/Calls/{THEIR_CALL}/Notifications/{note(4).sid}",
        f"/Calls/{CALL}/Notifications/{note(3).sid}",
        f"/Calls/{THEIR_CALL}/Events",
        f"/Calls/CA{'9' * 32}/Events",
    ):
        status, body = await ask(stage, f"{path}.json")
        assert (status, body["code"]) == (404, 20404), path


async def test_events_show_what_was_sent_and_what_came_back(stage: Any) -> None:
    stage.writer.put(exchange(1))
    stage.writer.put(exchange(2, status=None, error_code=11205, content_type=None, body=None, parameters=()))
    stage.writer.put(exchange(3, call_sid=None))
    _, body = await ask(stage, f"/Calls/{CALL}/Events.json")
    failed, answered = body["events"]
    assert answered == {
        "request": {
            "method": "POST",
            "url": "https://app.example/answer",
            "parameters": {"call_sid": CALL, "digits": "4", "sip_header_x-shop": "7", "sip_version": "2"},
        },
        "response": {
            "response_code": 200,
            "request_duration": 84,
            "content_type": "text/xml",
            "response_body": "<Response/>",
            "date_created": "Mon, 02 Mar 2026 10:04:56 +0000",
        },
    }
    assert failed["response"]["response_code"] is None
    assert failed["request"]["parameters"] == {}
    _, page = await ask(stage, f"/Calls/{CALL}/Events.json?PageSize=1")
    following = json.loads((await stage.ask(page["next_page_uri"])).body)
    assert (page["events"], following["events"]) == ([failed], [answered])


async def test_events_are_read_as_xml_too(stage: Any) -> None:
    stage.writer.put(exchange(1))
    answer = await stage.ask(f"{ACCOUNT}/Calls/{CALL}/Events.xml")
    assert b"<Event><Request><Method>POST</Method>" in answer.body
