"""What a call tells the rest of the product about itself, in facts; who writes rows is not its business."""

from dataclasses import dataclass
from typing import Protocol

from ringback.call.control import CallInfo, StatusEvents
from ringback.model.call_status import CallStatus
from ringback.model.record import MessageRecord, RecordingRecord, TranscriptionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOpened:
    """A call began to exist; `status_events` is where its own status callbacks go (a noun's, for a dialled leg).

    `queue_ms` is how long a call that begins as queued will probably wait.
    """

    info: CallInfo
    status: CallStatus
    sip_call_id: str | None
    status_events: StatusEvents | None = None
    queue_ms: int = 0


class CallJournal(Protocol):
    """Takes facts without ever waiting for a disk or a network."""

    def call_opened(self, opened: CallOpened) -> None: ...

    def call_dialled(self, info: CallInfo, sip_call_id: str | None) -> None:
        """A call that was opened as queued is initiated: its INVITE is sent, or it cannot be."""
        ...

    def call_progressed(self, info: CallInfo, status: CallStatus) -> None:
        """Ringing or in-progress."""
        ...

    def call_ended(self, info: CallInfo, status: CallStatus, sip_response_code: int | None) -> None:
        """A final status; nothing follows for this call."""
        ...

    def recording_changed(self, record: RecordingRecord) -> None: ...

    def transcription_changed(self, record: TranscriptionRecord) -> None: ...

    def message_kept(self, record: MessageRecord) -> None: ...

    def report(self, info: CallInfo, code: int, message: str) -> None:
        """A failure or warning for the app's author, with Twilio's error code."""
        ...
