"""As much of a call as the document of an announcement needs: it may say, play, pause and redirect (twiml.md 19)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

from ringback.call.conference_request import AnnounceDocument
from ringback.call.control import CallControl, CallEnded, CallInfo, MediaUnavailable, Prompt
from ringback.clock import Clock
from ringback.model.call_status import CallStatus

OVER = "The call or the conference was over before."


class Announcer:
    """What its document plays is heard where `play` lets it be heard, until `over` is done.

    To the document it is the call of `speaker`, so requests speak of that one. `failure` is what of it could not be
    had, the last of it.
    """

    def __init__(
        self,
        speaker: CallControl,
        *,
        play: Callable[[Prompt], Awaitable[None]],
        over: "asyncio.Future[Any]",
        clock: Clock,
    ) -> None:
        self._speaker = speaker
        self._play = play
        self._over = over
        self._clock = clock
        self.failure: str | None = None

    async def run(self, document: AnnounceDocument) -> str | None:
        """Why the document, or something in it, could not be had; None where everything was heard."""
        work = asyncio.ensure_future(document(cast(CallControl, self)))
        try:
            await asyncio.wait([work, self._over], return_when=asyncio.FIRST_COMPLETED)
            return (work.result() or self.failure) if work.done() else OVER
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    @property
    def info(self) -> CallInfo:
        return self._speaker.info

    @property
    def status(self) -> CallStatus:
        return self._speaker.status

    @property
    def is_answered(self) -> bool:
        return True

    @property
    def is_moved(self) -> bool:
        return False

    @property
    def has_ended(self) -> bool:
        return self._over.done()

    async def wait_over(self) -> None:
        await asyncio.wait([self._over])

    async def answer(self) -> None:
        """It was answered long ago."""

    async def send_digits(self, digits: str) -> None:
        """Keys are no sound; nobody in a room takes them."""

    async def play(self, prompt: Prompt) -> None:
        try:
            await self._while_on(self._play(prompt))
        except MediaUnavailable as problem:
            self.failure = problem.message
            raise

    async def pause(self, seconds: float) -> None:
        await self._while_on(self._clock.sleep(seconds))

    async def _while_on(self, awaitable: Awaitable[None]) -> None:
        """Raises `CallEnded` when the announcement is over before that is."""
        work = asyncio.ensure_future(awaitable)
        try:
            await asyncio.wait([work, self._over], return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                raise CallEnded
            work.result()
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
