"""`<Dial>`: ring somebody and join the two (twiml.md section 7). The door does the ringing; the rules are here."""

from ringback.call.control import DialRequest, DialResult
from ringback.interpreter.caller_id import allowed_caller_id
from ringback.interpreter.dial_application import dial_application
from ringback.interpreter.dial_conference import dial_conference
from ringback.interpreter.dial_queue import dial_queue
from ringback.interpreter.dial_recording import dial_recording
from ringback.interpreter.dial_result import after_dial
from ringback.interpreter.dial_targets import dial_targets
from ringback.interpreter.outcome import Outcome
from ringback.interpreter.run import Run, Transfer
from ringback.twiml.nodes import Application, Conference, Dial, Queue

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
    return after_dial(verb, result, run)


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
