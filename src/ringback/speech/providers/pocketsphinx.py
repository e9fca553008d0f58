"""English speech recognition by pocketsphinx: in this process, offline, with the model that its wheel contains.

Hints become a grammar (JSGF). What was said is first held against the grammar, which takes a few milliseconds; if no
hint fits well, against the language model at large. The decoder is one for all sessions and works on whole utterances,
so a session collects audio and has no partial results.
"""

import re
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pocketsphinx import Decoder

from ringback.speech.errors import LanguageNotAvailable, SpeechFailed
from ringback.speech.language import nearest_language, primary
from ringback.speech.recognizer import MAX_SECONDS, RATE_HZ, Partial, Recognised

MAX_HINTS = 500
"""Twilio's limit for `hints` (twiml.md 5.1); more are not heard."""
GRAMMAR_ACCEPTED = 0.62
"""Score per frame from which a hint counts as said: hints that were said score over 0.70, other words below 0.58."""
MIN_SECONDS = 0.1
MIN_LEVEL = 100.0
"""Root mean square, of 32768, of the loudest 100 ms: below it nobody spoke (-50 dBFS)."""

_SAMPLES = npt.NDArray[np.float32]
_MAX_BYTES = MAX_SECONDS * RATE_HZ * 2
_FREE_SPEECH = "_default"
_NOTHING = Recognised(text="", confidence=0.0)
_WORD = re.compile(r"[a-z0-9'-]+")
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class PocketsphinxRecognizer:
    """A `Recognizer` for English. Decodes one utterance at a time, several times as fast as speech."""

    languages = frozenset({"en-US"})

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._decoder: Any = None

    def session(self, language: str, hints: Sequence[str] = ()) -> "PocketsphinxSession":
        """Raises `LanguageNotAvailable` for anything but English."""
        if nearest_language(language, self.languages) is None or primary(language) != "en":
            raise LanguageNotAvailable(language)
        return PocketsphinxSession(self, tuple(hints[:MAX_HINTS]))

    def recognise(self, pcm: bytes, hints: Sequence[str]) -> Recognised:
        """What 8 kHz samples say. Raises `SpeechFailed`."""
        if not _has_voice(pcm):
            return _NOTHING
        samples = _upsampled(pcm)
        try:
            with self._lock:
                if self._decoder is None:
                    self._decoder = Decoder(loglevel="FATAL")
                return self._decode(samples, hints)
        except RuntimeError as error:
            raise SpeechFailed(f"pocketsphinx failed: {error}") from error

    def _decode(self, samples: bytes, hints: Sequence[str]) -> Recognised:
        phrases = [phrase for phrase in map(_spoken_form, hints) if self._knows(phrase)]
        if phrases:
            self._decoder.add_jsgf_string("hints", grammar(phrases))
            heard = self._search("hints", samples)
            if heard.confidence is not None and heard.confidence >= GRAMMAR_ACCEPTED:
                return heard
        return self._search(_FREE_SPEECH, samples)

    def _knows(self, phrase: str) -> bool:
        """Whether the dictionary can pronounce every word; a hint it cannot pronounce cannot be listened for."""
        return bool(phrase) and all(self._decoder.lookup_word(word) for word in phrase.split())

    def _search(self, name: str, samples: bytes) -> Recognised:
        decoder = self._decoder
        decoder.activate_search(name)
        decoder.start_utt()
        try:
            decoder.process_raw(samples, full_utt=True)
        finally:
            decoder.end_utt()
        found = decoder.hyp()
        if found is None or not found.hypstr:
            return _NOTHING
        return Recognised(text=found.hypstr, confidence=min(1.0, max(0.0, float(found.best_score))))


class PocketsphinxSession:
    """Collects one utterance, at most `MAX_SECONDS` of it."""

    def __init__(self, recognizer: PocketsphinxRecognizer, hints: tuple[str, ...]) -> None:
        self._recognizer = recognizer
        self._hints = hints
        self._pcm = bytearray()

    def feed(self, pcm: bytes) -> Partial | None:
        """Keep the audio; there are no partial results."""
        self._pcm += pcm[: max(0, _MAX_BYTES - len(self._pcm))]
        return None

    def finish(self) -> Recognised:
        """Decode all of it. Raises `SpeechFailed`."""
        pcm = bytes(self._pcm[: len(self._pcm) & ~1])
        if len(pcm) < MIN_SECONDS * RATE_HZ * 2:
            return _NOTHING
        return self._recognizer.recognise(pcm, self._hints)


def grammar(phrases: Sequence[str]) -> str:
    """A JSGF grammar of which each phrase is one sentence."""
    choices = " | ".join(f"( {phrase} )" for phrase in phrases)
    return f"#JSGF V1.0;\ngrammar hints;\npublic <hint> = {choices} ;\n"


def _spoken_form(hint: str) -> str:
    """A hint as lower-case words with the digits spelled out; empty for a class token such as `$OOV_CLASS_DIGIT`."""
    if "$" in hint:
        return ""
    spelled = "".join(f" {_DIGITS[int(sign)]} " if sign in "0123456789" else sign for sign in hint.lower())
    return " ".join(word.strip("-'") for word in _WORD.findall(spelled)).strip()


def _has_voice(pcm: bytes) -> bool:
    """The model hears words in silence, so silence is not shown to it."""
    frame = RATE_HZ // 10
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    return bool(len(frames)) and float(np.sqrt((frames**2).mean(axis=1)).max()) >= MIN_LEVEL


def _upsampled(pcm: bytes) -> bytes:
    """8 kHz to the 16 kHz of the model: every second sample is new, low-passed at 4 kHz (windowed sinc, 63 taps)."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float32)
    stuffed: _SAMPLES = np.zeros(2 * len(samples), np.float32)
    stuffed[::2] = samples
    kernel = np.sinc(np.arange(-31, 32) / 2) * np.hamming(63)
    return np.convolve(stuffed, kernel, "same").clip(-32768, 32767).astype("<i2").tobytes()
