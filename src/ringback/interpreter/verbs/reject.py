"""`<Reject>`: 603, or 486 for `busy`; a call that is up by now is ended (twiml.md section 11)."""

from ringback.interpreter.outcome import Finished, Outcome
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Reject

NEEDS_ANSWER = False


async def execute(verb: Reject, run: Run) -> Outcome:
    await run.call.reject(verb.reason)
    return Finished()
