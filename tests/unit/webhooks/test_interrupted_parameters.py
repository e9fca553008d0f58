"""What was held for an end says, once that is known, exactly what it would have said at a normal end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ringback.model.call_status import CallStatus, Direction
from ringback.model.conference_event import ConferenceEvent, ParticipantFacts
from ringback.model.record import RecordingStatus
from ringback.model.sid import AccountSid, CallSid, ConferenceSid, RecordingSid
from ringback.webhooks.callback_parameters import (
    Completion,
    RecordingFacts,
    detection_parameters,
    recording_callback_parameters,
    status_callback_parameters,
    transcription_parameters,
)
from ringback.webhooks.conference_parameters import (
    ConferenceRecordingFacts,
    conference_event_parameters,
    conference_recording_parameters,
    record_end_parameters,
)
from ringback.webhooks.interrupted_parameters import (
    interrupted_call_parameters,
    interrupted_conference_parameters,
    interrupted_detection_parameters,
    interrupted_live_transcription_parameters,
    interrupted_record_end_parameters,
    interrupted_recording_parameters,
    interrupted_transcription_parameters,
)
from ringback.webhooks.parameters import CallFacts
from ringback.webhooks.signature import Parameters
from ringback.webhooks.transcription_parameters import TranscriptionFacts, stopped_parameters

NOON = datetime(2026, 3, 24, 12, 0, 0, tzinfo=UTC)
LATER = NOON + timedelta(seconds=90)
CALL = CallFacts(
    call_sid=CallSid("CA1"),
    account_sid=AccountSid("AC1"),
    from_="+15550001",
    to="+15550002",
    direction=Direction.OUTBOUND_API,
    status=CallStatus.IN_PROGRESS,
)
RECORDING = RecordingFacts(
    recording_sid=RecordingSid("RE1"),
    account_sid=AccountSid("AC1"),
    call_sid=CallSid("CA1"),
    url="http://h/RE1",
    status=RecordingStatus.IN_PROGRESS,
    source="OutboundAPI",
    started_at=NOON,
    seconds=0,
    channels=2,
)
ROOM_RECORDING = ConferenceRecordingFacts(
    recording_sid=RecordingSid("RE1"),
    account_sid=AccountSid("AC1"),
    conference_sid=ConferenceSid("CF1"),
    url="http://h/RE1",
    status=RecordingStatus.IN_PROGRESS,
    started_at=NOON,
    seconds=0,
)
JOINED = ConferenceEvent(
    kind="participant-join",
    conference_sid=ConferenceSid("CF1"),
    friendly_name="team",
    account_sid=AccountSid("AC1"),
    at=NOON,
    participant=ParticipantFacts(call_sid=CallSid("CA1"), label="ann", end_conference_on_exit=True),
)


def completed(status: CallStatus, at: datetime, completion: Completion) -> Parameters:
    return status_callback_parameters(
        replace(CALL, status=status), "completed", timestamp=at, sequence_number=3, completion=completion
    )


@pytest.mark.parametrize("recording", [None, RECORDING], ids=["plain", "recorded"])
def test_the_end_of_a_call(recording: RecordingFacts | None) -> None:
    """webhooks.md 4."""
    held = completed(CallStatus.FAILED, NOON, Completion(seconds=0, recording=recording))
    known = replace(recording, seconds=40) if recording is not None else None
    assert interrupted_call_parameters(
        held, status=CallStatus.COMPLETED, seconds=61, ended_at=LATER, recording_seconds=40
    ) == completed(CallStatus.COMPLETED, LATER, Completion(seconds=61, recording=known))


def test_a_call_whose_recording_is_not_complete_names_none() -> None:
    held = completed(CallStatus.FAILED, NOON, Completion(seconds=0, recording=RECORDING))
    ended = interrupted_call_parameters(held, status=CallStatus.COMPLETED, seconds=61, ended_at=LATER)
    assert ended == completed(CallStatus.COMPLETED, LATER, Completion(seconds=61))


@pytest.mark.parametrize(
    ("status", "seconds", "code"), [(RecordingStatus.COMPLETED, 12, 0), (RecordingStatus.ABSENT, 0, 16101)]
)
def test_the_end_of_a_recording(status: RecordingStatus, seconds: int, code: int) -> None:
    """webhooks.md 9.1, of a call and of a conference."""
    held = recording_callback_parameters(replace(RECORDING, status=status))
    told = recording_callback_parameters(replace(RECORDING, status=status, seconds=seconds, error_code=code))
    assert interrupted_recording_parameters(held, seconds=seconds, error_code=code) == told
    held = conference_recording_parameters(replace(ROOM_RECORDING, status=status))
    told = conference_recording_parameters(replace(ROOM_RECORDING, status=status, seconds=seconds, error_code=code))
    assert interrupted_recording_parameters(held, seconds=seconds, error_code=code) == told


def test_the_older_end_of_a_conferences_recording() -> None:
    held = record_end_parameters(ROOM_RECORDING, "team")
    told = record_end_parameters(replace(ROOM_RECORDING, seconds=12), "team")
    assert interrupted_record_end_parameters(held, seconds=12) == told


def test_who_is_in_a_conference_leaves_it_and_it_ends() -> None:
    """twiml.md 8.4."""
    left = replace(
        JOINED, kind="participant-leave", reason_left="participant_hung_up", call_status=CallStatus.IN_PROGRESS
    )
    ended = replace(JOINED, kind="conference-end", participant=None, reason_ended="last-participant-left")
    for event in (left, ended):
        told = replace(event, at=LATER, call_status=CallStatus.COMPLETED if event is left else None)
        assert interrupted_conference_parameters(
            conference_event_parameters(event, 2), at=LATER, sequence_number=7, call_status=CallStatus.COMPLETED
        ) == conference_event_parameters(told, 7)


@pytest.mark.parametrize("text", ["call me back", None], ids=["found", "lost"])
def test_the_words_of_a_recording(text: str | None) -> None:
    """twiml.md 6.5."""

    def words(status: CallStatus, text: str | None) -> Parameters:
        return transcription_parameters(
            replace(CALL, status=status), sid="TR1", text=text, recording_sid=RecordingSid("RE1"), recording_url="/RE1"
        )

    held = words(CallStatus.IN_PROGRESS, None)
    ended = interrupted_transcription_parameters(held, call_status=CallStatus.COMPLETED, text=text)
    assert ended == words(CallStatus.COMPLETED, text)


def test_the_end_of_a_live_transcription() -> None:
    """twiml.md 15.3."""
    facts = TranscriptionFacts(sid="GT1", account_sid=AccountSid("AC1"), call_sid=CallSid("CA1"), language="en-US")
    held = stopped_parameters(facts, NOON, 2)
    assert interrupted_live_transcription_parameters(held, at=LATER, sequence=5) == stopped_parameters(facts, LATER, 5)


def test_an_answerer_that_was_not_found_out() -> None:
    held = detection_parameters(CallSid("CA1"), AccountSid("AC1"), "unknown", 0)
    told = detection_parameters(CallSid("CA1"), AccountSid("AC1"), "unknown", 3)
    assert interrupted_detection_parameters(held, seconds=3) == told
