"""The documents of one call, one run of them after the other: the call may be moved at any moment (L-01, L-02)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from ringback.call.control import MovableCall
from ringback.clock import Clock, wait_for
from ringback.interpreter.document import LoadedDocument
from ringback.interpreter.interpreter import Interpreter
from ringback.interpreter.source import DocumentRequest, Fallback

OWED_SECONDS = 3.0
"""How long the new document waits for the answer to the action of the verb that was interrupted. It is told first,
and a slow app does not keep the caller in silence."""

First = DocumentRequest | LoadedDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    first: First
    fallback: Fallback | None


class CallDocuments:
    """Runs documents until the call is over. `interpreter` makes the interpreter of one run, with its fallback."""

    def __init__(
        self,
        *,
        call: MovableCall,
        interpreter: Callable[[Fallback | None], Interpreter],
        fallback: Fallback | None,
        clock: Clock,
    ) -> None:
        self._call = call
        self._interpreter = interpreter
        self._fallback = fallback
        self._clock = clock
        self._next: _Step | None = None
        self._asking: set[asyncio.Task[None]] = set()

    async def run(self, first: First) -> None:
        """Return when the call is over. May be cancelled at any moment; then the call is left as it is."""
        if self._next is None:
            self._next = _Step(first=first, fallback=self._fallback)
        await self._call.released()
        try:
            while (step := self._next) is not None:
                self._next = None
                self._call.resume()
                if self._call.has_ended:
                    break
                interpreter = self._interpreter(step.fallback)
                await interpreter.run(step.first)
                await self._ask_what_is_owed(interpreter)
            await asyncio.gather(*self._asking)
        finally:
            for task in self._asking:
                task.cancel()

    def redirect(self, first: First, *, fallback: Fallback | None = None) -> None:
        """Stop what runs and run this instead; of several in a row the last one counts.

        Without a fallback of its own the call keeps the one that it has.
        """
        self._fallback = fallback or self._fallback
        self._next = _Step(first=first, fallback=self._fallback)
        self._call.move()

    async def _ask_what_is_owed(self, interpreter: Interpreter) -> None:
        task = asyncio.ensure_future(interpreter.ask_what_is_owed())
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        try:
            await wait_for(self._clock, asyncio.wait({task}), OWED_SECONDS)
        except TimeoutError:
            return
