"""`<Dial><Conference>`: a place in a room (twiml.md 8.4)."""

from ringback.call.conference_request import ConferenceRequest, ConferenceResult, RoomRecording
from ringback.interpreter.conference_callback import ConferenceCallback
from ringback.interpreter.dial_recording import dial_recording
from ringback.interpreter.outcome import Continue, Finished, Outcome, Pairs
from ringback.interpreter.run import Run
from ringback.model.sid import CallSid
from ringback.twiml.nodes import Conference, Dial
from ringback.webhooks.verb_parameters import dial_parameters


async def dial_conference(verb: Dial, noun: Conference, run: Run) -> Outcome:
    """C-12, C-13: a call that is not let in goes on, with `action` or the next verb; so does one that leaves."""
    await run.call.answer()
    told = ConferenceCallback(noun, run)
    result = await run.call.confer(
        ConferenceRequest(
            name=noun.name,
            muted=noun.muted,
            beep=noun.beep,
            start_on_enter=noun.start_conference_on_enter,
            end_on_exit=noun.end_conference_on_exit,
            label=noun.participant_label,
            coach=CallSid(noun.coach) if noun.coach else None,
            jitter_buffer=noun.jitter_buffer_size,
            wait=run.waiting.in_conference(noun, run),
            hangup_on_star=verb.hangup_on_star,
            time_limit_seconds=verb.time_limit,
            record_leg=dial_recording(verb, run),
            most=noun.max_participants,
            region=noun.region,
            notify=told.happened,
            watch_speakers="speaker" in noun.status_callback_event,
            record=_recording(noun, told),
        )
    )
    if result.code:
        run.report(result.code, result.message, node=noun, level="error")
    if verb.action is not None:
        return run.goto(verb.action, verb.method, action_parameters(result))
    return Finished() if run.call.has_ended else Continue()


def _recording(noun: Conference, told: ConferenceCallback) -> RoomRecording | None:
    if noun.record == "do-not-record":
        return None
    return RoomRecording(
        trim=noun.trim == "trim-silence",
        on_started=told.recording_started,
        on_finished=told.recording_finished,
    )


def action_parameters(result: ConferenceResult) -> Pairs:
    """C-15: no DialCallSid and no DialCallDuration, because no leg was dialled."""
    recording = result.recording
    return dial_parameters(
        status="answered" if result.took_part else "failed",
        bridged=result.took_part,
        recording_url=recording.url if recording else None,
        recording_sid=recording.recording_sid if recording else None,
        recording_seconds=recording.seconds if recording else None,
    )
