"""Asynchronous callbacks: sent in the background, in order for each call, and none of the call's business (SB-04).

    post() ──> written down ──> lane of the call ──> one at a time ──> AppClient.notify ──> failure? ──> report

A lane is a queue with the one task that empties it; it is gone when it is empty. All queues together are bounded.

With a `CallbackBook` no callback leaves before it is written, together with everything that was put into the store
earlier, so that what it names can be fetched; and what could not be sent waits there for the next start.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ringback.clock import Clock, wait_for
from ringback.model.record import CallbackRecord, CallbackState
from ringback.webhooks.callback import Callback as Callback
from ringback.webhooks.callback import CallbackProblem as CallbackProblem
from ringback.webhooks.cookies import CookieJar
from ringback.webhooks.errors import FetchFailed
from ringback.webhooks.outbox import CallbackBook
from ringback.webhooks.response import Fetched
from ringback.webhooks.signature import Parameters
from ringback.webhooks.transport import Method

MAX_WAITING = 10_000
"""Callbacks that may wait at once; one more is given up and reported as 15002."""
MAX_RUNNING = 100
"""Requests that run at once."""
QUEUE_SECONDS = 60.0
"""A callback that waited longer is given up and reported as 15002, unless it comes from before or is sent again."""


class Notifier(Protocol):
    """What sends one callback: `AppClient`."""

    async def notify(
        self,
        url: str,
        method: Method,
        parameters: Parameters,
        *,
        cookies: CookieJar | None = None,
        token: str | None = None,
    ) -> Fetched: ...


@dataclass(frozen=True, slots=True)
class _Waiting:
    callback: Callback
    since: float
    record: CallbackRecord | None
    position: int = 0  # in the store, when it was posted; 0 is there already
    is_new: bool = True


class Delivery:
    """Owns the tasks that send callbacks. Made and closed by whoever runs the server; `post` never waits."""

    def __init__(
        self,
        client: Notifier,
        clock: Clock,
        report: Callable[[CallbackProblem], None],
        *,
        book: CallbackBook | None = None,
        report_unsecured: Callable[[], None] = lambda: None,
        max_waiting: int = MAX_WAITING,
        max_running: int = MAX_RUNNING,
        queue_seconds: float = QUEUE_SECONDS,
    ) -> None:
        self._client = client
        self._clock = clock
        self._report = report
        self._book = book
        self._report_unsecured = report_unsecured
        self._max_waiting = max_waiting
        self._queue_seconds = queue_seconds
        self._running = asyncio.Semaphore(max_running)
        self._lanes: dict[str, deque[_Waiting]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._closed = False

    @property
    def lane_count(self) -> int:
        """Calls of which a callback waits or is on its way."""
        return len(self._lanes)

    @property
    def waiting_count(self) -> int:
        """Callbacks posted and not yet begun."""
        return self._waiting

    def post(self, callback: Callback) -> None:
        """Take a callback; it is reported, not raised, when it cannot be sent."""
        record = self._book.enter(callback) if self._book is not None else None
        waiting = _Waiting(callback, self._clock.now(), record, self._book.position if self._book is not None else 0)
        if self._closed:
            self._leave(waiting, "the server is stopping")
        elif self._waiting >= self._max_waiting:
            self._give_up(waiting, f"{self._max_waiting} callbacks are waiting already")
        else:
            self._queue(waiting)

    def hold(self, callback: Callback) -> None:
        """Not sent now, but by the next process if this one dies before a `post` of the same `sid`."""
        if self._book is not None:
            self._book.hold(callback)

    def withdraw(self, callback: Callback) -> None:
        """Nobody sends what was held."""
        if self._book is not None:
            self._book.withdraw(callback)

    def resume(self, record: CallbackRecord) -> None:
        """Take a callback that an earlier process wrote down and did not send; before newer ones of its call."""
        self._queue(_Waiting(callback_of(record), self._clock.now(), record, is_new=False))

    def send_again(self, record: CallbackRecord) -> CallbackRecord:
        """Take a finished callback once more, behind those of its call that wait; its new state."""
        assert self._book is not None, "without a book there are no records"
        again = self._book.enter_again(record)
        if not self._closed:
            waiting = _Waiting(callback_of(again), self._clock.now(), again, self._book.position, is_new=False)
            self._queue(waiting)
        return again

    async def close(self, grace_seconds: float) -> int:
        """Take no more and send what waits for at most `grace_seconds`. How many are left to the next start."""
        self._closed = True
        if self._tasks:
            everything = asyncio.gather(*self._tasks, return_exceptions=True)
            try:
                await wait_for(self._clock, everything, grace_seconds)
            except TimeoutError:
                pass
        left = 0
        for lane in list(self._lanes.values()):
            while lane:
                self._waiting -= 1
                left += self._leave(lane.popleft(), "the server stopped before it was sent")
        self._lanes.clear()
        return left

    def _queue(self, waiting: _Waiting) -> None:
        self._waiting += 1
        call_sid = waiting.callback.call_sid
        lane = self._lanes.get(call_sid)
        if lane is not None:
            lane.append(waiting)
            return
        self._lanes[call_sid] = deque([waiting])
        task = asyncio.get_running_loop().create_task(self._empty(call_sid))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _empty(self, call_sid: str) -> None:
        """Send what is in a lane, oldest first, until it is empty."""
        lane = self._lanes[call_sid]
        try:
            while lane:
                await self._secure(lane[0])
                async with self._running:
                    waiting = lane.popleft()
                    self._waiting -= 1
                    await self._send(waiting)
        finally:
            if not lane:
                self._lanes.pop(call_sid, None)

    async def _secure(self, waiting: _Waiting) -> None:
        """Let nothing leave that a crash would make unsaid."""
        if self._book is not None and not await self._book.secured(waiting.position, waiting.since):
            self._report_unsecured()

    async def _send(self, waiting: _Waiting) -> None:
        callback, record = waiting.callback, waiting.record
        if waiting.is_new and self._clock.now() - waiting.since > self._queue_seconds:
            self._give_up(waiting, f"it waited for more than {self._queue_seconds:g} s")
            return
        try:
            fetched = await self._client.notify(
                callback.url,
                callback.method,
                callback.parameters,
                cookies=callback.cookies,
                token=record.token if record is not None else None,
            )
        except FetchFailed as failure:
            self._fail(waiting, CallbackProblem.of_failure(callback, failure), tries=failure.tries)
        except asyncio.CancelledError:
            self._leave(waiting, "the server stopped while it was being sent")
            raise
        except Exception as fault:  # a fault of ours must not silence the call's later callbacks
            self._fail(waiting, CallbackProblem.of_fault(callback, fault), tries=0)
        else:
            self._finish(waiting, CallbackState.SENT, tries=fetched.tries)

    def _leave(self, waiting: _Waiting, reason: str) -> int:
        """At the end: what is written down waits for the next start. How many that are."""
        if waiting.record is not None:
            return 1
        self._give_up(waiting, reason)
        return 0

    def _give_up(self, waiting: _Waiting, reason: str) -> None:
        self._fail(waiting, CallbackProblem.given_up(waiting.callback, reason), tries=0)

    def _fail(self, waiting: _Waiting, problem: CallbackProblem, *, tries: int) -> None:
        self._finish(waiting, CallbackState.FAILED, tries=tries, error_code=problem.code)
        self._report(problem)

    def _finish(self, waiting: _Waiting, state: CallbackState, *, tries: int, error_code: int | None = None) -> None:
        if self._book is not None and waiting.record is not None:
            self._book.finish(waiting.record, state, tries=tries, error_code=error_code)


def callback_of(record: CallbackRecord) -> Callback:
    """What was written down, to be sent. The cookies of its call are gone with the process that had them."""
    return Callback(
        call_sid=record.call_sid,
        url=record.url,
        parameters=record.parameters,
        method="GET" if record.method == "GET" else "POST",
    )
