"""`<Hangup>`: the end. The door answers a call that still rings before it ends it (twiml.md section 12)."""

from ringback.interpreter.outcome import Finished, Outcome
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Hangup

NEEDS_ANSWER = False


async def execute(verb: Hangup, run: Run) -> Outcome:
    await run.call.hang_up()
    return Finished()
