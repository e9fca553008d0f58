"""`recordingStatusCallback`: sent for the events that were asked for, and for no other."""

from dataclasses import replace
from datetime import UTC, datetime

from ringback.call.control import RecordingStarted, RecordResult
from ringback.interpreter.recording_callback import RecordingCallback
from ringback.model.sid import RecordingSid
from tests.unit.interpreter.conftest import BASE, Bench

STARTED_AT = datetime(2026, 3, 24, 18, 15, 40, tzinfo=UTC)
STARTED = RecordingStarted(recording_sid=RecordingSid("RE1"), url="http://r/RE1", started_at=STARTED_AT, channels=2)
RESULT = RecordResult(
    recording_sid=RecordingSid("RE1"),
    url="http://r/RE1",
    seconds=9,
    final_seconds=7,
    ended_by="#",
    started_at=STARTED_AT,
)


def callback(bench: Bench, *events: str, url: str | None = "/rec") -> RecordingCallback:
    return RecordingCallback.of_run(bench.run(), url=url, method="GET", events=events, source="RecordVerb")


def test_a_completed_recording_is_told_with_its_trimmed_length(bench: Bench) -> None:
    callback(bench, "completed").ended(RESULT)
    url, method, parameters = bench.callbacks.sent[0]
    assert (url, method) == (f"{BASE}/rec", "GET")
    assert parameters == {
        "AccountSid": bench.call.info.account_sid,
        "CallSid": bench.call.info.call_sid,
        "RecordingSid": "RE1",
        "RecordingUrl": "http://r/RE1",
        "RecordingStatus": "completed",
        "RecordingDuration": "7",
        "RecordingChannels": "1",
        "RecordingSource": "RecordVerb",
        "RecordingStartTime": "Tue, 24 Mar 2026 18:15:40 +0000",
        "RecordingTrack": "both",
        "ErrorCode": "0",
    }


def test_in_progress_is_told_when_asked_for(bench: Bench) -> None:
    asked = callback(bench, "in-progress")
    asked.started(STARTED)
    asked.ended(RESULT)
    assert [sent[2]["RecordingStatus"] for sent in bench.callbacks.sent] == ["in-progress"]
    assert bench.callbacks.sent[0][2]["RecordingChannels"] == "2"


def test_an_absent_recording_is_told_with_its_code_to_who_asked_for_it(bench: Bench) -> None:
    absent = replace(RESULT, status="absent", error_code=16101)
    callback(bench, "completed").ended(absent)
    assert bench.callbacks.sent == []
    callback(bench, "completed", "absent").ended(absent)
    assert bench.callbacks.sent[0][2]["ErrorCode"] == "16101"


def test_without_a_url_nothing_is_sent(bench: Bench) -> None:
    asked = callback(bench, "in-progress", "completed", url=None)
    asked.started(STARTED)
    asked.ended(RESULT)
    assert bench.callbacks.sent == []
