"""What was held for the end of something, with the end that it had: the process died before it could tell. Pure.

A held callback has every parameter already, in its place, with a value that stands in for what was not known then.
Each function here gives those values; None takes a parameter away that the end does not have.
"""

from collections.abc import Mapping
from datetime import datetime

from ringback.model.call_status import CallStatus
from ringback.webhooks.callback_parameters import billed_minutes, rfc2822
from ringback.webhooks.signature import Parameters
from ringback.webhooks.transcription_parameters import iso8601


def interrupted_call_parameters(
    held: Parameters,
    *,
    status: CallStatus,
    seconds: int,
    ended_at: datetime,
    recording_seconds: int | None = None,
) -> Parameters:
    """The `completed` of a call. It names its recording only where that is complete, and has this length."""
    recorded: dict[str, str | None] = {"RecordingDuration": str(recording_seconds)}
    if recording_seconds is None:
        recorded = dict.fromkeys(("RecordingUrl", "RecordingSid", "RecordingDuration"))
    known = {
        "CallStatus": status.value,
        "Timestamp": rfc2822(ended_at),
        "CallDuration": str(seconds),
        "Duration": str(billed_minutes(seconds)),
    }
    return _with(held, known | recorded)


def interrupted_recording_parameters(held: Parameters, *, seconds: int, error_code: int) -> Parameters:
    """A recording of a call or a conference (webhooks.md 9.1)."""
    return _with(held, {"RecordingDuration": str(seconds), "ErrorCode": str(error_code)})


def interrupted_record_end_parameters(held: Parameters, *, seconds: int) -> Parameters:
    """The older `conference-record-end`."""
    return _with(held, {"Duration": str(seconds)})


def interrupted_conference_parameters(
    held: Parameters, *, at: datetime, sequence_number: int, call_status: CallStatus
) -> Parameters:
    """`participant-leave` or `conference-end` (twiml.md 8.4)."""
    return _with(
        held,
        {
            "SequenceNumber": str(sequence_number),
            "Timestamp": rfc2822(at),
            "ParticipantCallStatus": call_status.value,
        },
    )


def interrupted_transcription_parameters(held: Parameters, *, call_status: CallStatus, text: str | None) -> Parameters:
    """`transcribeCallback` (twiml.md 6.5); None for words that nobody will find out."""
    return _with(
        held,
        {
            "CallStatus": call_status.value,
            "TranscriptionText": text or "",
            "TranscriptionStatus": "failed" if text is None else "completed",
        },
    )


def interrupted_live_transcription_parameters(held: Parameters, *, at: datetime, sequence: int) -> Parameters:
    """`transcription-stopped` (twiml.md 15.3)."""
    return _with(held, {"Timestamp": iso8601(at), "SequenceId": str(sequence)})


def interrupted_detection_parameters(held: Parameters, *, seconds: int) -> Parameters:
    """An answerer that was not found out before the end of the call (AM-05)."""
    return _with(held, {"MachineDetectionDuration": str(seconds * 1000)})


def _with(held: Parameters, values: Mapping[str, str | None]) -> Parameters:
    """What is held under these names gets these values; nothing is added."""
    known = ((name, values.get(name, value)) for name, value in held)
    return tuple((name, value) for name, value in known if value is not None)
