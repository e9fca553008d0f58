"""Asynchronous callbacks: sent in the background, in order for each call, and none of the call's business (SB-04).

    post() ──> lane of the call ──> one at a time ──> AppClient.notify ──> failure? ──> report(CallbackProblem)

A lane is a queue with the one task that empties it; it is gone when it is empty. All queues together are bounded.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ringback.clock import Clock, wait_for
from ringback.model.sid import CallSid
from ringback.webhooks.cookies import CookieJar
from ringback.webhooks.errors import FailureCode, FetchFailed
from ringback.webhooks.response import Fetched
from ringback.webhooks.signature import Parameters
from ringback.webhooks.transport import Method

MAX_WAITING = 10_000
"""Callbacks that may wait at once; one more is dropped and reported as 15002."""
MAX_RUNNING = 100
"""Requests that run at once."""
QUEUE_SECONDS = 60.0
"""A callback that waited longer is dropped and reported as 15002."""


class Notifier(Protocol):
    """What sends one callback: `AppClient`."""

    async def notify(
        self, url: str, method: Method, parameters: Parameters, *, cookies: CookieJar | None = None
    ) -> Fetched: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A request whose answer nobody waits for. Those of one `call_sid` are sent in order."""

    call_sid: CallSid
    url: str = field(repr=False)
    parameters: Parameters = field(repr=False)
    method: Method = "POST"
    cookies: CookieJar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackProblem:
    """A callback that did not arrive, for log and notification. `failure` has the answer, if one came."""

    code: int
    level: Literal["error", "warning"]
    message: str
    callback: Callback
    failure: FetchFailed | None = None


@dataclass(frozen=True, slots=True)
class _Waiting:
    callback: Callback
    since: float


class Delivery:
    """Owns the tasks that send callbacks. Made and closed by whoever runs the server; `post` never waits."""

    def __init__(
        self,
        client: Notifier,
        clock: Clock,
        report: Callable[[CallbackProblem], None],
        *,
        max_waiting: int = MAX_WAITING,
        max_running: int = MAX_RUNNING,
        queue_seconds: float = QUEUE_SECONDS,
    ) -> None:
        self._client = client
        self._clock = clock
        self._report = report
        self._max_waiting = max_waiting
        self._queue_seconds = queue_seconds
        self._running = asyncio.Semaphore(max_running)
        self._lanes: dict[CallSid, deque[_Waiting]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._closed = False

    @property
    def waiting_count(self) -> int:
        """Callbacks posted and not yet begun."""
        return self._waiting

    def post(self, callback: Callback) -> None:
        """Take a callback; it is reported, not raised, when it cannot be sent."""
        if self._closed:
            self._drop(callback, "the server is stopping")
            return
        if self._waiting >= self._max_waiting:
            self._drop(callback, f"{self._max_waiting} callbacks are waiting already")
            return
        self._waiting += 1
        waiting = _Waiting(callback, self._clock.now())
        lane = self._lanes.get(callback.call_sid)
        if lane is not None:
            lane.append(waiting)
            return
        self._lanes[callback.call_sid] = deque([waiting])
        task = asyncio.get_running_loop().create_task(self._empty(callback.call_sid))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, grace_seconds: float) -> None:
        """Take no more, send what waits for at most `grace_seconds`, then give up and report the rest."""
        self._closed = True
        if self._tasks:
            everything = asyncio.gather(*self._tasks, return_exceptions=True)
            try:
                await wait_for(self._clock, everything, grace_seconds)
            except TimeoutError:
                pass
        for lane in list(self._lanes.values()):
            while lane:
                self._waiting -= 1
                self._drop(lane.popleft().callback, "the server stopped before it was sent")
        self._lanes.clear()

    async def _empty(self, call_sid: CallSid) -> None:
        """Send what is in a lane, oldest first, until it is empty."""
        lane = self._lanes[call_sid]
        try:
            while lane:
                async with self._running:
                    waiting = lane.popleft()
                    self._waiting -= 1
                    await self._send(waiting)
        finally:
            if not lane:
                self._lanes.pop(call_sid, None)

    async def _send(self, waiting: _Waiting) -> None:
        callback = waiting.callback
        if self._clock.now() - waiting.since > self._queue_seconds:
            self._drop(callback, f"it waited for more than {self._queue_seconds:g} s")
            return
        try:
            await self._client.notify(callback.url, callback.method, callback.parameters, cookies=callback.cookies)
        except FetchFailed as failure:
            self._report(_problem(callback, failure))
        except asyncio.CancelledError:
            self._drop(callback, "the server stopped while it was being sent")
            raise
        except Exception as error:  # a fault of ours must not silence the call's later callbacks
            message = f"callback not sent: {type(error).__name__}: {error}"
            self._report(_internal(callback, message))

    def _drop(self, callback: Callback, reason: str) -> None:
        message = f"callback not sent: {reason}"
        self._report(
            CallbackProblem(code=FailureCode.CALLBACK_QUEUE, level="error", message=message, callback=callback)
        )


def _internal(callback: Callback, message: str) -> CallbackProblem:
    return CallbackProblem(code=FailureCode.CALLBACK_INTERNAL, level="error", message=message, callback=callback)


def _problem(callback: Callback, failure: FetchFailed) -> CallbackProblem:
    """An answer 4xx or 5xx is the warning 15003 (SB-04); what went wrong below HTTP keeps its own code."""
    answered_error = failure.status is not None and failure.status >= 400
    return CallbackProblem(
        code=FailureCode.CALLBACK_ANSWERED_ERROR if answered_error else failure.code,
        level="warning" if answered_error else "error",
        message=failure.message,
        callback=callback,
        failure=failure,
    )
