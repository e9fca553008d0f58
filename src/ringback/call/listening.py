"""Speech of a caller turned into words: the audio of a leg, cut into utterances, given to a recogniser in a thread."""

import asyncio
import contextlib
from collections.abc import AsyncIterable, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import Literal, Protocol, TypeVar

from ringback.call.listen_request import (
    ListeningFailed,
    ListenRequest,
    SpeechBegan,
    SpeechEnded,
    SpeechNews,
    SpeechPartial,
)
from ringback.speech.errors import LanguageNotAvailable, SpeechFailed
from ringback.speech.recognizer import Recognizer, RecognizerSession
from ringback.speech.utterance import UtteranceBegan, UtteranceDetector, UtteranceEnded, UtteranceWentOn

T = TypeVar("T")

LANGUAGE_NOT_AVAILABLE = 13331
RECOGNISER_FAILED = 13340
MAX_THREADS = 8
"""Utterances that may wait for a recogniser at a time."""


class TappedAudio(Protocol):
    """A leg whose audio can be heard as 8 kHz samples: `media.leg.MediaLeg`."""

    def tap(self, what: Literal["received", "sent"]) -> "AbstractAsyncContextManager[AsyncIterable[bytes]]": ...


class Hearing:
    """Listens for all calls of a server."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._threads = ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="ringback-hearing")

    @contextlib.asynccontextmanager
    async def listen(self, audio: TappedAudio, request: ListenRequest) -> "AsyncIterator[HeardSpeech]":
        """Listen from now until the context ends. Raises `ListeningFailed` at once for a language nobody knows
        (G-17)."""
        self._session(request)
        async with audio.tap("received") as frames:
            heard = HeardSpeech()
            task = asyncio.ensure_future(self._hear(frames, request, heard))
            try:
                yield heard
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def transcribe(self, pcm: bytes, language: str) -> str:
        """All of a recording as words. Raises `ListeningFailed`."""
        session = self._session(ListenRequest(language=language))
        await self._in_thread(session.feed, pcm)
        return (await self._in_thread(session.finish)).text

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._recognizer.close()

    async def _hear(self, frames: AsyncIterable[bytes], request: ListenRequest, heard: "HeardSpeech") -> None:
        """Read until cancelled or until the leg is closed; a failure goes to whoever waits for the next news."""
        detector = UtteranceDetector(silence_seconds=request.silence_seconds, max_seconds=request.max_seconds)
        session: RecognizerSession | None = None
        try:
            async for pcm in frames:
                spoken = bytearray()
                for event in detector.feed(pcm):
                    match event:
                        case UtteranceBegan():
                            session = self._session(request)
                            heard.put(SpeechBegan())
                            spoken = bytearray(event.audio)
                        case UtteranceWentOn():
                            spoken += event.audio
                        case UtteranceEnded() if session is not None:
                            await self._in_thread(session.feed, bytes(spoken))
                            result = await self._in_thread(session.finish)
                            heard.put(SpeechEnded(text=result.text, confidence=result.confidence))
                            session, spoken = None, bytearray()
                if session is not None and spoken:
                    partial = await self._in_thread(session.feed, bytes(spoken))
                    if partial is not None:
                        heard.put(SpeechPartial(text=partial.text))
        except ListeningFailed as failure:
            heard.put(failure)

    def _session(self, request: ListenRequest) -> RecognizerSession:
        try:
            return self._recognizer.session(request.language, request.hints, partials=request.partials)
        except LanguageNotAvailable as problem:
            language = problem.language[:40]
            message = f"speech in {language!r} cannot be recognised here"
            raise ListeningFailed(LANGUAGE_NOT_AVAILABLE, message) from problem

    async def _in_thread(self, work: Callable[..., T], *arguments: bytes) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)
        except SpeechFailed as failure:
            raise ListeningFailed(RECOGNISER_FAILED, failure.message) from failure


class HeardSpeech:
    """The news of one listening, in order."""

    def __init__(self) -> None:
        self._news: asyncio.Queue[SpeechNews | ListeningFailed] = asyncio.Queue()

    def put(self, news: SpeechNews | ListeningFailed) -> None:
        self._news.put_nowait(news)

    async def next(self) -> SpeechNews:
        news = await self._news.get()
        if isinstance(news, ListeningFailed):
            raise news
        return news
