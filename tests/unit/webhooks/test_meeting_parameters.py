"""What the callbacks of conferences and requests about queues say, name by name (twiml.md 8.4, 8.5, section 9)."""

from dataclasses import replace
from datetime import UTC, datetime

from ringback.model.call_status import CallStatus
from ringback.model.conference_event import ConferenceEvent, ParticipantFacts
from ringback.model.record import RecordingStatus
from ringback.model.sid import AccountSid, CallSid, ConferenceSid, RecordingSid
from ringback.webhooks.conference_parameters import (
    ConferenceRecordingFacts,
    conference_event_parameters,
    conference_recording_parameters,
    record_end_parameters,
)
from ringback.webhooks.queue_parameters import (
    dequeued_parameters,
    dial_queue_parameters,
    enqueue_parameters,
    queue_wait_parameters,
)

AT = datetime(2026, 3, 24, 18, 15, 40, tzinfo=UTC)
START = ConferenceEvent(
    kind="conference-start",
    conference_sid=ConferenceSid("CF1"),
    friendly_name="team",
    account_sid=AccountSid("AC1"),
    at=AT,
)
ANN = ParticipantFacts(call_sid=CallSid("CA1"), label="ann", muted=True)
RECORDING = ConferenceRecordingFacts(
    recording_sid=RecordingSid("RE1"),
    account_sid=AccountSid("AC1"),
    conference_sid=ConferenceSid("CF1"),
    url="http://a/RE1",
    status=RecordingStatus.COMPLETED,
    started_at=AT,
    seconds=7,
)


def test_every_event_has_these() -> None:
    assert conference_event_parameters(START, 3) == (
        ("ConferenceSid", "CF1"),
        ("FriendlyName", "team"),
        ("AccountSid", "AC1"),
        ("SequenceNumber", "3"),
        ("Timestamp", "Tue, 24 Mar 2026 18:15:40 +0000"),
        ("StatusCallbackEvent", "conference-start"),
    )


def test_a_leave_says_who_why_and_how_the_call_is() -> None:
    event = replace(
        START,
        kind="participant-leave",
        participant=ANN,
        reason_left="participant_hung_up",
        call_status=CallStatus.COMPLETED,
    )
    sent = dict(conference_event_parameters(event, 4))
    assert sent["CallSid"] == "CA1"
    assert sent["Muted"] == "true"
    assert sent["Hold"] == "false"
    assert sent["ParticipantLabel"] == "ann"
    assert sent["ReasonParticipantLeft"] == "participant_hung_up"
    assert sent["ParticipantCallStatus"] == "completed"


def test_the_end_names_who_caused_it_in_its_own_words() -> None:
    event = replace(START, kind="conference-end", participant=ANN, reason_ended="last-participant-left")
    sent = dict(conference_event_parameters(event, 5))
    assert sent["CallSidEndingConference"] == "CA1"
    assert sent["ParticipantLabelEndingConference"] == "ann"
    assert sent["ReasonConferenceEnded"] == "last-participant-left"
    assert sent["Reason"]
    assert "CallSid" not in sent
    nobody = dict(conference_event_parameters(replace(event, participant=None), 5))
    assert "CallSidEndingConference" not in nobody


def test_an_announcement_says_what_was_wrong_with_it() -> None:
    event = replace(START, kind="announcement-fail", announce_url="http://a/b", reason_announcement_failed="404")
    sent = dict(conference_event_parameters(event, 6))
    assert (sent["AnnounceUrl"], sent["ReasonAnnouncementFailed"]) == ("http://a/b", "404")
    assert "CallSid" not in sent


def test_a_recording_belongs_to_the_room_and_its_length_to_completed() -> None:
    sent = dict(conference_recording_parameters(RECORDING))
    assert sent["ConferenceSid"] == "CF1"
    assert sent["RecordingSource"] == "Conference"
    assert sent["RecordingDuration"] == "7"
    begun = dict(conference_recording_parameters(replace(RECORDING, status=RecordingStatus.IN_PROGRESS)))
    assert "RecordingDuration" not in begun


def test_the_older_event_has_a_name_of_its_own() -> None:
    sent = dict(record_end_parameters(RECORDING, "team"))
    assert sent["EventName"] == "conference-record-end"
    assert (sent["Duration"], sent["RecordingUrl"], sent["FriendlyName"]) == ("7", "http://a/RE1", "team")


def test_who_waits_is_told_how_the_queue_is() -> None:
    assert queue_wait_parameters(
        queue_sid="QU1", position=2, seconds=9, average_seconds=5, size=3, max_size=1000
    ) == (
        ("QueuePosition", "2"),
        ("QueueSid", "QU1"),
        ("QueueTime", "9"),
        ("AvgQueueTime", "5"),
        ("CurrentQueueSize", "3"),
        ("MaxQueueSize", "1000"),
    )  # fmt: skip


def test_a_call_that_was_never_queued_has_only_the_result() -> None:
    assert enqueue_parameters(result="queue-full", queue_sid=None, seconds=None) == (("QueueResult", "queue-full"),)
    assert dict(enqueue_parameters(result="bridged", queue_sid="QU1", seconds=0))["QueueTime"] == "0"


def test_q_04_twilios_spelling_is_kept() -> None:
    sent = dequeued_parameters(queue_sid="QU1", seconds=3, dequeuing_call_sid="CA2")
    assert sent == (("QueueSid", "QU1"), ("QueueTime", "3"), ("DequeingCallSid", "CA2"))


def test_a_dial_that_got_nobody_names_nobody() -> None:
    sent = dict(dial_queue_parameters(status="no-answer", bridged=False, queue_sid="QU1"))
    assert sent == {"DialCallStatus": "no-answer", "DialBridged": "false", "QueueSid": "QU1"}
