"""Speech of a caller turned into words: the audio of a leg, cut into utterances, given to a recogniser in a thread."""

import asyncio
import contextlib
import wave
from collections.abc import AsyncIterable, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Literal, Protocol, TypeVar

import structlog

from ringback.call.listen_request import (
    ListeningFailed,
    ListenRequest,
    SpeechBegan,
    SpeechEnded,
    SpeechNews,
    SpeechPartial,
)
from ringback.speech.errors import LanguageNotAvailable, SpeechFailed
from ringback.speech.recognizer import RATE_HZ, Recognizer, RecognizerSession
from ringback.speech.utterance import UtteranceBegan, UtteranceDetector, UtteranceEnded, UtteranceWentOn

logger = structlog.get_logger(__name__)

T = TypeVar("T")

LANGUAGE_NOT_AVAILABLE = 13331
RECOGNISER_FAILED = 13340
TRANSCRIBED_LANGUAGE = "en-US"  # twiml.md 6.1
MAX_TRANSCRIBED_SECONDS = 120
PAUSE_SECONDS = 0.6
LONGEST_DECODED_SECONDS = 15.0
MAX_THREADS = 8
"""Utterances that may wait for a recogniser at a time."""


class TappedAudio(Protocol):
    """A leg whose audio can be heard as 8 kHz samples: `media.leg.MediaLeg`."""

    def tap(self, what: Literal["received", "sent"]) -> "AbstractAsyncContextManager[AsyncIterable[bytes]]": ...


class Hearing:
    """Listens for all calls of a server."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._transcribing: set[asyncio.Task[str | None]] = set()
        self._threads = ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="ringback-hearing")

    @contextlib.asynccontextmanager
    async def listen(
        self, audio: TappedAudio, request: ListenRequest, what: Literal["received", "sent"] = "received"
    ) -> "AsyncIterator[HeardSpeech]":
        """Listen from now until the context ends, to one side of a leg. Raises `ListeningFailed` at once for a language
        nobody knows (G-17)."""
        self._session(request)
        async with audio.tap(what) as frames:
            heard = HeardSpeech()
            task = asyncio.ensure_future(self._hear(frames, request, heard))
            try:
                yield heard
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    def check(self, language: str) -> None:
        """Raises `ListeningFailed` for a language that nobody knows here."""
        self._session(ListenRequest(language=language))

    def transcribe(self, recording: Path, then: Callable[[str | None], None]) -> None:
        """The words of a WAV of one channel, in the background; None if they cannot be found out."""
        task = asyncio.ensure_future(self._transcribe(recording))

        def done(task: "asyncio.Task[str | None]") -> None:
            self._transcribing.discard(task)
            then(None if task.cancelled() else task.result())

        self._transcribing.add(task)
        task.add_done_callback(done)

    def close(self) -> None:
        """What is being transcribed has failed."""
        for task in self._transcribing:
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._recognizer.close()

    async def _transcribe(self, recording: Path) -> str | None:
        try:
            pcm = await asyncio.to_thread(_samples_of, recording)
            texts = [await self._text_of(audio) for audio in utterances(pcm)]
        except (ListeningFailed, OSError, EOFError, wave.Error) as problem:
            logger.warning("a recording cannot be transcribed", recording=recording.name, problem=str(problem))
            return None
        return " ".join(text for text in texts if text)

    async def _text_of(self, audio: bytes) -> str:
        session = self._session(ListenRequest(language=TRANSCRIBED_LANGUAGE))
        await self._in_thread(session.feed, audio)
        return (await self._in_thread(session.finish)).text

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


def utterances(pcm: bytes) -> list[bytes]:
    """What is said in a recording, cut at pauses, so that no decoding is long."""
    detector = UtteranceDetector(silence_seconds=PAUSE_SECONDS, max_seconds=LONGEST_DECODED_SECONDS)
    found: list[bytearray] = []
    for event in detector.feed(pcm + bytes(round((PAUSE_SECONDS + 0.2) * RATE_HZ) * 2)):
        match event:
            case UtteranceBegan():
                found.append(bytearray(event.audio))
            case UtteranceWentOn():
                found[-1] += event.audio
    return [bytes(audio) for audio in found]


def _samples_of(recording: Path) -> bytes:
    with wave.open(str(recording), "rb") as source:
        if source.getframerate() != RATE_HZ or source.getnchannels() != 1 or source.getsampwidth() != 2:
            raise wave.Error("only 8 kHz mono of 16 bits is transcribed")
        return source.readframes(MAX_TRANSCRIBED_SECONDS * RATE_HZ)


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
