"""`<Pause>`: wait, in silence or, on a call that nothing has answered yet, in ringing (twiml.md section 4, PAU-02)."""

from ringback.interpreter.outcome import Continue, Outcome
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Pause

NEEDS_ANSWER = False


async def execute(verb: Pause, run: Run) -> Outcome:
    await run.call.pause(verb.length)
    return Continue()
