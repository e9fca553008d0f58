"""Two legs joined: each hears the other until one hangs up, the caller presses `*`, or the time is over."""

import asyncio
import contextlib
from typing import Any, Literal

from ringback.call.call import Call
from ringback.call.leg import Leg
from ringback.clock import Clock

BridgeEnd = Literal["caller", "callee", "star", "time-limit", "refer"]


async def hold_bridge(
    caller: Call,
    callee: Call,
    *,
    clock: Clock,
    time_limit_seconds: float,
    hangup_on_star: bool,
    referred: "asyncio.Queue[Any] | None" = None,
) -> BridgeEnd:
    """Join the two and wait; says what ended it, the end of one of them or its move among that (L-04).

    The legs themselves are left as they are.

    A REFER in `referred` ends the waiting and not the talk: the legs stay joined, and the REFER stays in the queue.
    """
    ended: BridgeEnd | None = None
    if caller.has_ended or callee.has_ended:
        return "caller" if caller.has_ended else "callee"
    caller.leg.media.bridge(callee.leg.media)
    try:
        ended = await _what_ends_it(caller, callee, clock, time_limit_seconds, hangup_on_star, referred)
    finally:
        if ended != "refer":
            part(caller.leg, callee.leg)
    return ended


def part(*legs: Leg) -> None:
    """Each is alone again."""
    for leg in legs:
        if not leg.has_ended and leg.has_media:
            leg.media.unbridge()


async def _what_ends_it(
    caller: Call,
    callee: Call,
    clock: Clock,
    time_limit_seconds: float,
    hangup_on_star: bool,
    referred: "asyncio.Queue[Any] | None",
) -> BridgeEnd:
    with contextlib.ExitStack() as stack:
        timer = asyncio.ensure_future(clock.sleep(time_limit_seconds))
        stack.callback(timer.cancel)
        waiting: set[asyncio.Future[Any]] = {*caller.ends, *callee.ends, timer}
        star = asyncio.ensure_future(_star(caller.leg)) if hangup_on_star else None
        if star is not None:
            stack.callback(star.cancel)
            waiting.add(star)
        refer = asyncio.ensure_future(_news(referred)) if referred is not None else None
        if refer is not None:
            stack.callback(refer.cancel)
            waiting.add(refer)
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if caller.has_ended:
            return "caller"
        if callee.has_ended:
            return "callee"
        if refer is not None and refer.done():
            return "refer"
        return "star" if star is not None and star.done() else "time-limit"


async def _news(queue: "asyncio.Queue[Any]") -> None:
    """Returns when something is in the queue, and leaves it there."""
    queue.put_nowait(await queue.get())


async def _star(leg: Leg) -> None:
    """Returns when the caller presses `*` (DI-09: only the initial caller's counts)."""
    async with leg.media.digits() as keys:
        while await keys.next() != "*":
            pass
