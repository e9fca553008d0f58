"""Time as an object that is handed in, so that tests can turn it by hand.

Nothing below `server` reads a clock of its own: `Clock.now()` is monotonic seconds for timers, `Clock.utc_now()` is
wall time for records and headers. `ringback.testing.VirtualClock` implements the same protocol.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol, TypeVar

T = TypeVar("T")


class TimerHandle(Protocol):
    """A scheduled callback that can be called off."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """What the product may know of time."""

    def now(self) -> float:
        """Monotonic seconds; only differences mean anything."""
        ...

    def utc_now(self) -> datetime:
        """The wall clock, timezone-aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`; at once (after one turn of the loop) for zero or less."""
        ...

    def call_at(self, when: float, callback: Callable[[], None]) -> TimerHandle:
        """Run `callback` on the loop when `now()` reaches `when`."""
        ...


async def wait_for(clock: Clock, awaitable: Awaitable[T], seconds: float | None) -> T:
    """Await with a limit in this clock's time; raises `TimeoutError` and cancels the awaitable when it is over."""
    if seconds is None:
        return await awaitable
    work = asyncio.ensure_future(awaitable)
    timer = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait({work, timer}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        raise TimeoutError
    finally:
        timer.cancel()
        if not work.done():
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


class SystemClock:
    """The real clock: the running loop's timers and the machine's UTC."""

    def now(self) -> float:
        return time.monotonic()

    def utc_now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))

    def call_at(self, when: float, callback: Callable[[], None]) -> TimerHandle:
        return asyncio.get_running_loop().call_later(max(0.0, when - self.now()), callback)
