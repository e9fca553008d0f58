"""The callbacks of a conference, as the document of its first participant asked for them (twiml.md 8.4).

Whatever happens, participants will leave and the conference will end: both are held from the beginning, so that the
next process can tell of them should this one die.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from ringback.call.control import RecordingStarted, RecordResult
from ringback.interpreter.outcome import Pairs
from ringback.interpreter.recording_told import RecordingTold
from ringback.interpreter.run import Run
from ringback.model.call_status import CallStatus
from ringback.model.conference_event import EVENTS_OF_NAME, EVERYBODY_LEFT, ConferenceEvent, EventKind
from ringback.model.record import RecordingStatus
from ringback.model.sid import CallSid, ConferenceSid, derived_sid
from ringback.twiml.nodes import Conference
from ringback.webhooks.conference_parameters import (
    ConferenceRecordingFacts,
    conference_event_parameters,
    conference_recording_parameters,
    record_end_parameters,
)

SHOWS_PARTICIPANT: frozenset[EventKind] = frozenset(
    {
        "participant-join",
        "participant-mute",
        "participant-unmute",
        "participant-hold",
        "participant-unhold",
        "participant-modify",
    }
)
"""After these a participant would leave as it is shown."""


@dataclass(slots=True)
class ConferenceCallback:
    """They outlive the call whose document set them; `sent` counts those of `statusCallback`."""

    noun: Conference
    run: Run
    sent: int = 0
    _joined: int = 0
    _stays: dict[CallSid, int] = field(default_factory=dict)  # of those who are there, counted

    def happened(self, event: ConferenceEvent) -> None:
        sid = self._sid_of(event)
        self._tell(event, sid)
        for expected in self._expected_after(event):
            self._tell(expected, self._sid_of(expected), is_held=True)
        if event.kind == "participant-leave" and event.participant is not None:
            self._stays.pop(event.participant.call_sid, None)

    def recording_started(self, conference_sid: ConferenceSid, recording: RecordingStarted) -> None:
        facts = ConferenceRecordingFacts(
            recording_sid=recording.recording_sid,
            account_sid=self.run.call.info.account_sid,
            conference_sid=conference_sid,
            url=recording.url,
            status=RecordingStatus.IN_PROGRESS,
            started_at=recording.started_at,
            seconds=0,
        )
        self._told.begun(facts.recording_sid, partial(_parameters, facts))
        self._tell_record_end(facts, is_held=True)

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
        self._told.over(facts.recording_sid, facts.status, partial(_parameters, facts))
        self._tell_record_end(facts, is_held=False)

    # -- events ---------------------------------------------------------------------------------------------------

    def _tell(self, event: ConferenceEvent, sid: str | None, *, is_held: bool = False) -> None:
        """Nothing that was not asked for. What is held is counted when it is sent."""
        wanted = (kind for name in self.noun.status_callback_event for kind in EVENTS_OF_NAME[name])
        if not self.noun.status_callback or event.kind not in wanted:
            return
        url, method = self.run.url(self.noun.status_callback), self.noun.status_callback_method
        if is_held:
            assert sid is not None
            self.run.callbacks.hold(url, method, conference_event_parameters(event, self.sent + 1), sid=sid)
        else:
            self.sent += 1
            self.run.callbacks.send(url, method, conference_event_parameters(event, self.sent), sid=sid)

    def _expected_after(self, event: ConferenceEvent) -> Iterator[ConferenceEvent]:
        """What will be told in any case: as if everybody hung up now."""
        about = event.participant
        if about is None or event.kind not in SHOWS_PARTICIPANT:
            return
        if event.kind == "participant-join":
            self._joined += 1
            self._stays[about.call_sid] = self._joined
        yield replace(
            event, kind="participant-leave", reason_left="participant_hung_up", call_status=CallStatus.COMPLETED
        )
        if self._joined == 1:
            yield replace(event, kind="conference-end", participant=None, reason_ended=EVERYBODY_LEFT)

    def _sid_of(self, event: ConferenceEvent) -> str | None:
        """Of what was held, or will be. Who comes again leaves again."""
        if event.kind == "conference-end":
            return derived_sid("CB", event.conference_sid, "end")
        stay = self._stays.get(event.participant.call_sid) if event.participant is not None else None
        if event.kind == "participant-leave" and stay is not None:
            return derived_sid("CB", event.conference_sid, "leave", str(stay))
        return None

    # -- the recording --------------------------------------------------------------------------------------------

    @property
    def _told(self) -> RecordingTold:
        url = self.noun.recording_status_callback
        return RecordingTold(
            callbacks=self.run.callbacks,
            url=self.run.url(url) if url else None,
            method=self.noun.recording_status_callback_method,
            events=self.noun.recording_status_callback_event,
        )

    def _tell_record_end(self, facts: ConferenceRecordingFacts, *, is_held: bool) -> None:
        """The older `eventCallbackUrl`, which counts where the newer one is not given."""
        if not self.noun.event_callback_url or self.noun.recording_status_callback:
            return
        tell = self.run.callbacks.hold if is_held else self.run.callbacks.send
        sid = derived_sid("CB", facts.recording_sid, "end")
        tell(self.run.url(self.noun.event_callback_url), "POST", record_end_parameters(facts, self.noun.name), sid=sid)


def _parameters(facts: ConferenceRecordingFacts, status: RecordingStatus) -> Pairs:
    return conference_recording_parameters(replace(facts, status=status))
