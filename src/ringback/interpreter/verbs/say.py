"""`<Say>`: words for the caller (twiml.md section 2)."""

from ringback.interpreter.outcome import Continue, Outcome
from ringback.interpreter.prompts import play_repeatedly, prompt_of
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Say

NEEDS_ANSWER = True


async def execute(verb: Say, run: Run) -> Outcome:
    prompt = prompt_of(verb, run)
    if prompt is not None:
        await play_repeatedly(prompt, verb.loop, run)
    return Continue()
