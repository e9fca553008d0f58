"""What runs in a recogniser's process: one decoder, one utterance at a time.

The decoder keeps Python's lock for as long as it decodes, one or two seconds for a sentence; in the server's own
process that would hold up every call. What was said is first held against a grammar of the hints, which takes some
hundredths of a second. If no hint fits, the language model at large writes down what it hears, and each hint that
the keyword spotter finds in the same audio takes the place of what was written there.
"""

import contextlib
import functools
import multiprocessing
import os
import re
import signal
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pocketsphinx import Decoder

from ringback.speech.recognizer import RATE_HZ, Recognised

GRAMMAR_ACCEPTED = 0.62
"""Score per frame from which a hint counts as said: hints that were said score over 0.65, most other words below
0.60."""
LONGEST_SOUND_SECONDS, LONGEST_EXTRA_SECONDS = 0.18, 0.35
"""A hint that was said alone takes no longer than so much for each of its sounds, and so much more."""
SPOTTED_PER_WORD = 8
"""Sharpness of the keyword spotter: 10 to the power of minus this and four, for each word."""
MIN_LEVEL = 100.0
"""Root mean square, of 32768, of the loudest 100 ms: below it nobody spoke (-50 dBFS)."""
NICENESS = 5

_SAMPLES = npt.NDArray[np.float32]
_FREE_SPEECH = "_default"
_NOTHING = Recognised(text="", confidence=0.0)
_WORD = re.compile(r"[a-z0-9'-]+")
_ALTERNATIVE = re.compile(r"\(\d+\)$")
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """Words with the frames they lie in."""

    text: str
    start: int
    end: int


def prepare() -> None:
    """Called once in a new process: it ends with its parent, leaves signals to it, and lets the calls go first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def load() -> None:
    """Read the model, so that the first utterance does not wait for it."""
    _decoder()


def recognise(pcm: bytes, hints: Sequence[str]) -> Recognised:
    """What 8 kHz samples say. Raises `RuntimeError`."""
    if not has_voice(pcm):
        return _NOTHING
    decoder, samples = _decoder(), _upsampled(pcm)
    phrases = [phrase for phrase in map(spoken_form, hints) if _knows(decoder, phrase)]
    if phrases:
        decoder.add_jsgf_string("hints", grammar(phrases))
        heard, _ = _search(decoder, "hints", samples)
        if (heard.confidence or 0.0) >= GRAMMAR_ACCEPTED and _could_be_all(decoder, heard.text, pcm):
            return heard
    free, written = _search(decoder, _FREE_SPEECH, samples)
    if not phrases:
        return free
    spotted = _spotted(decoder, phrases, samples)
    if not spotted:
        return free
    text = with_spotted([(word.text, word.start, word.end) for word in written], spotted)
    return Recognised(text=text, confidence=free.confidence)


def with_spotted(written: Sequence[tuple[str, int, int]], spotted: Sequence[tuple[str, int, int]]) -> str:
    """The words that were written, each (text, first frame, last frame), with what was spotted in their place."""
    words = list(written)
    for phrase, start, end in sorted(spotted, key=lambda found: found[1]):
        kept = [word for word in words if (word[1] + word[2]) / 2 < start or (word[1] + word[2]) / 2 > end]
        words = sorted([*kept, (phrase, start, end)], key=lambda word: word[1])
    return " ".join(text for text, _, _ in words if text)


def grammar(phrases: Sequence[str]) -> str:
    """A JSGF grammar of which each phrase is one sentence."""
    choices = " | ".join(f"( {phrase} )" for phrase in phrases)
    return f"#JSGF V1.0;\ngrammar hints;\npublic <hint> = {choices} ;\n"


def spoken_form(hint: str) -> str:
    """A hint as lower-case words with the digits spelled out; empty for a class token such as `$OOV_CLASS_DIGIT`."""
    if "$" in hint:
        return ""
    spelled = "".join(f" {_DIGITS[int(sign)]} " if sign in "0123456789" else sign for sign in hint.lower())
    return " ".join(word.strip("-'") for word in _WORD.findall(spelled)).strip()


def has_voice(pcm: bytes) -> bool:
    """The model hears words in silence, so silence is not shown to it."""
    frame = RATE_HZ // 10
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    return bool(len(frames)) and float(np.sqrt((frames**2).mean(axis=1)).max()) >= MIN_LEVEL


@functools.cache
def _decoder() -> Any:
    """The one of this process."""
    return Decoder(loglevel="FATAL")


def _leave_with(parent: Any) -> None:
    parent.join()
    os._exit(0)


def _knows(decoder: Any, phrase: str) -> bool:
    """Whether the dictionary can pronounce every word; a hint it cannot pronounce cannot be listened for."""
    return bool(phrase) and all(decoder.lookup_word(word) for word in phrase.split())


def _search(decoder: Any, name: str, samples: bytes) -> tuple[Recognised, list[_Heard]]:
    decoder.activate_search(name)
    decoder.start_utt()
    try:
        decoder.process_raw(samples, full_utt=True)
    finally:
        decoder.end_utt()
    found = decoder.hyp()
    if found is None or not found.hypstr:
        return _NOTHING, []
    words = [
        _Heard(text=_ALTERNATIVE.sub("", part.word), start=part.start_frame, end=part.end_frame)
        for part in decoder.seg()
        if not part.word.startswith(("<", "["))
    ]
    confidence = min(1.0, max(0.0, float(found.best_score)))
    return Recognised(text=found.hypstr.strip(), confidence=confidence), words


def _spotted(decoder: Any, phrases: Sequence[str], samples: bytes) -> list[tuple[str, int, int]]:
    """Where hints were said inside other words."""
    with tempfile.NamedTemporaryFile("w", suffix=".kws", encoding="utf-8") as file:
        for phrase in dict.fromkeys(phrases):
            file.write(f"{phrase} /1e-{SPOTTED_PER_WORD * len(phrase.split()) + 4}/\n")
        file.flush()
        decoder.add_kws("spotted", file.name)
    _, words = _search(decoder, "spotted", samples)
    return [(word.text.strip(), word.start, word.end) for word in words]


def _could_be_all(decoder: Any, phrase: str, pcm: bytes) -> bool:
    """A single hint fits badly into a long sentence, and yet better than any other hint: its length tells."""
    sounds = sum(len(decoder.lookup_word(word).split()) for word in phrase.split())
    return sounds > 0 and spoken_seconds(pcm) <= sounds * LONGEST_SOUND_SECONDS + LONGEST_EXTRA_SECONDS


def spoken_seconds(pcm: bytes) -> float:
    """From the first to the last sound that stands out."""
    frame = RATE_HZ // 50
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    levels = np.sqrt((samples[: len(samples) // frame * frame].reshape(-1, frame) ** 2).mean(axis=1))
    loud = np.flatnonzero(levels > max(MIN_LEVEL, 0.06 * float(levels.max(initial=0.0))))
    return float(loud[-1] - loud[0] + 1) / 50 if len(loud) else 0.0


def _upsampled(pcm: bytes) -> bytes:
    """8 kHz to the 16 kHz of the model: every second sample is new, low-passed at 4 kHz (windowed sinc, 63 taps)."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float32)
    stuffed: _SAMPLES = np.zeros(2 * len(samples), np.float32)
    stuffed[::2] = samples
    kernel = np.sinc(np.arange(-31, 32) / 2) * np.hamming(63)
    return np.convolve(stuffed, kernel, "same").clip(-32768, 32767).astype("<i2").tobytes()
