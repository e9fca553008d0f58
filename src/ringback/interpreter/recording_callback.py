"""`recordingStatusCallback` of `<Record>` and `<Dial record>`: what it says and to whom (twiml.md 6.4, 7.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ringback.call.control import RecordingStarted, RecordResult
from ringback.interpreter.outcome import Method
from ringback.interpreter.run import Run
from ringback.model.record import RecordingStatus
from ringback.webhooks.callback_parameters import RecordingFacts, recording_callback_parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingCallback:
    """Tells the app about one recording of this run's call; does nothing when no URL was given."""

    run: Run
    url: str | None
    method: Method
    events: Sequence[str]
    source: str
    track: Literal["inbound", "outbound", "both"] = "both"

    def started(self, recording: RecordingStarted) -> None:
        self._send(
            RecordingFacts(
                recording_sid=recording.recording_sid,
                account_sid=self.run.call.info.account_sid,
                call_sid=self.run.call.info.call_sid,
                url=recording.url,
                status=RecordingStatus.IN_PROGRESS,
                source=self.source,
                started_at=recording.started_at,
                channels=recording.channels,
                track=self.track,
            )
        )

    def ended(self, result: RecordResult) -> None:
        self._send(
            RecordingFacts(
                recording_sid=result.recording_sid,
                account_sid=self.run.call.info.account_sid,
                call_sid=self.run.call.info.call_sid,
                url=result.url,
                status=RecordingStatus(result.status),
                source=self.source,
                started_at=result.started_at,
                seconds=result.final_seconds,
                channels=result.channels,
                track=self.track,
                error_code=result.error_code,
            )
        )

    def _send(self, facts: RecordingFacts) -> None:
        if self.url and facts.status.value in self.events:
            parameters = recording_callback_parameters(facts)
            self.run.callbacks.send(self.run.url(self.url), self.method, parameters)
