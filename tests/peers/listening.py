"""Ears for tests: which tones are in a piece of audio. Media tests assert what is heard, not what was sent."""

import io
import wave
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

RATE_HZ = 8000
HEARD = 0.1  # of the energy; noise and G.711 distortion stay far below

Samples = npt.NDArray[np.int16]


def tone_wav(frequency_hz: float, seconds: float, level: float = 0.4, *, rate_hz: int = RATE_HZ) -> bytes:
    """A sine as a WAV file (16-bit, mono)."""
    times = np.arange(int(rate_hz * seconds)) / rate_hz
    samples = (np.sin(2 * np.pi * frequency_hz * times) * level * 32767).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(rate_hz)
        target.writeframes(samples.tobytes())
    return buffer.getvalue()


def read_wav(source: Path | bytes, channel: int = 0) -> Samples:
    """One channel of a 16-bit WAV at 8 kHz; of one at 48 kHz every sixth sample, which is enough for tones."""
    with wave.open(io.BytesIO(source) if isinstance(source, bytes) else str(source)) as audio:
        assert audio.getframerate() in (RATE_HZ, 6 * RATE_HZ)
        frames = np.frombuffer(audio.readframes(audio.getnframes()), dtype="<i2")
        return frames.reshape(-1, audio.getnchannels())[:: audio.getframerate() // RATE_HZ, channel]


def share(samples: Samples, frequency_hz: float, width_hz: float = 15) -> float:
    """How much of the audio's energy lies round a frequency, 0 to 1."""
    spectrum = np.abs(np.fft.rfft(samples.astype(np.float64))) ** 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    total = float(spectrum[frequencies > 50].sum())
    near = float(spectrum[np.abs(frequencies - frequency_hz) <= width_hz].sum())
    return near / total if total else 0.0


def tones_in(samples: Samples, candidates: Iterable[float]) -> set[float]:
    """Those of the candidates that are heard."""
    return {frequency for frequency in candidates if share(samples, frequency) > HEARD}


def loudest_stretch(samples: Samples, seconds: float = 0.5) -> Samples:
    """The loudest part of that length."""
    length = int(seconds * RATE_HZ)
    if len(samples) <= length:
        return samples
    energy = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
    start = int(np.argmax(energy[length:] - energy[:-length]))
    return samples[start : start + length]
