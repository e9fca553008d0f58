"""Transcriptions of recordings over REST (rest-api.md 9.7)."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ringback.model.record import RecordingStatus, TranscriptionRecord, TranscriptionStatus
from ringback.model.sid import RecordingSid, TranscriptionSid
from tests.integration.api.conftest import MINE, OTHER, RECORDING

ACCOUNT = f"/2010-04-01/Accounts/{MINE}"


def put(stage: Any, number: int, **fields: Any) -> TranscriptionRecord:
    values: dict[str, Any] = {
        "sid": TranscriptionSid(f"TR{number:032x}"),
        "account_sid": MINE,
        "recording_sid": RECORDING,
        "status": TranscriptionStatus.COMPLETED,
        "duration_seconds": 9,
        "created_at": datetime(2026, 3, number, 10, 4, 55, tzinfo=UTC),
        "text": "Please call me back after four.",
        "updated_at": datetime(2026, 3, number, 10, 5, tzinfo=UTC),
    }
    record = TranscriptionRecord(**{**values, **fields})
    stage.writer.put(record)
    return record


def sids(answer: Any) -> list[int]:
    return [int(item["sid"][2:], 16) for item in json.loads(answer.body)["transcriptions"]]


async def test_a_transcription_has_exactly_the_fields_of_twilio(stage: Any) -> None:
    record = put(stage, 2)
    expected = {
        "sid": record.sid,
        "account_sid": MINE,
        "api_version": "2010-04-01",
        "date_created": "Mon, 02 Mar 2026 10:04:55 +0000",
        "date_updated": "Mon, 02 Mar 2026 10:05:00 +0000",
        "recording_sid": RECORDING,
        "status": "completed",
        "transcription_text": "Please call me back after four.",
        "type": "fast",
        "duration": "9",
        "price": None,
        "price_unit": "USD",
        "uri": f"{ACCOUNT}/Transcriptions/{record.sid}.json",
    }
    for path in ("Transcriptions", f"Recordings/{RECORDING}/Transcriptions"):
        body = json.loads((await stage.ask(f"{ACCOUNT}/{path}/{record.sid}.json")).body)
        assert list(body.items()) == list(expected.items()), "also in this order"


async def test_the_url_of_a_callback_has_no_suffix_and_answers_with_the_words(stage: Any) -> None:
    record = put(stage, 2)
    answer = await stage.ask(f"{ACCOUNT}/Transcriptions/{record.sid}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/xml")
    assert b"<TranscriptionText>Please call me back after four.</TranscriptionText>" in answer.body


async def test_they_are_listed_of_the_account_and_of_one_recording(stage: Any) -> None:
    stage.add(status=RecordingStatus.DELETED)
    put(stage, 1)
    put(stage, 2, recording_sid=RecordingSid("RE" + "b" * 32))
    put(stage, 3, status=TranscriptionStatus.IN_PROGRESS, text=None)
    put(stage, 4, account_sid=OTHER)
    assert sids(await stage.ask(f"{ACCOUNT}/Transcriptions.json")) == [3, 2, 1]
    assert sids(await stage.ask(f"{ACCOUNT}/Transcriptions.json?PageSize=1")) == [3]
    of_recording = await stage.ask(f"{ACCOUNT}/Recordings/{RECORDING}/Transcriptions.json")
    assert sids(of_recording) == [3, 1], "those of a deleted recording stay"
    assert json.loads(of_recording.body)["transcriptions"][0]["transcription_text"] is None
    assert (await stage.ask(f"{ACCOUNT}/Recordings/RE{'c' * 32}/Transcriptions.json")).status == 404


@pytest.mark.parametrize("path", ["Transcriptions", f"Recordings/{RECORDING}/Transcriptions"])
async def test_one_is_deleted_when_it_is_finished(stage: Any, path: str) -> None:
    put(stage, 1)
    put(stage, 2)
    put(stage, 3, status=TranscriptionStatus.IN_PROGRESS, text=None)
    running = await stage.ask(f"{ACCOUNT}/{path}/TR{3:032x}.json", method="DELETE")
    assert (running.status, json.loads(running.body)["code"]) == (400, 20009)
    for status in (204, 404):
        assert (await stage.ask(f"{ACCOUNT}/{path}/TR{1:032x}.json", method="DELETE")).status == status
    assert sids(await stage.ask(f"{ACCOUNT}/Transcriptions.json")) == [3, 2]


async def test_what_is_another_accounts_or_another_recordings_is_not_there(stage: Any) -> None:
    theirs, mine = put(stage, 1, account_sid=OTHER), put(stage, 2)
    paths = [f"Transcriptions/{theirs.sid}", f"Recordings/RE{'b' * 32}/Transcriptions/{mine.sid}", "Transcriptions/TR1"]
    for path in paths:
        for method in ("GET", "DELETE"):
            answer = await stage.ask(f"{ACCOUNT}/{path}.json", method=method)
            assert (answer.status, json.loads(answer.body)["code"]) == (404, 20404), path
    assert (await stage.ask(f"{ACCOUNT}/Transcriptions/{mine.sid}.json", user=None)).status == 401
