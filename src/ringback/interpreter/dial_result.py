"""What the `action` of a `<Dial>` is told of a leg, or of an application, and how the document goes on after it."""

from ringback.call.control import DialResult
from ringback.interpreter.outcome import Continue, Finished, Outcome, Pairs
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Dial
from ringback.webhooks.verb_parameters import dial_parameters


def after_dial(verb: Dial, result: DialResult, run: Run) -> Outcome:
    """`action` (DI-06, also for a caller who hung up), or the next verb for a caller who is still there."""
    if verb.action is not None:
        return run.goto(verb.action, verb.method, action_parameters(result))
    return Finished() if result.caller_hung_up else Continue()


def action_parameters(result: DialResult) -> Pairs:
    """twiml.md 7.3, and 8.2 after a SIP leg."""
    recording = result.recording
    return dial_parameters(
        status=result.status,
        call_sid=result.call_sid,
        seconds=result.duration_seconds,
        bridged=result.bridged,
        recording_url=recording.url if recording else None,
        recording_sid=recording.recording_sid if recording else None,
        recording_seconds=recording.seconds if recording else None,
        sip_call_id=result.sip_call_id,
        sip_response_code=result.sip_response_code,
        sip_headers=result.sip_headers,
    )
