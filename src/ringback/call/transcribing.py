"""The words of a finished recording: found out in the background, kept, and told (twiml.md 6.5)."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ringback.call.control import CallInfo, RecordResult, Transcript
from ringback.call.journal import CallJournal
from ringback.call.listening import Hearing
from ringback.clock import Clock
from ringback.model.record import TranscriptionRecord, TranscriptionStatus
from ringback.model.sid import transcription_sid


def transcribe(
    info: CallInfo,
    recording: RecordResult,
    path: Path,
    then: Callable[[Transcript], None],
    *,
    hearing: Hearing | None,
    journal: CallJournal,
    clock: Clock,
) -> None:
    """Begin. The row is there from now on, and has the words before `then` is called with them."""
    record = TranscriptionRecord(
        sid=transcription_sid(recording.recording_sid),
        account_sid=info.account_sid,
        recording_sid=recording.recording_sid,
        status=TranscriptionStatus.IN_PROGRESS,
        duration_seconds=recording.final_seconds,
        created_at=clock.utc_now(),
    )
    journal.transcription_changed(record)

    def found(text: str | None) -> None:
        status = TranscriptionStatus.FAILED if text is None else TranscriptionStatus.COMPLETED
        journal.transcription_changed(replace(record, status=status, text=text, updated_at=clock.utc_now()))
        then(Transcript(sid=record.sid, text=text))

    if hearing is None:  # nobody understands speech here
        found(None)
    else:
        hearing.transcribe(path, found)
