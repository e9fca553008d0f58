"""From `<Say>` and `<Play>` to what the caller hears, on their own and nested in `<Gather>`."""

from collections.abc import Sequence

from ringback.call.control import MediaUnavailable, Played, Prompt, Spoken
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Pause, Play, Prompted, Say

# PLAY-03: the content type of a file nested in <Gather> has a number of its own.
_NESTED_CODES = {13420: 13325}


def prompt_of(node: Say | Play, run: Run) -> Prompt | None:
    """The words or the file; None for what makes no sound (SAY-02: the parser has reported it)."""
    if isinstance(node, Play):
        return Played(url=run.url(node.url)) if node.url else None
    if not node.text.strip():
        return None
    return Spoken(text=node.text, voice=node.voice, language=node.language, ssml=node.children or None)


async def play_repeatedly(prompt: Prompt, loop: int, run: Run) -> None:
    """`loop` times; 0 is until hang-up, up to the limit (twiml.md sections 2 and 3)."""
    for _ in range(min(loop or run.limits.max_loops, run.limits.max_loops)):
        await run.call.play(prompt)


async def fetch_nested(children: Sequence[Prompted], run: Run) -> tuple[Prompted, ...]:
    """Make every nested prompt ready before the first plays (G-18); what cannot be had is reported and left out."""
    prompts = [prompt for child in children if (prompt := _prompt_of_child(child, run)) is not None]
    if not prompts:
        return tuple(children)
    try:
        await run.call.prefetch(prompts)
    except MediaUnavailable:
        return tuple([child for child in children if await _is_available(child, run)])
    return tuple(children)


async def play_nested(children: Sequence[Prompted], run: Run) -> None:
    """Play what stands inside a `<Gather>`, in order."""
    for child in children:
        if isinstance(child, Pause):
            await run.call.pause(child.length)
            continue
        prompt = prompt_of(child, run)
        if prompt is None:
            continue
        try:
            await play_repeatedly(prompt, child.loop, run)
        except MediaUnavailable as problem:
            _report_nested(problem, child, run)


def _prompt_of_child(child: Prompted, run: Run) -> Prompt | None:
    return None if isinstance(child, Pause) else prompt_of(child, run)


async def _is_available(child: Prompted, run: Run) -> bool:
    prompt = _prompt_of_child(child, run)
    if prompt is None:
        return isinstance(child, Pause)
    try:
        await run.call.prefetch([prompt])
    except MediaUnavailable as problem:
        _report_nested(problem, child, run)
        return False
    return True


def _report_nested(problem: MediaUnavailable, child: Prompted, run: Run) -> None:
    run.media_unavailable(problem, child, code=_NESTED_CODES.get(problem.code))
