"""`<Gather>`: keys from the caller, with prompts that the first key stops (twiml.md section 5)."""

import asyncio
from dataclasses import dataclass

from ringback.call.control import DigitStream
from ringback.clock import wait_for
from ringback.interpreter.outcome import Continue, Outcome
from ringback.interpreter.prompts import fetch_nested, play_nested
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Gather
from ringback.webhooks.verb_parameters import gather_digits_parameters

NEEDS_ANSWER = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What was entered, without the key that ended it (G-06)."""

    digits: str = ""
    finished_on_key: str = ""


async def execute(verb: Gather, run: Run) -> Outcome:
    if "speech" in verb.input:
        run.not_executed(verb, ' input="speech"')
    pressed = await _keys(verb, run) if "dtmf" in verb.input else await _nothing_but_prompts(verb, run)
    if not pressed.digits and not verb.action_on_empty_result:
        return Continue()  # G-08, G-09
    parameters = gather_digits_parameters(pressed.digits, pressed.finished_on_key)
    return run.goto(verb.action, verb.method, parameters)


async def _keys(verb: Gather, run: Run) -> Pressed:
    """G-04 to G-08. The stream is opened first, so that no key pressed from here on is lost (G-01, G-19)."""
    most = min(verb.num_digits or run.limits.max_digits, run.limits.max_digits)
    async with run.call.digits() as stream:
        key = await _first_key(verb, run, stream)
        digits = ""
        while key is not None:
            if key == verb.finish_on_key:
                return Pressed(digits=digits, finished_on_key=key)
            digits += key
            if len(digits) >= most:
                break
            key = await _key_within(verb.timeout, run, stream)
        return Pressed(digits=digits)


async def _first_key(verb: Gather, run: Run, stream: DigitStream) -> str | None:
    """The first key stops the prompts (G-02); the timeout counts from where they end (G-03). None: no key came."""
    key = asyncio.ensure_future(stream.next())
    prompts = asyncio.ensure_future(_play_prompts(verb, run))
    try:
        await asyncio.wait({key, prompts}, return_when=asyncio.FIRST_COMPLETED)
        if key.done():
            return key.result()
        prompts.result()
        return await wait_for(run.clock, key, verb.timeout)
    except TimeoutError:
        return None
    finally:
        key.cancel()
        prompts.cancel()
        await asyncio.gather(key, prompts, return_exceptions=True)


async def _play_prompts(verb: Gather, run: Run) -> None:
    await play_nested(await fetch_nested(verb.children, run), run)


async def _key_within(seconds: float, run: Run, stream: DigitStream) -> str | None:
    try:
        return await wait_for(run.clock, stream.next(), seconds)
    except TimeoutError:
        return None


async def _nothing_but_prompts(verb: Gather, run: Run) -> Pressed:
    """Speech alone was asked for and nobody listens for it: the prompts, the wait, and no input."""
    await _play_prompts(verb, run)
    await run.call.pause(verb.timeout)
    return Pressed()
