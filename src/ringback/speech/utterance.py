"""Where speech begins and ends in 20 ms frames of a call: for recognition, and for telling a machine from a person.
Pure.

A frame has voice when it stands out of the noise of the line and is no tone. Speech has begun when most of a fifth of a
second was voice; the third of a second before it belongs to it, because soft consonants come first.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ringback.speech.recognizer import RATE_HZ

Power = npt.NDArray[np.float64]

FRAME_SECONDS = 0.02
FRAME_BYTES = int(RATE_HZ * FRAME_SECONDS) * 2
LEAST_LEVEL = 180.0
"""Root mean square of 32768 below which nobody speaks (-45 dBFS)."""
ABOVE_NOISE = 3.0
TONE_SHARE = 0.93
"""Of the energy in two narrow bands from which a frame is a tone or a key, and no voice."""
FLAT = 0.4
"""Geometric to arithmetic mean of the spectrum from which a frame is a hiss; white noise has about 0.56."""
BEGIN_WINDOW, BEGIN_FRAMES = 10, 6
BEFORE_FRAMES = 15

_FIRST_NOISE = 60.0
_MOST_NOISE = 2000.0
_WINDOW = np.hanning(FRAME_BYTES // 2)


class VoiceActivity:
    """Voice or not, frame by frame; learns the noise of the line."""

    def __init__(self) -> None:
        self._noise = _FIRST_NOISE

    def observe(self, frame: bytes) -> bool:
        """The next frame of `FRAME_BYTES`."""
        samples = np.frombuffer(frame, "<i2").astype(np.float64)
        samples = samples - samples.mean()
        level = float(np.sqrt((samples**2).mean()))
        power = np.abs(np.fft.rfft(samples * _WINDOW)) ** 2
        loud = level > max(LEAST_LEVEL, ABOVE_NOISE * self._noise) and not is_hiss(power)
        pace = 0.001 if loud else 0.05 if level > self._noise else 0.2
        self._noise = min(_MOST_NOISE, self._noise + (level - self._noise) * pace)
        return loud and not is_tone(power)


def is_hiss(power: Power) -> bool:
    """All frequencies of the telephone have about the same share, as in noise."""
    band = power[6:73] + 1e-9
    return float(np.exp(np.log(band).mean()) / band.mean()) > FLAT


def is_tone(power: Power) -> bool:
    """One or two frequencies are nearly all of it, and neither is as low as a voice."""
    power = power.copy()
    total = float(power.sum())
    if total <= 0:
        return False
    first, share = _take_peak(power)
    second, more = _take_peak(power)
    single = share >= TONE_SHARE * total and first >= 7
    double = share + more >= TONE_SHARE * total and min(share, more) >= 0.1 * total and min(first, second) >= 12
    return single or double


def _take_peak(power: Power) -> tuple[int, float]:
    """The strongest frequency with its neighbours, which are then gone."""
    peak = int(power.argmax())
    around = slice(max(0, peak - 2), peak + 3)
    share = float(power[around].sum())
    power[around] = 0
    return peak, share


@dataclass(frozen=True, slots=True, kw_only=True)
class UtteranceBegan:
    """Somebody speaks; `audio` begins a moment before."""

    audio: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UtteranceWentOn:
    audio: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UtteranceEnded:
    """Silence for long enough, or the longest time is over."""

    seconds: float


UtteranceEvent = UtteranceBegan | UtteranceWentOn | UtteranceEnded


class UtteranceDetector:
    """Cuts a stream of samples into utterances: `silence_seconds` end one, and `max_seconds` do."""

    def __init__(self, *, silence_seconds: float, max_seconds: float) -> None:
        self._silence_frames = max(1, round(silence_seconds / FRAME_SECONDS))
        self._max_frames = max(1, round(max_seconds / FRAME_SECONDS))
        self._voice = VoiceActivity()
        self._rest = b""
        self._before: deque[bytes] = deque(maxlen=BEFORE_FRAMES + BEGIN_WINDOW)
        self._recent: deque[bool] = deque(maxlen=BEGIN_WINDOW)
        self._frames = 0
        self._quiet = 0

    def feed(self, pcm: bytes) -> list[UtteranceEvent]:
        """Any number of samples; what happened in them, in order."""
        data = self._rest + pcm
        end = len(data) // FRAME_BYTES * FRAME_BYTES
        self._rest = data[end:]
        events: list[UtteranceEvent] = []
        for start in range(0, end, FRAME_BYTES):
            event = self._observe(data[start : start + FRAME_BYTES])
            if event is not None:
                events.append(event)
                if isinstance(event, UtteranceWentOn) and self._is_over:
                    events.append(self._end())
        return events

    @property
    def _is_over(self) -> bool:
        return self._quiet >= self._silence_frames or self._frames >= self._max_frames

    def _observe(self, frame: bytes) -> UtteranceEvent | None:
        voiced = self._voice.observe(frame)
        self._recent.append(voiced)
        if self._frames:
            self._frames += 1
            speaks = sum(list(self._recent)[-5:]) >= 2
            self._quiet = 0 if speaks else self._quiet + 1
            return UtteranceWentOn(audio=frame)
        self._before.append(frame)
        if sum(self._recent) < BEGIN_FRAMES:
            return None
        self._frames = 1
        self._quiet = 0
        return UtteranceBegan(audio=b"".join(self._before))

    def _end(self) -> UtteranceEnded:
        seconds = self._frames * FRAME_SECONDS
        self._frames = 0
        self._before.clear()
        self._recent.clear()
        return UtteranceEnded(seconds=seconds)
