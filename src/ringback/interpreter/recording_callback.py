"""`recordingStatusCallback`: what is told of a recording of a call, and to whom (twiml.md 6.4, 7.5)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from ringback.call.control import CallInfo, RecordingStarted, RecordResult
from ringback.interpreter.outcome import Method, Pairs
from ringback.interpreter.recording_told import RecordingTold
from ringback.interpreter.run import Callbacks, Run
from ringback.model.record import RecordingStatus
from ringback.webhooks.callback_parameters import RecordingFacts, recording_callback_parameters

Track = Literal["inbound", "outbound", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingCallback:
    """Tells the app about one recording of a call; nothing is sent when no URL was given. `url` is absolute."""

    info: CallInfo
    callbacks: Callbacks
    url: str | None
    method: Method
    events: Sequence[str]
    source: str
    track: Track = "both"

    @classmethod
    def of_run(
        cls, run: Run, *, url: str | None, method: Method, events: Sequence[str], source: str, track: Track = "both"
    ) -> "RecordingCallback":
        """That of a verb: an attribute's URL counts from the document."""
        return cls(
            info=run.call.info,
            callbacks=run.callbacks,
            url=run.url(url) if url else None,
            method=method,
            events=events,
            source=source,
            track=track,
        )

    def started(self, recording: RecordingStarted) -> None:
        facts = self.first_facts(recording)
        self._told.begun(facts.recording_sid, partial(_parameters, facts))

    def ended(self, result: RecordResult) -> None:
        facts = self.facts(result)
        self._told.over(facts.recording_sid, facts.status, partial(_parameters, facts))

    def first_facts(self, recording: RecordingStarted) -> RecordingFacts:
        """What is told of a recording that begins, which has no length yet."""
        return RecordingFacts(
            recording_sid=recording.recording_sid,
            account_sid=self.info.account_sid,
            call_sid=self.info.call_sid,
            url=recording.url,
            status=RecordingStatus.IN_PROGRESS,
            source=self.source,
            started_at=recording.started_at,
            seconds=0,
            channels=recording.channels,
            track=self.track,
        )

    def facts(self, result: RecordResult) -> RecordingFacts:
        """What is told of a recording that is over."""
        return RecordingFacts(
            recording_sid=result.recording_sid,
            account_sid=self.info.account_sid,
            call_sid=self.info.call_sid,
            url=result.url,
            status=RecordingStatus(result.status),
            source=self.source,
            started_at=result.started_at,
            seconds=result.final_seconds,
            channels=result.channels,
            track=self.track,
            error_code=result.error_code,
        )

    @property
    def _told(self) -> RecordingTold:
        return RecordingTold(callbacks=self.callbacks, url=self.url, method=self.method, events=self.events)


def _parameters(facts: RecordingFacts, status: RecordingStatus) -> Pairs:
    return recording_callback_parameters(replace(facts, status=status))
