"""`<Leave>`: out of the queue, on with the document that queued the call (twiml.md 9.1). Elsewhere: nothing."""

from ringback.interpreter.outcome import Continue, Finished, Outcome
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Leave

NEEDS_ANSWER = False


async def execute(verb: Leave, run: Run) -> Outcome:
    if run.leave_queue is None:
        return Continue()
    run.leave_queue()
    return Finished()
