"""`<Play>`: a file for the caller, or keys for the far end (twiml.md section 3)."""

from ringback.interpreter.outcome import Continue, Outcome
from ringback.interpreter.prompts import play_repeatedly, prompt_of
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Play

NEEDS_ANSWER = True


async def execute(verb: Play, run: Run) -> Outcome:
    if verb.digits:
        for _ in range(min(verb.loop or run.limits.max_loops, run.limits.max_loops)):
            await run.call.send_digits(verb.digits)
        return Continue()
    prompt = prompt_of(verb, run)
    if prompt is not None:
        await play_repeatedly(prompt, verb.loop, run)
    return Continue()
