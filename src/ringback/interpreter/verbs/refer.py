"""`<Refer>`: the caller's own phone is asked to call somebody else (twiml.md section 13)."""

from ringback.call.control import CallInfo
from ringback.call.refer_request import ReferRequest, ReferResult
from ringback.interpreter.outcome import Continue, Finished, Outcome
from ringback.interpreter.run import Run
from ringback.model.call_status import Direction
from ringback.twiml.nodes import Refer
from ringback.webhooks.verb_parameters import refer_parameters

NEEDS_ANSWER = True  # REFER needs a dialog that is up (twiml.md 1.2)

NOT_A_SIP_CALL = 13801


async def execute(verb: Refer, run: Run) -> Outcome:
    """REF-04, REF-05: the action takes control, also of a call that is over by now (A-02)."""
    result = await _refer(verb, run)
    if run.call.is_moved:
        return Finished()  # nobody knows how the transfer will end (L-01)
    if verb.action is not None:
        return run.goto(verb.action, verb.method, _parameters(result))
    return Finished() if result.caller_hung_up else Continue()


async def _refer(verb: Refer, run: Run) -> ReferResult:
    """What cannot be referred has failed: the parser, or 13801 (REF-02), has said why."""
    if verb.target is None:
        return ReferResult(status="failed")
    if not came_by_sip(run.call.info):
        message = "<Refer> needs a SIP call; this one goes over the telephone network or to a client"
        run.report(NOT_A_SIP_CALL, message, node=verb, level="error")
        return ReferResult(status="failed")
    return await run.call.refer(ReferRequest(uri=verb.target.uri))


def came_by_sip(info: CallInfo) -> bool:
    """A call to a SIP Domain, or a leg that was dialled to a SIP URI; one through a trunk is a telephone call."""
    if info.direction is Direction.INBOUND:
        return "SipDomain" in dict(info.sip_parameters)
    return info.to.lower().startswith(("sip:", "sips:"))


def _parameters(result: ReferResult) -> tuple[tuple[str, str], ...]:
    return refer_parameters(
        status=result.status,
        sip_response_code=result.sip_response_code,
        notify_response_code=result.notify_response_code,
    )
