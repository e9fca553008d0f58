"""`<Dial>`: ring somebody and join the two (twiml.md section 7). The door does the ringing; the rules are here."""

from ringback.call.control import DialRequest, DialResult
from ringback.interpreter.caller_id import allowed_caller_id
from ringback.interpreter.dial_application import dial_application
from ringback.interpreter.dial_conference import dial_conference
from ringback.interpreter.dial_queue import dial_queue
from ringback.interpreter.dial_recording import dial_recording
from ringback.interpreter.dial_targets import dial_targets
from ringback.interpreter.outcome import Continue, Finished, Outcome, Pairs
from ringback.interpreter.run import Run, Transfer
from ringback.twiml.nodes import Application, Conference, Dial, Queue
from ringback.webhooks.verb_parameters import dial_parameters

NEEDS_ANSWER = False  # unless `answerOnBridge` is off, below


async def execute(verb: Dial, run: Run) -> Outcome:
    if not verb.answer_on_bridge:
        await run.call.answer()
    match verb.nouns:
        case (Conference() as room,):
            return await dial_conference(verb, room, run)
        case (Queue() as queue,):
            return await dial_queue(verb, queue, run)
        case (Application() as application,):
            return await dial_application(verb, application, run)
    transfer = run.screening.transfer(verb, run) if verb.refer_url is not None else None
    request = _request(verb, run, transfer)
    result = await run.call.dial(request) if request.targets else DialResult(status="failed")
    if result.transferred and transfer is not None and not result.caller_hung_up:
        return await transfer.outcome()
    if verb.action is not None:
        return run.goto(verb.action, verb.method, action_parameters(result))
    return Finished() if result.caller_hung_up else Continue()


def _request(verb: Dial, run: Run, transfer: Transfer | None) -> DialRequest:
    targets, one_by_one = dial_targets(verb, run)
    return DialRequest(
        targets=targets,
        timeout_seconds=verb.timeout,
        time_limit_seconds=verb.time_limit,
        caller_id=allowed_caller_id(verb, run),
        hangup_on_star=verb.hangup_on_star,
        answer_on_bridge=verb.answer_on_bridge,
        sequential=verb.sequential or one_by_one,
        ring_tone=verb.ring_tone,
        record=dial_recording(verb, run),
        transfer=transfer,
    )


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
