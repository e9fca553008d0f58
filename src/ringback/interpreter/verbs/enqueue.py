"""`<Enqueue>`: wait in a queue until somebody takes the call out of it (twiml.md section 9)."""

from ringback.call.queue_request import EnqueueRequest, EnqueueResult
from ringback.interpreter.outcome import Continue, Finished, Outcome
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Enqueue
from ringback.webhooks.queue_parameters import enqueue_parameters

NEEDS_ANSWER = True


async def execute(verb: Enqueue, run: Run) -> Outcome:
    """E-04, E-05: the action is asked once, when the call has left the queue and whoever took it out has gone."""
    if verb.workflow_sid is not None:
        run.not_executed(verb, f' workflowSid="{verb.workflow_sid}"')
    if verb.task is not None:
        run.not_executed(verb.task)
    result = await _enqueue(verb, run)
    if verb.action is not None:
        parameters = enqueue_parameters(result=result.result, queue_sid=result.queue_sid, seconds=result.seconds)
        return run.goto(verb.action, verb.method, parameters)
    return Finished() if run.call.has_ended else Continue()


async def _enqueue(verb: Enqueue, run: Run) -> EnqueueResult:
    """Without the name of a queue (the parser has reported it, or a workflow was meant) it is an error."""
    if verb.name is None:
        return EnqueueResult(result="error")
    return await run.call.enqueue(
        EnqueueRequest(name=verb.name, wait=run.waiting.in_queue(verb, run), max_size=verb.max_queue_size)
    )
