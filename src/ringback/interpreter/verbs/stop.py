"""`<Stop>`: end what `<Start>` began, by kind and name (SS-03)."""

from ringback.interpreter.outcome import Continue, Outcome
from ringback.interpreter.run import NOT_EXECUTED, Run
from ringback.twiml.nodes import Stop, StopTarget

NEEDS_ANSWER = False

NOTHING_TO_STOP = 12200


async def execute(verb: Stop, run: Run) -> Outcome:
    for target in verb.nouns:
        _stop(target, run)
    return Continue()


def _stop(target: StopTarget, run: Run) -> None:
    if target.kind != "recording":
        message = f"<{target.kind.capitalize()}> inside <Stop> is not executed yet and was skipped"
        run.report(NOT_EXECUTED, message, node=target)
    elif not run.call.stop_recording(target.name):
        message = f"<Stop>: no recording named {target.name!r} is running on this call"
        run.report(NOTHING_TO_STOP, message, node=target, attribute="name", value=target.name)
