"""`<Record>`: the caller's voice, then always the action (R-04, R-05), also after a hang-up (A-02)."""

from ringback.call.control import RecordingStarted, RecordRequest, RecordResult
from ringback.interpreter.outcome import Finished, Outcome
from ringback.interpreter.recording_callback import RecordingCallback
from ringback.interpreter.run import Run
from ringback.interpreter.transcription import RecordTranscription
from ringback.twiml.nodes import Record
from ringback.webhooks.verb_parameters import record_parameters

NEEDS_ANSWER = True


async def execute(verb: Record, run: Run) -> Outcome:
    callback = RecordingCallback.of_run(
        run,
        url=verb.recording_status_callback,
        method=verb.recording_status_callback_method,
        events=verb.recording_status_callback_event,
        source="RecordVerb",
    )
    result = await run.call.record(_request(verb, callback, RecordTranscription(verb, run)))
    if run.call.is_moved:
        return Finished()  # the recording is kept; whom it was made for has lost the call (L-01)
    return run.goto(verb.action, verb.method, _parameters(result))


def _request(verb: Record, callback: RecordingCallback, transcription: RecordTranscription) -> RecordRequest:
    def started(recording: RecordingStarted) -> None:
        callback.started(recording)
        transcription.begun(recording)

    def ended(result: RecordResult) -> None:
        callback.ended(result)
        transcription.over(result)

    return RecordRequest(
        max_seconds=verb.max_length,
        silence_seconds=verb.timeout or None,
        finish_on_key=verb.finish_on_key,
        play_beep=verb.play_beep,
        trim=verb.trim == "trim-silence",
        on_started=started,
        on_ended=ended,
    )


def _parameters(result: RecordResult) -> tuple[tuple[str, str], ...]:
    """R-08: the duration of the action request is that before trimming."""
    return record_parameters(
        url=result.url, seconds=result.seconds, ended_by=result.ended_by, recording_sid=result.recording_sid
    )
