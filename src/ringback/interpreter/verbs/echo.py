"""`<Echo>`: the caller hears their own voice until they hang up (twiml.md section 18)."""

from ringback.interpreter.outcome import Continue, Outcome
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Echo

NEEDS_ANSWER = True


async def execute(verb: Echo, run: Run) -> Outcome:
    """Only the end of the call ends it, by `CallEnded`."""
    await run.call.echo()
    return Continue()
