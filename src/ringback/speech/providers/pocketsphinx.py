"""English speech recognition by pocketsphinx: offline, with the model that its wheel contains.

The decoders run in processes of their own (`pocketsphinx_worker` says why), at most `MAX_DECODERS` of about 130 MB
each,
which begin with the first session. A session collects one utterance; each result comes from decoding what there is
of it.
"""

import multiprocessing
import threading
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, CancelledError, ProcessPoolExecutor

from ringback.speech.errors import LanguageNotAvailable, SpeechFailed
from ringback.speech.language import nearest_language, primary
from ringback.speech.providers import pocketsphinx_worker as worker
from ringback.speech.recognizer import MAX_SECONDS, RATE_HZ, Partial, Recognised

MAX_HINTS = 500
"""Twilio's limit for `hints` (twiml.md 5.1); more are not heard."""
MAX_DECODERS = 2
"""Utterances decoded at a time; more of them wait."""
MIN_SECONDS = 0.1
FIRST_PARTIAL_SECONDS = 0.8
PARTIAL_GROWTH = 1.6
"""How much longer an utterance must have become for the next partial result: all of them cost as much as three
decodings."""
MAX_DECODING_SECONDS = 120.0

_MAX_BYTES = MAX_SECONDS * RATE_HZ * 2
_NOTHING = Recognised(text="", confidence=0.0)


class PocketsphinxRecognizer:
    """A `Recognizer` for English. Close it to end its processes."""

    languages = frozenset({"en-US"})

    def __init__(self, *, decoders: int = MAX_DECODERS) -> None:
        self._decoders = decoders
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._closed = False

    def session(self, language: str, hints: Sequence[str] = (), *, partials: bool = False) -> "PocketsphinxSession":
        """Raises `LanguageNotAvailable` for anything but English."""
        if nearest_language(language, self.languages) is None or primary(language) != "en":
            raise LanguageNotAvailable(language)
        self.warm_up()
        return PocketsphinxSession(self, tuple(hints[:MAX_HINTS]), partials=partials)

    def warm_up(self) -> None:
        """Start a decoder, if there is none, without waiting for it."""
        with self._lock:
            if self._pool is None:
                self._running().submit(worker.load)

    def recognise(self, pcm: bytes, hints: Sequence[str]) -> Recognised:
        """What 8 kHz samples say. Raises `SpeechFailed`."""
        try:
            with self._lock:
                decoding = self._running().submit(worker.recognise, pcm, tuple(hints))
            return decoding.result(MAX_DECODING_SECONDS)
        except BrokenExecutor as error:
            with self._lock:
                self._pool = None
            raise SpeechFailed("the recogniser's process has died; the next utterance starts another") from error
        except (RuntimeError, TimeoutError, CancelledError, OSError) as error:
            raise SpeechFailed(f"pocketsphinx failed: {error or type(error).__name__}") from error

    def close(self) -> None:
        """End the processes; what they are at is dropped."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def _running(self) -> ProcessPoolExecutor:
        if self._closed:
            raise RuntimeError("the recogniser is closed")
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._decoders, mp_context=multiprocessing.get_context("spawn"), initializer=worker.prepare
            )
        return self._pool


class PocketsphinxSession:
    """Collects one utterance, at most `MAX_SECONDS` of it."""

    def __init__(self, recognizer: PocketsphinxRecognizer, hints: tuple[str, ...], *, partials: bool = False) -> None:
        self._recognizer = recognizer
        self._hints = hints
        self._pcm = bytearray()
        self._next_partial = FIRST_PARTIAL_SECONDS * RATE_HZ * 2 if partials else float("inf")
        self._last = ""

    def feed(self, pcm: bytes) -> Partial | None:
        """Keep the audio; now and then decode what there is. Raises `SpeechFailed`."""
        self._pcm += pcm[: max(0, _MAX_BYTES - len(self._pcm))]
        if len(self._pcm) < self._next_partial:
            return None
        self._next_partial = len(self._pcm) * PARTIAL_GROWTH
        text = self._recognizer.recognise(self._samples(), self._hints).text
        if not text or text == self._last:
            return None
        self._last = text
        return Partial(text=text)

    def finish(self) -> Recognised:
        """Decode all of it. Raises `SpeechFailed`."""
        pcm = self._samples()
        if len(pcm) < MIN_SECONDS * RATE_HZ * 2:
            return _NOTHING
        return self._recognizer.recognise(pcm, self._hints)

    def _samples(self) -> bytes:
        return bytes(self._pcm[: len(self._pcm) & ~1])
