"""`<Dial record>` for any noun: what the door is asked to record, and who is told (twiml.md DI-20 to DI-22, 7.5)."""

from ringback.call.control import DialRecording
from ringback.interpreter.recording_callback import RecordingCallback
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Dial


def dial_recording(verb: Dial, run: Run) -> DialRecording | None:
    if verb.record == "do-not-record":
        return None
    callback = RecordingCallback.of_run(
        run,
        url=verb.recording_status_callback,
        method=verb.recording_status_callback_method,
        events=verb.recording_status_callback_event,
        source="DialVerb",
        track=verb.recording_track,
    )
    return DialRecording(
        from_ringing=verb.record.startswith("record-from-ringing"),
        dual=verb.record.endswith("-dual"),
        track=verb.recording_track,
        trim=verb.trim == "trim-silence",
        on_started=callback.started,
        on_ended=callback.ended,
    )
