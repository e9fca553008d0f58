"""Time that stands still until it is turned, so that an hour of a call costs a test some milliseconds.

`VirtualClock` implements `ringback.clock.Clock`. A test turns it by hand (`advance`), lets it turn itself while it
waits for something (`run`), or runs a whole event loop on it (`run_in_virtual_time`), where `asyncio.sleep` is virtual
too.
"""

import asyncio
import heapq
import itertools
import selectors
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

# How many turns of the loop tasks get between two timers when a test shares its loop with the code it tests. A chain of
# more awaits than this between two timers needs `run_in_virtual_time`, which sees for itself when the loop is idle.
TURNS_TO_SETTLE = 50

DEFAULT_START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


class NothingWillHappen(Exception):
    """Something waits for ever: no timer is set and nothing is ready to run, so virtual time has nowhere to go."""


class VirtualTimer:
    """A scheduled callback of a `VirtualClock`."""

    __slots__ = ("_callback", "when")

    def __init__(self, when: float, callback: Callable[[], None]) -> None:
        self.when = when
        self._callback: Callable[[], None] | None = callback

    @property
    def is_cancelled(self) -> bool:
        return self._callback is None

    def cancel(self) -> None:
        self._callback = None

    def fire(self) -> None:
        callback, self._callback = self._callback, None
        if callback is not None:
            callback()


class VirtualClock:
    """A clock that a test turns: `now()` starts at zero, `utc_now()` at a fixed moment."""

    def __init__(self, start: datetime = DEFAULT_START) -> None:
        self._start = start
        self._now = 0.0
        self._order = itertools.count()
        self._timers: list[tuple[float, int, VirtualTimer]] = []

    def now(self) -> float:
        return self._now

    def utc_now(self) -> datetime:
        return self._start + timedelta(seconds=self._now)

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        timer = self.call_at(self._now + seconds, lambda: None if woken.done() else woken.set_result(None))
        try:
            await woken
        finally:
            timer.cancel()

    def call_at(self, when: float, callback: Callable[[], None]) -> VirtualTimer:
        timer = VirtualTimer(when, callback)
        heapq.heappush(self._timers, (when, next(self._order), timer))
        return timer

    def next_deadline(self) -> float | None:
        """When the earliest timer is due that was not called off; None when there is none."""
        while self._timers and self._timers[0][2].is_cancelled:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def turn_to(self, when: float) -> None:
        """Move time to `when` and fire what is due by then, in order. Tasks wake when the loop runs next."""
        while (deadline := self.next_deadline()) is not None and deadline <= when:
            timer = heapq.heappop(self._timers)[2]
            self._now = max(self._now, deadline)
            timer.fire()
        self._now = max(self._now, when)

    async def settle(self) -> None:
        """Let every task go on that can, without moving time."""
        for _ in range(TURNS_TO_SETTLE):
            await asyncio.sleep(0)

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass, stopping at each timer on the way so that what it wakes can set the next one."""
        target = self._now + seconds
        await self.settle()
        while (deadline := self.next_deadline()) is not None and deadline <= target:
            self.turn_to(deadline)
            await self.settle()
        self.turn_to(target)

    async def run(self, awaitable: Awaitable[T]) -> T:
        """Await something while time passes by itself, from timer to timer."""
        work = asyncio.ensure_future(awaitable)
        try:
            await self.settle()
            while not work.done():
                deadline = self.next_deadline()
                if deadline is None:
                    raise NothingWillHappen(f"still waiting at {self._now:g} s with no timer set: {work!r}")
                self.turn_to(deadline)
                await self.settle()
            return work.result()
        finally:
            if not work.done():
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)


class _VirtualSelector(selectors.DefaultSelector):
    """Where an event loop goes to wait. Instead of waiting it turns the clock to what is due next."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        due = [] if timeout is None else [self._clock.now() + timeout]
        deadline = self._clock.next_deadline()
        if deadline is not None:
            due.append(deadline)
        if not due:
            raise NothingWillHappen(f"every task waits at {self._clock.now():g} s and no timer is set")
        self._clock.turn_to(min(due))
        return ready


class VirtualEventLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is a `VirtualClock`. What it runs may not wait for sockets or threads."""

    def __init__(self, clock: VirtualClock) -> None:
        self._virtual_clock = clock
        super().__init__(_VirtualSelector(clock))

    def time(self) -> float:
        return self._virtual_clock.now()


def run_in_virtual_time(clock: VirtualClock, main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end on a loop of its own; time jumps to the next timer whenever nothing else can go on."""
    with asyncio.Runner(loop_factory=lambda: VirtualEventLoop(clock)) as runner:
        return runner.run(main)
