"""`<Dial><Queue>`: the first call of a queue (twiml.md 8.5)."""

from ringback.call.queue_request import DialQueueRequest, DialQueueResult
from ringback.interpreter.dial_recording import dial_recording
from ringback.interpreter.outcome import Continue, Finished, Outcome, Pairs
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Dial, Queue
from ringback.webhooks.queue_parameters import dial_queue_parameters

# Twilio names no code for a queue that nobody ever waited in; this is that of a noun that cannot be dialled.
UNKNOWN_QUEUE = 13215


async def dial_queue(verb: Dial, noun: Queue, run: Run) -> Outcome:
    await run.call.answer()
    if noun.reservation_sid is not None:
        run.not_executed(noun, ' reservationSid="..."')
    result = await run.call.dial_queue(
        DialQueueRequest(
            name=noun.name,
            timeout_seconds=verb.timeout,
            time_limit_seconds=verb.time_limit,
            hangup_on_star=verb.hangup_on_star,
            announce=run.waiting.before_bridge(noun, run),
            record=dial_recording(verb, run),
        )
    )
    if result.message:
        run.report(UNKNOWN_QUEUE, result.message, node=noun, value=noun.name)
    if verb.action is not None:
        return run.goto(verb.action, verb.method, action_parameters(result))
    return Finished() if result.caller_hung_up else Continue()


def action_parameters(result: DialQueueResult) -> Pairs:
    dequeued, recording = result.dequeued, result.recording
    return dial_queue_parameters(
        status=result.status,
        bridged=result.bridged,
        queue_sid=result.queue_sid,
        seconds_in_queue=dequeued.seconds if dequeued else None,
        dequeued_call_sid=dequeued.call_sid if dequeued else None,
        duration_seconds=result.duration_seconds if dequeued else None,
        recording_url=recording.url if recording else None,
        recording_sid=recording.recording_sid if recording else None,
        recording_seconds=recording.seconds if recording else None,
    )
