"""What is said on a call, in words, while it is said: one listener for each side, until the call ends or it is stopped.

It runs beside whatever verb the call is in, and beside recordings (twiml.md 15.3).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import structlog

from ringback.call.listen_request import ListeningFailed, ListenRequest, SpeechEnded, SpeechPartial
from ringback.call.listening import Hearing, TappedAudio
from ringback.media.errors import MediaError

logger = structlog.get_logger(__name__)

INTERNAL_FAILURE = 12400

SILENCE_SECONDS = 0.8
"""A pause that ends a final transcript."""
MAX_SECONDS = 30.0
"""Longest speech in one final transcript."""

Track = Literal["inbound_track", "outbound_track"]
SIDES: dict[Track, Literal["received", "sent"]] = {"inbound_track": "received", "outbound_track": "sent"}
"""Inbound is what we hear from the phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptionRequest:
    """Whom to listen to, and in which language; `hints` are phrases that are likely."""

    tracks: tuple[Track, ...] = ("inbound_track", "outbound_track")
    language: str = "en-US"
    hints: tuple[str, ...] = ()
    partials: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """Words of one side; a partial one may change yet."""

    track: Track
    text: str
    is_final: bool
    confidence: float | None = None


class TranscriptionTold(Protocol):
    """Who is told; never waits. After `stopped` or `failed` nothing follows."""

    def heard(self, transcript: Transcript) -> None: ...

    def failed(self, code: int, message: str) -> None: ...

    def stopped(self) -> None: ...


class LiveTranscription:
    """Begins at once. `is_private` says that what is heard now may be kept nowhere (PAY-04)."""

    def __init__(
        self,
        *,
        audio: TappedAudio,
        call_ended: "asyncio.Future[Any]",
        hearing: Hearing,
        request: TranscriptionRequest,
        told: TranscriptionTold,
        is_private: Callable[[], bool],
    ) -> None:
        self._audio = audio
        self._hearing = hearing
        self._request = request
        self._told = told
        self._is_private = is_private
        self._call_ended = call_ended
        self._stop = asyncio.Event()
        self._task = asyncio.ensure_future(self._run())
        self._task.add_done_callback(_log_failure)

    def stop(self) -> None:
        """Listen no more; what is being said is lost. Again: nothing."""
        self._stop.set()

    async def finished(self) -> None:
        """Return when it is over."""
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        listeners = [asyncio.ensure_future(self._listen(track)) for track in self._request.tracks]
        stop = asyncio.ensure_future(self._stop.wait())
        try:
            ends: list[asyncio.Future[Any]] = [*listeners, stop, self._call_ended]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*listeners, stop):
                task.cancel()
            results = await asyncio.gather(*listeners, return_exceptions=True)
        failures = [result for result in results if isinstance(result, Exception) and not self._is_end_of_call(result)]
        if failures:
            self._told.failed(*_code_and_message(failures[0]))
        else:
            self._told.stopped()

    def _is_end_of_call(self, result: object) -> bool:
        """The leg was closed in the moment in which we began to hear it."""
        return isinstance(result, MediaError) and self._call_ended.done()

    async def _listen(self, track: Track) -> None:
        """Until cancelled, or until nobody can listen any more."""
        request = ListenRequest(
            language=self._request.language,
            hints=self._request.hints,
            silence_seconds=SILENCE_SECONDS,
            max_seconds=MAX_SECONDS,
            partials=self._request.partials,
        )
        was_private = False
        async with self._hearing.listen(self._audio, request, SIDES[track]) as heard:
            while True:
                news = await heard.next()
                was_private = was_private or self._is_private()
                match news:
                    case SpeechPartial() if self._request.partials and not was_private:
                        self._told.heard(Transcript(track=track, text=news.text, is_final=False))
                    case SpeechEnded():
                        if news.text and not was_private:
                            final = Transcript(track=track, text=news.text, is_final=True, confidence=news.confidence)
                            self._told.heard(final)
                        was_private = False


def _code_and_message(failure: Exception) -> tuple[int, str]:
    if isinstance(failure, ListeningFailed):
        return failure.code, failure.message
    logger.error("a transcription of a call failed", exc_info=failure)
    return INTERNAL_FAILURE, "a fault of the server ended the transcription"


def _log_failure(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (problem := task.exception()) is not None:
        logger.error("a transcription of a call failed", exc_info=problem)
