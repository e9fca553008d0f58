"""The callbacks of a conference, as the document of its first participant asked for them (twiml.md 8.4)."""

from dataclasses import dataclass

from ringback.call.control import RecordingStarted, RecordResult
from ringback.interpreter.run import Run
from ringback.model.conference_event import EVENTS_OF_NAME, ConferenceEvent
from ringback.model.record import RecordingStatus
from ringback.model.sid import ConferenceSid
from ringback.twiml.nodes import Conference
from ringback.webhooks.conference_parameters import (
    ConferenceRecordingFacts,
    conference_event_parameters,
    conference_recording_parameters,
    record_end_parameters,
)


@dataclass(slots=True)
class ConferenceCallback:
    """They outlive the call whose document set them; `sent` counts those of `statusCallback`."""

    noun: Conference
    run: Run
    sent: int = 0

    def happened(self, event: ConferenceEvent) -> None:
        wanted = {kind for name in self.noun.status_callback_event for kind in EVENTS_OF_NAME[name]}
        if not self.noun.status_callback or event.kind not in wanted:
            return
        self.sent += 1
        self.run.callbacks.send(
            self.run.url(self.noun.status_callback),
            self.noun.status_callback_method,
            conference_event_parameters(event, self.sent),
        )

    def recording_started(self, conference_sid: ConferenceSid, recording: RecordingStarted) -> None:
        self._recorded(
            ConferenceRecordingFacts(
                recording_sid=recording.recording_sid,
                account_sid=self.run.call.info.account_sid,
                conference_sid=conference_sid,
                url=recording.url,
                status=RecordingStatus.IN_PROGRESS,
                started_at=recording.started_at,
            )
        )

    def recording_finished(self, conference_sid: ConferenceSid, recording: RecordResult) -> None:
        facts = ConferenceRecordingFacts(
            recording_sid=recording.recording_sid,
            account_sid=self.run.call.info.account_sid,
            conference_sid=conference_sid,
            url=recording.url,
            status=RecordingStatus(recording.status),
            started_at=recording.started_at,
            seconds=recording.final_seconds,
            error_code=recording.error_code,
        )
        self._recorded(facts)
        if self.noun.event_callback_url and not self.noun.recording_status_callback:
            url = self.run.url(self.noun.event_callback_url)
            self.run.callbacks.send(url, "POST", record_end_parameters(facts, self.noun.name))

    def _recorded(self, facts: ConferenceRecordingFacts) -> None:
        url = self.noun.recording_status_callback
        if url and facts.status.value in self.noun.recording_status_callback_event:
            method = self.noun.recording_status_callback_method
            self.run.callbacks.send(self.run.url(url), method, conference_recording_parameters(facts))
