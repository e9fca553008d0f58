"""Steady tones in 20 ms frames: the beep of an answering machine, the answer tone of a fax. Pure."""

from dataclasses import dataclass

import numpy as np

from ringback.speech.recognizer import RATE_HZ
from ringback.speech.utterance import FRAME_BYTES, FRAME_SECONDS

LEAST_LEVEL = 150.0
"""Root mean square of 32768; quieter tones are none."""
PURE = 0.88
"""Share of the energy round the strongest frequency from which a frame is one tone."""
SAME_HZ = 30.0
_HZ_PER_BIN = RATE_HZ / (FRAME_BYTES // 2)
_WINDOW = np.hanning(FRAME_BYTES // 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneRun:
    """The same tone for so long."""

    frequency_hz: float
    seconds: float


class ToneTracker:
    """Follows one tone at a time. `current` is the one that lasts, `observe` gives the one that has just ended."""

    def __init__(self) -> None:
        self._sum_hz = 0.0
        self._frames = 0

    @property
    def current(self) -> ToneRun | None:
        if not self._frames:
            return None
        return ToneRun(frequency_hz=self._sum_hz / self._frames, seconds=self._frames * FRAME_SECONDS)

    def observe(self, frame: bytes) -> ToneRun | None:
        frequency_hz = tone_frequency_hz(frame)
        current = self.current
        if frequency_hz is not None and (current is None or abs(frequency_hz - current.frequency_hz) <= SAME_HZ):
            self._sum_hz += frequency_hz
            self._frames += 1
            return None
        self._sum_hz, self._frames = (0.0, 0) if frequency_hz is None else (frequency_hz, 1)
        return current


def tone_frequency_hz(frame: bytes) -> float | None:
    """The frequency of a frame that is one tone; None for anything else."""
    samples = np.frombuffer(frame, "<i2").astype(np.float64)
    samples = samples - samples.mean()
    if float(np.sqrt((samples**2).mean())) < LEAST_LEVEL:
        return None
    amplitude = np.abs(np.fft.rfft(samples * _WINDOW))
    peak = int(amplitude.argmax())
    if not 2 <= peak < len(amplitude) - 2:
        return None
    power = amplitude**2
    if power[peak - 2 : peak + 3].sum() < PURE * power.sum():
        return None
    left, middle, right = np.log(amplitude[peak - 1 : peak + 2] + 1e-9)
    curve = left - 2 * middle + right
    return float((peak + (0.5 * (left - right) / curve if curve else 0.0)) * _HZ_PER_BIN)
