"""What is known of an account's recordings over REST, and how they are deleted (rest-api.md 9.6)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from ringback.model.record import RecordingRecord, RecordingStatus
from ringback.model.sid import CallSid, ConferenceSid, RecordingSid
from tests.integration.api.recorder import BASE

Tone = Callable[..., None]
MINE, OTHER = ("AC" + digit * 32 for digit in "12")
ACCOUNT = f"/2010-04-01/Accounts/{MINE}"
CALL, CONFERENCE = CallSid("CA" + "1" * 32), ConferenceSid("CF" + "1" * 32)


def recording(number: int, stage: Any, **fields: Any) -> RecordingRecord:
    """One a day in March 2026, each with a file of its own."""
    at = datetime(2026, 3, number, 10, 4, 55, tzinfo=UTC)
    sid = RecordingSid(f"RE{number:032x}")
    values = {"path": f"{number}.wav", "sid": sid, "started_at": at, **fields}
    record: RecordingRecord = stage.add(**values)
    return record


def error_of(answer: Any) -> tuple[int, int]:
    body = json.loads(answer.body)
    return answer.status, body["code"]


async def listed(stage: Any, query: str = "") -> list[int]:
    answer = await stage.ask(f"{ACCOUNT}/Recordings.json{query}")
    assert answer.status == 200, answer.body
    return [int(item["sid"][2:], 16) for item in json.loads(answer.body)["recordings"]]


async def test_a_recording_has_exactly_the_fields_of_twilio(stage: Any) -> None:
    record = recording(
        2, stage, channels=2, duration_seconds=12, source="DialVerb", updated_at=datetime(2026, 3, 2, 10, 5, tzinfo=UTC)
    )
    body = json.loads((await stage.ask(f"{ACCOUNT}/Recordings/{record.sid}.json")).body)
    expected = {
        "sid": record.sid,
        "account_sid": MINE,
        "call_sid": CALL,
        "date_created": "Mon, 02 Mar 2026 10:04:55 +0000",
        "date_updated": "Mon, 02 Mar 2026 10:05:00 +0000",
        "api_version": "2010-04-01",
        "conference_sid": None,
        "start_time": "Mon, 02 Mar 2026 10:04:55 +0000",
        "duration": "12",
        "status": "completed",
        "channels": 2,
        "source": "DialVerb",
        "price": None,
        "price_unit": "USD",
        "error_code": None,
        "encryption_details": None,
        "subresource_uris": {
            "add_on_results": f"{ACCOUNT}/Recordings/{record.sid}/AddOnResults.json",
            "transcriptions": f"{ACCOUNT}/Recordings/{record.sid}/Transcriptions.json",
        },
        "media_url": f"{BASE}{ACCOUNT}/Recordings/{record.sid}",
        "uri": f"{ACCOUNT}/Recordings/{record.sid}.json",
    }
    assert list(body.items()) == list(expected.items()), "also in this order"


@pytest.mark.parametrize(
    ("status", "error_code", "shown"),
    [
        (RecordingStatus.IN_PROGRESS, 0, ("in-progress", None)),
        (RecordingStatus.PAUSED, 0, ("paused", None)),
        (RecordingStatus.ABSENT, 16101, ("absent", 16101)),
        (RecordingStatus.FAILED, 12400, ("absent", 12400)),
    ],
)
async def test_what_is_not_complete_has_no_length_and_what_is_absent_says_why(
    stage: Any, status: RecordingStatus, error_code: int, shown: tuple[str, int | None]
) -> None:
    record = recording(2, stage, status=status, error_code=error_code)
    body = json.loads((await stage.ask(f"{ACCOUNT}/Recordings/{record.sid}.json")).body)
    assert (body["status"], body["error_code"]) == shown
    assert body["duration"] is None


async def test_a_list_is_newest_first_and_each_filter_narrows_it(stage: Any) -> None:
    for number in range(1, 6):
        recording(number, stage)
    recording(6, stage, call_sid=CallSid("CA" + "6" * 32), conference_sid=CONFERENCE)
    recording(7, stage, status=RecordingStatus.DELETED, deleted_at=datetime(2026, 3, 9, tzinfo=UTC))
    recording(8, stage, account_sid=OTHER)
    assert await listed(stage) == [6, 5, 4, 3, 2, 1]
    assert await listed(stage, "?DateCreated=2026-03-03") == [3]
    assert await listed(stage, "?DateCreated%3E=2026-03-04") == [6, 5, 4]
    assert await listed(stage, "?DateCreated>=2026-03-02T10:04:55Z&DateCreated<=2026-03-04T10:04:54Z") == [3, 2]
    assert await listed(stage, f"?CallSid={CALL}") == [5, 4, 3, 2, 1]
    assert await listed(stage, f"?ConferenceSid={CONFERENCE}") == [6]
    assert await listed(stage, "?IncludeSoftDeleted=true") == [7, 6, 5, 4, 3, 2, 1]
    assert await listed(stage, "?CallSid=&PageSize=2") == [6, 5]


async def test_pages_lead_on_with_their_filters(stage: Any) -> None:
    for number in range(1, 6):
        recording(number, stage)
    first = json.loads((await stage.ask(f"{ACCOUNT}/Recordings.json?CallSid={CALL}&PageSize=2")).body)
    second = json.loads((await stage.ask(first["next_page_uri"])).body)
    assert [item["duration"] for item in second["recordings"]] == [None, None]
    assert [int(item["sid"][2:], 16) for item in second["recordings"]] == [3, 2]
    assert f"CallSid={CALL}" in second["next_page_uri"]
    assert (second["page"], second["start"], second["end"]) == (1, 2, 3)


@pytest.mark.parametrize("query", ["CallSid=CF1", "DateCreated=never", "IncludeSoftDeleted=perhaps", "PageSize=0"])
async def test_a_filter_that_cannot_be_read_is_20001(stage: Any, query: str) -> None:
    assert error_of(await stage.ask(f"{ACCOUNT}/Recordings.json?{query}")) == (400, 20001)


async def test_the_suffix_decides_between_what_is_known_and_the_audio(stage: Any, make_tone: Tone) -> None:
    make_tone(stage.folder / "2.wav", 1.0)
    record = recording(2, stage)
    kinds = {"": "audio/x-wav", ".wav": "audio/x-wav", ".mp3": "audio/mpeg", ".json": "application/json"}
    for suffix, kind in {**kinds, ".xml": "application/xml", ".csv": "text/csv; charset=utf-8"}.items():
        answer = await stage.ask(f"{ACCOUNT}/Recordings/{record.sid}{suffix}")
        assert (answer.status, answer.headers["Content-Type"]) == (200, kind), suffix
    listed = await stage.ask(f"{ACCOUNT}/Recordings")
    assert b"<Recordings " in listed.body
    assert b"<MediaUrl>" in listed.body


async def test_what_is_deleted_loses_its_audio_and_keeps_what_is_known(stage: Any, make_tone: Tone) -> None:
    make_tone(stage.folder / "2.wav", 1.0)
    make_tone(stage.folder / "3.wav", 1.0)
    record, other = recording(2, stage), recording(3, stage)
    await stage.ask(f"{ACCOUNT}/Recordings/{record.sid}.mp3")
    path = f"{ACCOUNT}/Recordings/{record.sid}"
    gone = await stage.ask(f"{path}.json", method="DELETE")
    assert (gone.status, gone.body) == (204, b"")
    assert {file.name for file in stage.folder.iterdir()} == {"3.wav"}
    assert error_of(await stage.ask(f"{path}.json")) == (404, 20404)
    assert error_of(await stage.ask(f"{path}.json", method="DELETE")) == (404, 20404)
    kept = json.loads((await stage.ask(f"{path}.json?IncludeSoftDeleted=true")).body)
    assert (kept["status"], kept["sid"], kept["date_updated"] != kept["date_created"]) == ("deleted", record.sid, True)
    assert await listed(stage) == [3]
    assert (await stage.ask(f"{ACCOUNT}/Recordings/{other.sid}.wav")).status == 200


@pytest.mark.parametrize("status", [RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED, RecordingStatus.STOPPED])
async def test_what_still_runs_is_not_deleted(stage: Any, make_tone: Tone, status: RecordingStatus) -> None:
    make_tone(stage.folder / "2.wav", 1.0)
    record = recording(2, stage, status=status)
    answer = await stage.ask(f"{ACCOUNT}/Recordings/{record.sid}.json", method="DELETE")
    assert error_of(answer) == (400, 20009)
    assert (stage.folder / "2.wav").exists()


async def test_a_deletion_takes_no_file_outside_the_folder(stage: Any, make_tone: Tone) -> None:
    make_tone(stage.folder.parent / "secret.wav", 1.0)
    record = recording(2, stage, path=str(stage.folder.parent / "secret.wav"))
    assert (await stage.ask(f"{ACCOUNT}/Recordings/{record.sid}.json", method="DELETE")).status == 204
    assert (stage.folder.parent / "secret.wav").exists()


async def test_another_accounts_recording_is_not_there(stage: Any) -> None:
    record = recording(2, stage, account_sid=OTHER)
    for method in ("GET", "DELETE"):
        assert error_of(await stage.ask(f"{ACCOUNT}/Recordings/{record.sid}.json", method=method)) == (404, 20404)
        path = f"/2010-04-01/Accounts/{OTHER}/Recordings/{record.sid}.json"
        assert error_of(await stage.ask(path, method=method)) == (404, 20404)
    assert error_of(await stage.ask(f"{ACCOUNT}/Recordings/{record.sid}.json", user=None)) == (401, 20003)


@pytest.mark.parametrize("sid", ["RE1", "CA" + "1" * 32, "RE" + "g" * 32, "%00", "%ff", "%ed%a0%80", "RE" + "1" * 400])
async def test_what_is_no_sid_is_not_there(stage: Any, sid: str) -> None:
    """Also where a database would refuse the text."""
    for path in (f"Recordings/{sid}", f"Calls/{sid}/Recordings", f"Recordings/{sid}/Transcriptions"):
        assert (await stage.ask(f"{ACCOUNT}/{path}.json")).status == 404, path
    for method in ("GET", "DELETE"):
        answer = await stage.ask(f"{ACCOUNT}/Transcriptions/{sid}.json", method=method)
        assert error_of(answer) == (404, 20404)
    assert error_of(await stage.ask(f"{ACCOUNT}/Calls/{sid}/Recordings.json", method="POST", data={})) == (404, 20404)
