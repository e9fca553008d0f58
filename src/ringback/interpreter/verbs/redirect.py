"""`<Redirect>`: another document takes control; the call stays as it is, ringing or answered (twiml.md section 10)."""

from ringback.interpreter.outcome import Outcome
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Redirect

NEEDS_ANSWER = False


async def execute(verb: Redirect, run: Run) -> Outcome:
    return run.goto(verb.url, verb.method)
