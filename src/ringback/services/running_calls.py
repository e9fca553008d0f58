"""Every call of this process that is not over, by SID: inbound, made over REST, dialled, and applications.

Each call that runs documents has a task of its own here, so that one place ends all calls when the server stops.
"""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any, Protocol

import structlog

from ringback.call.live_call import LiveCall
from ringback.clock import Clock, wait_for
from ringback.interpreter.call_documents import First
from ringback.interpreter.source import Fallback
from ringback.model.sid import CallSid

logger = structlog.get_logger(__name__)

LAST_REQUESTS_SECONDS = 5.0
"""After a call was ended at shut-down, for the requests that Twilio still sends (A-02)."""
HURRIED_SECONDS = 0.5


class RunningDocuments(Protocol):
    """Whatever runs the documents of a call: `call_run.CallRun`, or the documents of a dialled application."""

    def redirect(self, first: First, *, fallback: Fallback | None = None) -> None: ...


class RunningCalls:
    """Implements `call.live_call.CallRegister`. A call that has finished is not found, and forgotten by and by."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: dict[CallSid, LiveCall] = {}
        self._documents: dict[CallSid, RunningDocuments] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._forget_at = 64

    # -- who is there ---------------------------------------------------------------------------------------------

    def enter(self, live: LiveCall) -> None:
        self._calls[live.info.call_sid] = live
        if len(self._calls) >= self._forget_at:
            self._calls = {sid: call for sid, call in self._calls.items() if not call.has_finished}
            self._forget_at = max(64, 2 * len(self._calls))

    def find(self, call_sid: str) -> LiveCall | None:
        """None for a call that is over, and for one that nobody has heard of here."""
        live = self._calls.get(CallSid(call_sid))
        return live if live is not None and not live.has_finished else None

    def of_account(self, account_sid: str) -> Sequence[LiveCall]:
        return [live for live in self._live() if live.info.account_sid == account_sid]

    def __len__(self) -> int:
        return sum(1 for _ in self._live())

    # -- what runs on them ----------------------------------------------------------------------------------------

    def documents(self, call_sid: str) -> RunningDocuments | None:
        """None: nothing of its own runs on the call, which belongs to the `<Dial>` that rang it."""
        return self._documents.get(CallSid(call_sid))

    def enter_documents(self, call_sid: CallSid, documents: RunningDocuments) -> None:
        self._documents[call_sid] = documents

    def leave_documents(self, call_sid: CallSid) -> None:
        self._documents.pop(call_sid, None)

    @property
    def task_count(self) -> int:
        """Calls that run documents of their own, or still write down how they ended."""
        return len(self._tasks)

    def start(self, call_sid: CallSid, work: Coroutine[Any, Any, None]) -> None:
        """See a call through, in a task of its own. One that fails ends itself and no other."""
        task = asyncio.get_running_loop().create_task(work, name=call_sid)
        self._tasks.add(task)
        task.add_done_callback(self._forget)

    # -- the end --------------------------------------------------------------------------------------------------

    async def finish(self, grace_seconds: float, hurry: asyncio.Event) -> None:
        """Let running calls end by themselves for that long, or until `hurry` is set, then end them.

        Returns when none is left.
        """
        if self._tasks and grace_seconds > 0 and not hurry.is_set():
            try:
                await wait_for(self._clock, self._ended_or(hurry), grace_seconds)
            except TimeoutError:
                logger.info("grace time is over; running calls are ended", calls=len(self))
        for live in list(self._live()):
            live.terminate("completed")
        await self._finish_ended(HURRIED_SECONDS if hurry.is_set() else LAST_REQUESTS_SECONDS)

    async def _finish_ended(self, seconds: float) -> None:
        """The calls are over; what they still owe their apps gets this long, then their tasks are cancelled."""
        try:
            await wait_for(self._clock, self._all_ended(), seconds)
        except TimeoutError:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _all_ended(self) -> None:
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _ended_or(self, hurry: asyncio.Event) -> None:
        hurried = asyncio.ensure_future(hurry.wait())
        ended = asyncio.ensure_future(self._all_ended())
        try:
            await asyncio.wait({hurried, ended}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            hurried.cancel()
            ended.cancel()

    def _live(self) -> Iterator[LiveCall]:
        return (live for live in self._calls.values() if not live.has_finished)

    def _forget(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            logger.error("a call failed and was ended", call_sid=task.get_name(), exc_info=problem)
