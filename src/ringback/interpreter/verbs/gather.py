"""`<Gather>`: keys or words from the caller, with prompts that either stops (twiml.md section 5)."""

from ringback.interpreter.gather_input import Said, entered
from ringback.interpreter.outcome import Continue, Outcome, Pairs
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Gather
from ringback.webhooks.verb_parameters import gather_digits_parameters, gather_speech_parameters

NEEDS_ANSWER = True


async def execute(verb: Gather, run: Run) -> Outcome:
    input_ = await entered(verb, run)
    if isinstance(input_, Said):
        spoken = gather_speech_parameters(input_.text, input_.confidence, verb.language, verb.speech_model)
        return run.goto(verb.action, verb.method, spoken)
    if input_ is not None and input_.digits:
        return run.goto(verb.action, verb.method, gather_digits_parameters(input_.digits, input_.finished_on_key))
    if not verb.action_on_empty_result:
        return Continue()  # G-08, G-09
    finished_on_key = "" if input_ is None else input_.finished_on_key
    return run.goto(verb.action, verb.method, _nothing(verb, finished_on_key))


def _nothing(verb: Gather, finished_on_key: str) -> Pairs:
    """G-10."""
    if "dtmf" in verb.input:
        return gather_digits_parameters("", finished_on_key)
    return gather_speech_parameters("", None, verb.language, verb.speech_model)
