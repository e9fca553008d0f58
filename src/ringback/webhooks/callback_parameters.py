"""What asynchronous callbacks say: call status (webhooks.md section 4) and recordings (9.1). Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Literal

from ringback.model.call_status import CallStatus
from ringback.model.record import RecordingStatus
from ringback.model.sid import AccountSid, CallSid, RecordingSid
from ringback.webhooks.parameters import CallFacts, common_parameters, given
from ringback.webhooks.signature import Parameters

StatusEvent = Literal["initiated", "ringing", "answered", "completed"]

CALLBACK_SOURCE = "call-progress-events"

_STATUS_OF_EVENT = {
    "initiated": CallStatus.INITIATED,
    "ringing": CallStatus.RINGING,
    "answered": CallStatus.IN_PROGRESS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFacts:
    """A recording as a callback shows it. `url` has no extension."""

    recording_sid: RecordingSid
    account_sid: AccountSid
    call_sid: CallSid
    url: str
    status: RecordingStatus
    source: str
    started_at: datetime
    seconds: int | None = None
    channels: int = 1
    track: Literal["inbound", "outbound", "both"] = "both"
    error_code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What only the `completed` event says. `seconds` counts from the answer; 0 for a call that was not answered."""

    seconds: int
    sip_response_code: int | None = None
    recording: RecordingFacts | None = None


def rfc2822(moment: datetime) -> str:
    """`Tue, 24 Mar 2026 18:15:40 +0000` (H-10)."""
    return _written(moment.replace(microsecond=0))


@lru_cache(maxsize=1024)
def _written(second: datetime) -> str:
    """A page of records names the same seconds again and again."""
    return format_datetime(second.astimezone(UTC))


def status_callback_parameters(
    call: CallFacts,
    event: StatusEvent,
    *,
    timestamp: datetime,
    sequence_number: int,
    completion: Completion | None = None,
) -> Parameters:
    """A status callback. `sequence_number` counts what was sent, from 0 (SB-01). `completed` sends the final status."""
    if (event == "completed") != (completion is not None):
        raise ValueError("a completion belongs to the completed event, and to no other")
    if event == "completed" and not call.status.is_final:
        raise ValueError(f"a completed call cannot be {call.status.value}")
    progress: Parameters = (
        ("Timestamp", rfc2822(timestamp)),
        ("SequenceNumber", str(sequence_number)),
        ("CallbackSource", CALLBACK_SOURCE),
    )
    ending = () if completion is None else _completion_parameters(completion)
    return common_parameters(call, _STATUS_OF_EVENT.get(event)) + progress + ending


def _completion_parameters(completion: Completion) -> Parameters:
    recording = completion.recording
    return given(
        ("CallDuration", completion.seconds),
        ("Duration", billed_minutes(completion.seconds)),
        ("SipResponseCode", completion.sip_response_code),
        ("RecordingUrl", None if recording is None else recording.url),
        ("RecordingSid", None if recording is None else recording.recording_sid),
        ("RecordingDuration", None if recording is None else recording.seconds),
    )


def billed_minutes(seconds: int) -> int:
    """Minutes begun."""
    return -(-max(0, seconds) // 60)


def detection_parameters(call_sid: CallSid, account_sid: AccountSid, answered_by: str, seconds: float) -> Parameters:
    """An `amdStatusCallback` (9.2, AM-05)."""
    return (
        ("CallSid", call_sid),
        ("AccountSid", account_sid),
        ("AnsweredBy", answered_by),
        ("MachineDetectionDuration", str(round(seconds * 1000))),
    )


def transcription_parameters(
    call: CallFacts, *, sid: str, text: str | None, recording_sid: RecordingSid, recording_url: str
) -> Parameters:
    """A `transcribeCallback` (twiml.md 6.5); None for a text that could not be found out."""
    return (
        *common_parameters(call),
        *given(
            ("TranscriptionSid", sid),
            ("TranscriptionText", text or ""),
            ("TranscriptionStatus", "failed" if text is None else "completed"),
            ("TranscriptionUrl", f"{recording_url.rpartition('/Recordings/')[0]}/Transcriptions/{sid}"),
            ("RecordingSid", recording_sid),
            ("RecordingUrl", recording_url),
        ),
    )


def recording_callback_parameters(recording: RecordingFacts) -> Parameters:
    """A recording status callback (9.1). The duration belongs to `completed` only."""
    completed = recording.status is RecordingStatus.COMPLETED
    return given(
        ("AccountSid", recording.account_sid),
        ("CallSid", recording.call_sid),
        ("RecordingSid", recording.recording_sid),
        ("RecordingUrl", recording.url),
        ("RecordingStatus", recording.status.value),
        ("RecordingDuration", recording.seconds if completed else None),
        ("RecordingChannels", recording.channels),
        ("RecordingSource", recording.source),
        ("RecordingStartTime", rfc2822(recording.started_at)),
        ("RecordingTrack", recording.track),
        ("ErrorCode", recording.error_code),
    )
