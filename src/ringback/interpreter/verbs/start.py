"""`<Start>`: begin something in the background and go straight on (SS-01); recordings, so far (twiml.md 15.4)."""

from ringback.call.background_recording import BackgroundRecording, RecordingRefused
from ringback.interpreter.outcome import Continue, Outcome
from ringback.interpreter.recording_callback import RecordingCallback
from ringback.interpreter.run import NOT_EXECUTED, Run
from ringback.twiml.nodes import Recording, Start

NEEDS_ANSWER = False  # the following verb decides (twiml.md 1.2)

SOURCE = "StartCallRecordingTwiML"
CANNOT_RECORD = 12200


async def execute(verb: Start, run: Run) -> Outcome:
    """SS-05: one after the other; what cannot be begun is reported and does not keep the others from it."""
    for noun in verb.nouns:
        if isinstance(noun, Recording):
            _record(noun, run)
        else:
            name = type(noun).__name__
            run.report(NOT_EXECUTED, f"<{name}> inside <Start> is not executed yet and was skipped", node=noun)
    return Continue()


def _record(noun: Recording, run: Run) -> None:
    try:
        run.call.start_recording(_request(noun, run))
    except RecordingRefused as refusal:
        run.report(CANNOT_RECORD, f"<Recording> was not started: {refusal}", node=noun, attribute="name")


def _request(noun: Recording, run: Run) -> BackgroundRecording:
    callback = RecordingCallback.of_run(
        run,
        url=noun.recording_status_callback,
        method=noun.recording_status_callback_method,
        events=noun.recording_status_callback_event,
        source=SOURCE,
        track=noun.track,
    )
    return BackgroundRecording(
        name=noun.name,
        track=noun.track,
        dual=noun.channels == "dual",
        trim=noun.trim == "trim-silence",
        on_started=callback.started,
        on_ended=callback.ended,
        source=SOURCE,
    )
