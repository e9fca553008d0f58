"""`<Record transcribe>`: the words of a recording, sent to `transcribeCallback` when they are there (twiml.md 6.5)."""

from ringback.call.control import RecordResult
from ringback.interpreter.run import Run
from ringback.interpreter.source import facts_of_call
from ringback.model.sid import new_sid
from ringback.twiml.nodes import Record
from ringback.webhooks.callback_parameters import transcription_parameters

LENGTH_NOT_TRANSCRIBED = 13617
NOT_AVAILABLE = 13620
SHORTEST_SECONDS, LONGEST_SECONDS = 2, 120  # both excluded


def transcribe(verb: Record, run: Run, result: RecordResult) -> None:
    """Begin in the background; the call goes on. Nothing is sent for a recording that is absent."""
    if result.status == "absent":
        return
    if not SHORTEST_SECONDS < result.final_seconds < LONGEST_SECONDS:
        message = f"a recording of {result.final_seconds} s is not transcribed: more than 2 and less than 120 s are"
        run.report(LENGTH_NOT_TRANSCRIBED, message, node=verb)
        return
    if not verb.transcribe_callback:
        run.report(NOT_AVAILABLE, "without transcribeCallback nobody is told the words of a recording", node=verb)
        return
    url, facts = run.url(verb.transcribe_callback), facts_of_call(run.call.info, run.call.status)

    def tell(text: str | None) -> None:
        parameters = transcription_parameters(
            facts, sid=new_sid("TR"), text=text, recording_sid=result.recording_sid, recording_url=result.url
        )
        run.callbacks.send(url, "POST", parameters)

    run.call.transcribe(result.recording_sid, tell)
