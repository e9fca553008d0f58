"""Calls are read, listed and deleted over REST (rest-api.md 9.2)."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ringback.model.call_status import CallStatus
from ringback.model.record import ExchangeRecord, RecordingRecord, RecordingStatus
from ringback.model.sid import AccountSid, CallSid, RecordingSid
from ringback.store.exchange import ExchangeRepository
from ringback.store.recording import RecordingRepository
from tests.integration.api.desk import AT, MINE, ended_call

OTHER = AccountSid("AC" + "2" * 32)
PATH = f"/2010-04-01/Accounts/{MINE}/Calls"
APP = "https://app.example/voice"


async def test_a_call_that_ended_shows_its_times(stage: Any) -> None:
    record = ended_call(
        1, answered_at=AT + timedelta(minutes=1, seconds=3), sip_response_code=200, answered_by="human",
        phone_number_sid="PN" + "1" * 32, queue_ms=1500, updated_at=AT + timedelta(hours=1),
    )  # fmt: skip
    stage.writer.put(record)
    body = json.loads((await stage.ask(f"{PATH}/{record.sid}.json")).body)
    assert (body["status"], body["duration"], body["queue_time"]) == ("completed", "37", "1500")
    assert (body["answered_by"], body["phone_number_sid"]) == ("human", "PN" + "1" * 32)
    assert body["start_time"] == "Mon, 02 Mar 2026 10:05:55 +0000"
    assert body["end_time"] == "Mon, 02 Mar 2026 10:06:35 +0000"
    assert body["date_updated"] == "Mon, 02 Mar 2026 11:04:55 +0000"


async def test_a_call_that_was_dialled_and_does_not_ring_yet_is_ringing(stage: Any) -> None:
    record = ended_call(1, status=CallStatus.INITIATED, ended_at=None)
    stage.writer.put(record)
    assert json.loads((await stage.ask(f"{PATH}/{record.sid}.json")).body)["status"] == "ringing"
    assert len(json.loads((await stage.ask(f"{PATH}.json?Status=ringing")).body)["calls"]) == 1
    assert json.loads((await stage.ask(f"{PATH}.json?Status=queued")).body)["calls"] == []


FILTERS: Sequence[tuple[str, list[int]]] = [
    ("", [3, 2, 1]),
    ("?Status=busy", [2]),
    ("?To=sip%3Aann%40pbx.example", [3, 2]),
    ("?To=%2B15005550009", [1]),
    ("?To=+15005550009", [1]),
    ("?From=%28500%29+555-0006", [3, 2, 1]),
    ("?From=nobody", []),
    (f"?ParentCallSid=CA{9:032x}", [3]),
    ("?StartTime=2026-03-02", [2, 1]),
    ("?StartTime=2026-03-02T23%3A00%3A00Z", [2, 1]),
    ("?StartTime%3E=2026-03-02T10%3A06%3A55Z", [3, 2]),
    ("?StartTime>=2026-03-03", [3]),
    ("?StartTime%3C=2026-03-02T10%3A05%3A55Z", [1]),
    ("?StartTime<=2026-03-02", [2, 1]),
    ("?StartTime%3E=2026-03-02T10%3A06%3A00Z&StartTime%3C=2026-03-02T10%3A07%3A00Z", [2]),
    ("?StartTime=03%2F02%2F2026+22%3A05%3A25+MST", [2, 1]),
    ("?EndTime%3E=2026-03-03T00%3A00%3A00Z", [3]),
    ("?EndTime=2026-03-02", [2, 1]),
    ("?StartTime=9999-12-31", []),
    ("?StartTime%3C=9999-12-31T23%3A59%3A59Z", [3, 2, 1]),
]


async def test_filters(stage: Any) -> None:
    stage.writer.put(ended_call(1, to="+15005550009"))
    stage.writer.put(ended_call(2, status=CallStatus.BUSY))
    late = AT + timedelta(days=1)
    parent = CallSid(f"CA{9:032x}")
    stage.writer.put(ended_call(3, started_at=late, ended_at=late + timedelta(seconds=9), parent_call_sid=parent))
    stage.writer.put(ended_call(4, account_sid=OTHER))
    for query, numbers in FILTERS:
        listed = json.loads((await stage.ask(f"{PATH}.json{query}")).body)["calls"]
        assert [int(entry["sid"][2:], 16) for entry in listed] == numbers, query


async def test_a_bad_filter_is_named(stage: Any) -> None:
    for query, says in (
        ("Status=initiated", "Status"),
        ("ParentCallSid=CA1", "ParentCallSid"),
        ("StartTime%3E=soon", "StartTime>"),
        ("EndTime=0001-01-01T00%3A00%3A00%2B05%3A00", "EndTime"),
        ("PageSize=none", "PageSize"),
    ):
        answer = await stage.ask(f"{PATH}.json?{query}")
        body = json.loads(answer.body)
        assert (answer.status, body["code"]) == (400, 20001), query
        assert says in body["message"]


async def test_a_call_of_another_account_is_not_there(stage: Any) -> None:
    theirs = ended_call(1, account_sid=OTHER)
    stage.writer.put(theirs)
    for method, data in (("GET", None), ("POST", {"Status": "completed"}), ("DELETE", None)):
        answer = await stage.ask(f"{PATH}/{theirs.sid}.json", method=method, data=data)
        assert (answer.status, json.loads(answer.body)["code"]) == (404, 20404)
        assert f"{PATH}/{theirs.sid}.json was not found" in json.loads(answer.body)["message"]


async def test_a_deleted_call_takes_its_events_and_leaves_its_recordings(stage: Any) -> None:
    record = ended_call(1)
    stage.writer.put(record)
    stage.writer.put(
        ExchangeRecord(
            sid="EX1", account_sid=MINE, call_sid=record.sid, method="POST", url=APP, parameters=(), created_at=AT,
            duration_ms=5, status=200,
        )
    )  # fmt: skip
    recording = RecordingRecord(
        sid=RecordingSid("RE" + "1" * 32), account_sid=MINE, call_sid=record.sid, status=RecordingStatus.COMPLETED,
        source="RecordVerb", path="a.wav", started_at=AT,
    )  # fmt: skip
    stage.writer.put(recording)
    answer = await stage.ask(f"{PATH}/{record.sid}.json", method="DELETE")
    assert (answer.status, answer.body) == (204, b"")
    assert (await stage.ask(f"{PATH}/{record.sid}.json")).status == 404
    async with stage.services.reading.read() as connection:
        assert await ExchangeRepository(connection).all() == ()
        assert len(await RecordingRepository(connection).all()) == 1


async def test_20009_a_live_call_is_not_deleted(stage: Any) -> None:
    for number, status in enumerate((CallStatus.QUEUED, CallStatus.RINGING, CallStatus.IN_PROGRESS)):
        path = f"{PATH}/{ended_call(number).sid}.json"
        stage.writer.put(ended_call(number, status=status, ended_at=None))
        answer = await stage.ask(path, method="DELETE")
        assert (answer.status, json.loads(answer.body)["code"]) == (400, 20009)
        assert (await stage.ask(path)).status == 200
