"""`<Sms>`: a text message, kept in the store; no carrier takes it any further (twiml.md section 17)."""

from ringback.call.control import CallInfo
from ringback.call.message_request import MessageRequest
from ringback.interpreter.outcome import Continue, Outcome
from ringback.interpreter.run import Run
from ringback.model.call_status import Direction
from ringback.twiml.nodes import Sms
from ringback.twiml.phone_number import normal_number
from ringback.webhooks.verb_parameters import sms_callback_parameters, sms_parameters

NEEDS_ANSWER = False

LONGEST_BODY = 1600  # what Twilio takes for one message
TO_NOT_VALID = 21211
TOO_LONG = 12200


async def execute(verb: Sms, run: Run) -> Outcome:
    """With an action that takes control, else the next verb runs."""
    request = message_of(verb, run.call.info)
    sid = run.call.keep_message(request) if _is_fit(request, verb, run) else None
    if sid is not None and verb.status_callback:
        parameters = sms_callback_parameters(
            account_sid=run.call.info.account_sid, sid=sid, from_=request.from_, to=request.to
        )
        run.callbacks.send(run.url(verb.status_callback), "POST", parameters)
    return Continue() if verb.action is None else run.goto(verb.action, verb.method, sms_parameters(sid))


def message_of(verb: Sms, info: CallInfo) -> MessageRequest:
    """To the other party of the call and from ours, unless the verb says otherwise."""
    is_inbound = info.direction is Direction.INBOUND
    other, ours = (info.from_, info.to) if is_inbound else (info.to, info.from_)
    return MessageRequest(from_=_normal(verb.from_ or ours), to=_normal(verb.to or other), body=verb.text)


def _is_fit(request: MessageRequest, verb: Sms, run: Run) -> bool:
    if not (normal_number(request.to) or request.to.lower().startswith(("sip:", "sips:"))):
        message = f"<Sms> to {request.to!r}: expected a phone number or a SIP URI; it is not sent"
        run.report(TO_NOT_VALID, message, node=verb, level="error", attribute="to", value=request.to)
        return False
    if len(request.body) > LONGEST_BODY:
        message = f"<Sms> has {len(request.body)} characters, the limit is {LONGEST_BODY}; it is not sent"
        run.report(TOO_LONG, message, node=verb)
        return False
    return True


def _normal(address: str) -> str:
    return normal_number(address) or address.strip()
