"""Status callbacks (webhooks.md section 4) and recording callbacks (9.1)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import RecordingStatus
from ringback.model.sid import AccountSid, CallSid, RecordingSid
from ringback.webhooks.callback_parameters import (
    Completion,
    RecordingFacts,
    StatusEvent,
    billed_minutes,
    recording_callback_parameters,
    rfc2822,
    status_callback_parameters,
)
from ringback.webhooks.parameters import CallFacts

NOON = datetime(2026, 3, 24, 18, 15, 40, 999, tzinfo=UTC)
CALL = CallFacts(
    call_sid=CallSid("CA1"),
    account_sid=AccountSid("AC1"),
    from_="+15550001",
    to="+15550002",
    direction=Direction.OUTBOUND_DIAL,
    status=CallStatus.NO_ANSWER,
    parent_call_sid=CallSid("CA0"),
    sip_parameters=(("SipHeader_X-A", "1"),),
)
RECORDING = RecordingFacts(
    recording_sid=RecordingSid("RE1"),
    account_sid=AccountSid("AC1"),
    call_sid=CallSid("CA1"),
    url="http://h/RE1",
    status=RecordingStatus.COMPLETED,
    source="RecordVerb",
    started_at=NOON,
    seconds=12,
)


def test_dates_are_rfc_2822_in_gmt() -> None:
    """H-10."""
    assert rfc2822(NOON) == "Tue, 24 Mar 2026 18:15:40 +0000"
    assert rfc2822(NOON.astimezone(timezone(timedelta(hours=2)))) == "Tue, 24 Mar 2026 18:15:40 +0000"


def test_an_unanswered_leg_is_the_captured_example_of_section_4() -> None:
    found = dict(
        status_callback_parameters(
            CALL,
            "completed",
            timestamp=NOON,
            sequence_number=0,
            completion=Completion(seconds=0, sip_response_code=487),
        )
    )
    assert found == {
        "CallSid": "CA1",
        "AccountSid": "AC1",
        "From": "+15550001",
        "To": "+15550002",
        "Caller": "+15550001",
        "Called": "+15550002",
        "CallStatus": "no-answer",
        "ApiVersion": "2010-04-01",
        "Direction": "outbound-dial",
        "ParentCallSid": "CA0",
        "Timestamp": "Tue, 24 Mar 2026 18:15:40 +0000",
        "SequenceNumber": "0",
        "CallbackSource": "call-progress-events",
        "CallDuration": "0",
        "Duration": "0",
        "SipResponseCode": "487",
    }


@pytest.mark.parametrize(
    ("event", "status"), [("initiated", "initiated"), ("ringing", "ringing"), ("answered", "in-progress")]
)
def test_a_progress_event_names_its_status_and_has_no_duration(event: StatusEvent, status: str) -> None:
    facts = replace(CALL, status=CallStatus.RINGING)
    found = dict(status_callback_parameters(facts, event, timestamp=NOON, sequence_number=2))
    assert (found["CallStatus"], found["SequenceNumber"]) == (status, "2")
    assert not found.keys() & {"CallDuration", "Duration", "SipResponseCode"}


def test_a_recorded_call_names_its_recording_at_the_end() -> None:
    completion = Completion(seconds=61, recording=RECORDING)
    facts = replace(CALL, status=CallStatus.COMPLETED)
    found = dict(
        status_callback_parameters(facts, "completed", timestamp=NOON, sequence_number=3, completion=completion)
    )
    assert (found["CallDuration"], found["Duration"]) == ("61", "2")
    assert (found["RecordingUrl"], found["RecordingSid"], found["RecordingDuration"]) == (
        "http://h/RE1",
        "RE1",
        "12",
    )


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 0), (1, 1), (60, 1), (61, 2), (-1, 0)])
def test_minutes_begun_are_billed(seconds: int, minutes: int) -> None:
    assert billed_minutes(seconds) == minutes


def test_a_completed_event_needs_a_final_status_and_a_completion() -> None:
    running = replace(CALL, status=CallStatus.IN_PROGRESS)
    with pytest.raises(ValueError, match="cannot be in-progress"):
        status_callback_parameters(
            running, "completed", timestamp=NOON, sequence_number=0, completion=Completion(seconds=1)
        )
    with pytest.raises(ValueError, match="belongs to the completed event"):
        status_callback_parameters(CALL, "completed", timestamp=NOON, sequence_number=0)


def test_a_completed_recording_says_all_of_section_9_1() -> None:
    assert dict(recording_callback_parameters(RECORDING)) == {
        "AccountSid": "AC1",
        "CallSid": "CA1",
        "RecordingSid": "RE1",
        "RecordingUrl": "http://h/RE1",
        "RecordingStatus": "completed",
        "RecordingDuration": "12",
        "RecordingChannels": "1",
        "RecordingSource": "RecordVerb",
        "RecordingStartTime": "Tue, 24 Mar 2026 18:15:40 +0000",
        "RecordingTrack": "both",
        "ErrorCode": "0",
    }


def test_a_running_recording_has_no_duration() -> None:
    running = replace(RECORDING, status=RecordingStatus.IN_PROGRESS)
    found = dict(recording_callback_parameters(running))
    assert "RecordingDuration" not in found
    assert found["RecordingStatus"] == "in-progress"
