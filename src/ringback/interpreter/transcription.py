"""`<Record transcribe>`: the words of a recording, kept and sent to `transcribeCallback` when they are there (twiml.md
6.5)."""

from ringback.call.control import RecordResult, Transcript
from ringback.interpreter.run import Run
from ringback.interpreter.source import facts_of_call
from ringback.twiml.nodes import Record
from ringback.webhooks.callback_parameters import transcription_parameters

LENGTH_NOT_TRANSCRIBED = 13617
SHORTEST_SECONDS, LONGEST_SECONDS = 2, 120  # both excluded


def transcribe(verb: Record, run: Run, result: RecordResult) -> None:
    """Begin in the background; the call goes on. An absent recording has none. Without `transcribeCallback` the words
    are there for who asks (rest-api.md 9.7)."""
    if result.status == "absent":
        return
    if not SHORTEST_SECONDS < result.final_seconds < LONGEST_SECONDS:
        message = f"a recording of {result.final_seconds} s is not transcribed: more than 2 and less than 120 s are"
        run.report(LENGTH_NOT_TRANSCRIBED, message, node=verb)
        return
    url = run.url(verb.transcribe_callback) if verb.transcribe_callback else None
    facts = facts_of_call(run.call.info, run.call.status)

    def tell(words: Transcript) -> None:
        if url is None:
            return
        parameters = transcription_parameters(
            facts, sid=words.sid, text=words.text, recording_sid=result.recording_sid, recording_url=result.url
        )
        run.callbacks.send(url, "POST", parameters)

    run.call.transcribe(result, tell)
