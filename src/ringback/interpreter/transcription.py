"""`<Record transcribe>`: the words of a recording, kept and sent to `transcribeCallback` when they are there (twiml.md
6.5)."""

from dataclasses import dataclass

from ringback.call.control import RecordingStarted, RecordResult, Transcript
from ringback.interpreter.run import Run
from ringback.interpreter.source import facts_of_call
from ringback.model.sid import RecordingSid, derived_sid, transcription_sid
from ringback.twiml.nodes import Record
from ringback.webhooks.callback_parameters import transcription_parameters
from ringback.webhooks.signature import Parameters

LENGTH_NOT_TRANSCRIBED = 13617
SHORTEST_SECONDS, LONGEST_SECONDS = 2, 120  # both excluded


def is_transcribed(seconds: int) -> bool:
    """Whether a recording has the length for it (R-09)."""
    return SHORTEST_SECONDS < seconds < LONGEST_SECONDS


@dataclass(frozen=True, slots=True)
class RecordTranscription:
    """Of one `<Record>`. The words are found out in the background, and the call goes on. Without `transcribeCallback`
    they are there for who asks (rest-api.md 9.7).

    What will be told is held from the beginning of the recording on, as the failure that a crash would make of it.
    """

    verb: Record
    run: Run

    def begun(self, recording: RecordingStarted) -> None:
        if self._url is not None:
            parameters = self._parameters(recording.recording_sid, recording.url, None)
            self.run.callbacks.hold(self._url, "POST", parameters, sid=_callback_sid(recording.recording_sid))

    def over(self, result: RecordResult) -> None:
        """An absent recording has none."""
        if not self.verb.transcribe:
            return
        if result.status != "absent" and is_transcribed(result.final_seconds):
            self.run.call.transcribe(result, lambda words: self._tell(result, words))
            return
        if self._url is not None:
            parameters = self._parameters(result.recording_sid, result.url, None)
            self.run.callbacks.withdraw(self._url, "POST", parameters, sid=_callback_sid(result.recording_sid))
        if result.status != "absent":
            message = f"a recording of {result.final_seconds} s is not transcribed: more than 2 and less than 120 s are"
            self.run.report(LENGTH_NOT_TRANSCRIBED, message, node=self.verb)

    def _tell(self, result: RecordResult, words: Transcript) -> None:
        if self._url is not None:
            parameters = self._parameters(result.recording_sid, result.url, words.text)
            self.run.callbacks.send(self._url, "POST", parameters, sid=_callback_sid(result.recording_sid))

    @property
    def _url(self) -> str | None:
        told = self.verb.transcribe_callback if self.verb.transcribe else None
        return self.run.url(told) if told else None

    def _parameters(self, sid: RecordingSid, url: str, text: str | None) -> Parameters:
        facts = facts_of_call(self.run.call.info, self.run.call.status)
        return transcription_parameters(
            facts, sid=transcription_sid(sid), text=text, recording_sid=sid, recording_url=url
        )


def _callback_sid(sid: RecordingSid) -> str:
    return derived_sid("CB", sid, "transcription")
