"""Legs that ring together for one call: the phones of one registered user (RC-01, RC-02).

The first that answers stays and the others are ended, also one that answered at nearly the same time. When all of them
fail, the best of their responses is the call's (RFC 3261 section 16.7 step 6).
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ringback.call.leg import Leg
from ringback.call.leg_event import Answered, LegEnd, Ringing

FIRST_OF_THE_4XX = frozenset({401, 407, 415, 420, 484})
"""What says how to do better comes before the other 4xx (RFC 3261 section 16.7 step 6)."""
BUSY_HERE = 486
"""Then comes what says that a person is there."""

OnRinging = Callable[[Leg, Ringing], None]


async def first_answer(legs: Sequence[Leg], on_ringing: OnRinging) -> tuple[Leg, Answered] | None:
    """Wait until one answers and end the others; None when all have failed, or one refused for all of them (6xx)."""
    watching = {asyncio.ensure_future(answer_of(leg, on_ringing)): leg for leg in legs}
    try:
        while watching:
            done, _ = await asyncio.wait(watching, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in watching if task in done]:
                leg, answer = watching.pop(task), task.result()
                if answer is not None:
                    hang_up(other for other in legs if other is not leg)
                    return leg, answer
                if _refuses_for_all(leg):
                    hang_up(legs)
                    return None
        return None
    finally:
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)


async def answer_of(leg: Leg, on_ringing: OnRinging) -> Answered | None:
    """Follow one leg until it answers; None when it will not."""
    while not leg.ended.done() or not leg.progress.empty():
        step = asyncio.ensure_future(leg.progress.get())
        either: set[asyncio.Future[Any]] = {step, leg.ended}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not step.done():
                return None
            progress = step.result()
        finally:
            step.cancel()
        if isinstance(progress, Answered):
            return None if leg.has_ended else progress
        on_ringing(leg, progress)
    return None


def hang_up(legs: Iterable[Leg]) -> None:
    """CANCEL or BYE, whichever each of them needs."""
    for leg in legs:
        leg.hang_up()


def best_end(ends: Sequence[LegEnd]) -> LegEnd | None:
    """The end that stands for all (RC-07): a 6xx, else the lowest class; None when nobody sent a final response."""
    answered = [end for end in ends if end.status is not None]
    return min(answered, key=lambda end: _rank(end.status or 0), default=None)


def _rank(status: int) -> tuple[int, int]:
    if status >= 600:
        return (0, 0)
    return (status // 100, 0 if status in FIRST_OF_THE_4XX else 1 if status == BUSY_HERE else 2)


def _refuses_for_all(leg: Leg) -> bool:
    return leg.ended.done() and (leg.ended.result().status or 0) >= 600
