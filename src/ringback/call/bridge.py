"""Two legs joined: each hears the other until one hangs up, the caller presses `*`, or the time is over."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any, Literal

from ringback.call.leg import Leg
from ringback.clock import Clock

BridgeEnd = Literal["caller", "callee", "star", "time-limit"]


@contextlib.contextmanager
def bridged(caller: Leg, callee: Leg) -> Iterator[None]:
    """The audio of both legs is joined while the context lasts."""
    caller.media.bridge(callee.media)
    try:
        yield
    finally:
        for leg in (caller, callee):
            if not leg.has_ended:
                leg.media.unbridge()


async def hold_bridge(
    caller: Leg, callee: Leg, *, clock: Clock, time_limit_seconds: float, hangup_on_star: bool
) -> BridgeEnd:
    """Join the legs and wait; says what ended it. The legs themselves are left as they are."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(bridged(caller, callee))
        timer = asyncio.ensure_future(clock.sleep(time_limit_seconds))
        stack.callback(timer.cancel)
        waiting: set[asyncio.Future[Any]] = {caller.ended, callee.ended, timer}
        star = asyncio.ensure_future(_star(caller)) if hangup_on_star else None
        if star is not None:
            stack.callback(star.cancel)
            waiting.add(star)
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if caller.ended.done():
            return "caller"
        if callee.ended.done():
            return "callee"
        return "star" if star is not None and star.done() else "time-limit"


async def _star(leg: Leg) -> None:
    """Returns when the caller presses `*` (DI-09: only the initial caller's counts)."""
    async with leg.media.digits() as keys:
        while await keys.next() != "*":
            pass
