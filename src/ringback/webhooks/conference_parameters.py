"""What the callbacks of a conference say (twiml.md 8.4). Pure."""

from dataclasses import dataclass
from datetime import datetime

from ringback.model.conference_event import ConferenceEvent, ParticipantFacts
from ringback.model.record import RecordingStatus
from ringback.model.sid import AccountSid, ConferenceSid, RecordingSid
from ringback.webhooks.callback_parameters import rfc2822
from ringback.webhooks.parameters import given
from ringback.webhooks.signature import Parameters

RECORDING_SOURCE = "Conference"

_REASONS = {
    "conference-ended-via-api": "The conference was ended from outside",
    "last-participant-kicked": "The last participant was taken out of the conference",
    "last-participant-left": "The last participant left the conference",
    "participant-with-end-conference-on-exit-kicked": "A participant with endConferenceOnExit was taken out",
    "participant-with-end-conference-on-exit-left": "A participant with endConferenceOnExit left",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceRecordingFacts:
    """The recording of a room as a callback shows it. `url` has no extension."""

    recording_sid: RecordingSid
    account_sid: AccountSid
    conference_sid: ConferenceSid
    url: str
    status: RecordingStatus
    started_at: datetime
    seconds: int | None = None
    error_code: int = 0


def conference_event_parameters(event: ConferenceEvent, sequence_number: int) -> Parameters:
    """The status callback for one event; `sequence_number` counts what was sent, from 1."""
    about = event.participant
    always: Parameters = (
        ("ConferenceSid", event.conference_sid),
        ("FriendlyName", event.friendly_name),
        ("AccountSid", event.account_sid),
        ("SequenceNumber", str(sequence_number)),
        ("Timestamp", rfc2822(event.at)),
        ("StatusCallbackEvent", event.kind),
    )
    if event.kind == "conference-end":
        return always + _end_parameters(event)
    return (
        always
        + (_participant_parameters(about) if about is not None else ())
        + given(
            ("ReasonParticipantLeft", event.reason_left),
            ("ParticipantCallStatus", event.call_status.value if event.call_status else None),
            ("AnnounceUrl", event.announce_url),
            ("ReasonAnnouncementFailed", event.reason_announcement_failed),
        )
    )


def conference_recording_parameters(recording: ConferenceRecordingFacts) -> Parameters:
    """`recordingStatusCallback` of a conference: as that of a call, with the room in the place of the call."""
    completed = recording.status is RecordingStatus.COMPLETED
    return given(
        ("AccountSid", recording.account_sid),
        ("ConferenceSid", recording.conference_sid),
        ("RecordingSid", recording.recording_sid),
        ("RecordingUrl", recording.url),
        ("RecordingStatus", recording.status.value),
        ("RecordingDuration", recording.seconds if completed else None),
        ("RecordingChannels", 1),
        ("RecordingSource", RECORDING_SOURCE),
        ("RecordingStartTime", rfc2822(recording.started_at)),
        ("ErrorCode", recording.error_code),
    )


def record_end_parameters(recording: ConferenceRecordingFacts, friendly_name: str) -> Parameters:
    """The older `eventCallbackUrl`: one event, conference-record-end."""
    return (
        ("EventName", "conference-record-end"),
        ("ConferenceSid", recording.conference_sid),
        ("FriendlyName", friendly_name),
        ("AccountSid", recording.account_sid),
        ("RecordingUrl", recording.url),
        ("Duration", str(recording.seconds or 0)),
        ("Timestamp", rfc2822(recording.started_at)),
    )


def _participant_parameters(about: ParticipantFacts) -> Parameters:
    return given(
        ("CallSid", about.call_sid),
        ("Muted", _flag(about.muted)),
        ("Hold", _flag(about.hold)),
        ("Coaching", _flag(about.coaching)),
        ("EndConferenceOnExit", _flag(about.end_conference_on_exit)),
        ("StartConferenceOnEnter", _flag(about.start_conference_on_enter)),
        ("ParticipantLabel", about.label),
    )


def _end_parameters(event: ConferenceEvent) -> Parameters:
    ending = event.participant
    return given(
        ("CallSidEndingConference", ending.call_sid if ending else None),
        ("ParticipantLabelEndingConference", ending.label if ending else None),
        ("ReasonConferenceEnded", event.reason_ended),
        ("Reason", _REASONS[event.reason_ended] if event.reason_ended else None),
    )


def _flag(value: bool) -> str:
    return "true" if value else "false"
