"""What a caller's script says, as `<Gather input="speech">` understands it: word for word, and in virtual time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from ringback.call.listen_request import (
    ListeningFailed,
    ListenRequest,
    SpeechBegan,
    SpeechEnded,
    SpeechNews,
    SpeechPartial,
    SpeechStream,
)
from ringback.testing.virtual_call import VirtualCall

CONFIDENCE = 0.95
LANGUAGE_NOT_AVAILABLE = 13331


@contextlib.asynccontextmanager
async def listen(call: VirtualCall, request: ListenRequest) -> AsyncIterator[SpeechStream]:
    """Every language that has a name is understood; `xx` is not, for tests of G-17."""
    if request.language.lower().startswith("xx"):
        raise ListeningFailed(LANGUAGE_NOT_AVAILABLE, f"speech in {request.language!r} cannot be recognised here")
    stream = _VirtualSpeech(call)
    task = asyncio.ensure_future(stream.follow(request))
    try:
        yield stream
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class _VirtualSpeech:
    def __init__(self, call: VirtualCall) -> None:
        self._call = call
        self._news: asyncio.Queue[SpeechNews] = asyncio.Queue()
        now = call.world.elapsed()
        self._heard = sum(until <= now for _, until, _ in call.sayings)

    async def next(self) -> SpeechNews:
        return await self._call.while_up(self._news.get())

    async def follow(self, request: ListenRequest) -> None:
        """Utterance after utterance; what is said again before the silence is over belongs to the same one."""
        while True:
            await self._something_said()
            began = max(self._call.world.elapsed(), self._call.sayings[self._heard][0])
            self._news.put_nowait(SpeechBegan())
            words: list[str] = []
            while self._heard < len(self._call.sayings):
                _, until, text = self._call.sayings[self._heard]
                self._heard += 1
                words.append(text)
                latest = began + request.max_seconds
                await self._wait_until(min(until, latest))
                if request.partials:
                    self._news.put_nowait(SpeechPartial(text=" ".join(words)))
                await self._wait_until(min(until + request.silence_seconds, latest), or_said=True)
                if self._call.world.elapsed() >= latest:
                    break
            self._news.put_nowait(SpeechEnded(text=" ".join(words), confidence=CONFIDENCE))

    async def _something_said(self) -> None:
        while self._heard >= len(self._call.sayings):
            self._call.said.clear()
            await self._call.said.wait()

    async def _wait_until(self, at: float, *, or_said: bool = False) -> None:
        pause = asyncio.ensure_future(self._call.world.clock.sleep(max(0.0, at - self._call.world.elapsed())))
        said = asyncio.ensure_future(self._something_said() if or_said else asyncio.Event().wait())
        try:
            await asyncio.wait({pause, said}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            pause.cancel()
            said.cancel()
            await asyncio.gather(pause, said, return_exceptions=True)
