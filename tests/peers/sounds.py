"""Sounds of which every second is known, as 16-bit samples at 8 kHz."""

import numpy as np


def voice(seconds: float) -> bytes:
    """A vowel that swells six times a second."""
    times = np.arange(round(seconds * 8000)) / 8000
    harmonics = np.sum([np.sin(2 * np.pi * 130 * count * times) / count for count in range(1, 14)], axis=0)
    return bytes((2500 * (0.7 + 0.3 * np.sin(2 * np.pi * 6 * times)) * harmonics).astype("<i2").tobytes())


def tone(frequency_hz: float, seconds: float) -> bytes:
    turns = np.arange(round(seconds * 8000)) * (frequency_hz / 8000)
    return bytes((6000 * np.sin(2 * np.pi * turns)).astype("<i2").tobytes())


def quiet(seconds: float) -> bytes:
    return bytes(round(seconds * 8000) * 2)
