"""`<Dial><Application>`: another voice app of the account, as a child call without a phone (twiml.md 8.6)."""

from ringback.call.application_request import ApplicationRequest
from ringback.call.control import DialResult, StatusEvents
from ringback.interpreter.caller_id import allowed_caller_id
from ringback.interpreter.dial_recording import dial_recording
from ringback.interpreter.dial_result import after_dial
from ringback.interpreter.dial_targets import status_events
from ringback.interpreter.outcome import Outcome, Pairs
from ringback.interpreter.run import DialledApplication, Run
from ringback.twiml.nodes import Application, Dial
from ringback.webhooks.verb_parameters import application_parameters

NOT_VALID = 21218
# Twilio names no code for an application that dials one; this is that of a noun that cannot be dialled.
NESTED = 13215


async def dial_application(verb: Dial, noun: Application, run: Run) -> Outcome:
    """One that cannot be dialled fails like any other dial: `action`, or the next verb."""
    application = _find(noun, run)
    if application is None:
        result = DialResult(status="failed", caller_hung_up=run.call.has_ended)
    else:
        result = await run.call.dial_application(_request(verb, noun, run, application))
    return after_dial(verb, result, run)


def _find(noun: Application, run: Run) -> DialledApplication | None:
    if run.applications is None:
        run.report(NESTED, "an application cannot dial another one", node=noun, level="error")
        return None
    found = run.applications.find(noun, run)
    if found is None:
        message = f"the account has no application {noun.application_sid} with a voice URL"
        run.report(NOT_VALID, message, node=noun, level="error", value=noun.application_sid)
    return found


def _request(verb: Dial, noun: Application, run: Run, application: DialledApplication) -> ApplicationRequest:
    if noun.url:
        run.not_executed(noun, ' url="..."')
    parent = run.call.info
    return ApplicationRequest(
        application_sid=noun.application_sid,
        from_=allowed_caller_id(verb, run) or parent.from_,
        to=parent.to if noun.copy_parent_to else noun.application_sid,
        run=application.run,
        timeout_seconds=verb.timeout,
        time_limit_seconds=verb.time_limit,
        hangup_on_star=verb.hangup_on_star,
        record=dial_recording(verb, run),
        status=status_events(noun, run) or _own_status(application),
    )


def _own_status(application: DialledApplication) -> StatusEvents | None:
    """The status callback of the application itself, which is told of the end only (IN-11)."""
    if not application.status_callback_url:
        return None
    return StatusEvents(url=application.status_callback_url, method=application.status_callback_method)


def first_parameters(noun: Application, run: Run) -> Pairs:
    """What the voice URL is told beside the parameters of the child call."""
    parameters = tuple((parameter.name, parameter.value) for parameter in noun.parameters)
    return application_parameters(parameters, noun.customer_id or run.call.info.account_sid)
