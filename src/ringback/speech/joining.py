"""Spoken pieces put together to one: loudness, silence between, a bleep, one sample rate. Pure arithmetic."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ringback.speech.segment import LOUDEST_DB, QUIETEST_DB, Bleep, Silence
from ringback.speech.synthesizer import Speech

Samples = npt.NDArray[np.float32]

BLEEP_HZ = 1000.0
BLEEP_LEVEL = 6000.0
LEAST_HEARD = 300.0
"""Of 32768: below it, the edges of a piece are the engine's own pauses."""
EDGE_SECONDS = 0.06
"""What stays of such a pause where two pieces meet within a sentence."""
DEFAULT_RATE_HZ = 24000

Piece = tuple[Speech, float] | Silence | Bleep
"""Words with their gain in dB, silence or a bleep."""


def joined(pieces: Sequence[Piece]) -> Speech:
    """One speech of all, at the rate of the first one that is spoken."""
    rate_hz = next((piece[0].rate_hz for piece in pieces if isinstance(piece, tuple)), DEFAULT_RATE_HZ)
    parts = [_samples(pieces, index, rate_hz) for index in range(len(pieces))]
    samples = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    return Speech(pcm=samples.clip(-32768, 32767).astype("<i2").tobytes(), rate_hz=rate_hz)


def resampled(samples: Samples, factor: float) -> Samples:
    """Played `factor` times as fast: higher and shorter above 1. Linear, which a telephone does not show."""
    length = max(1, round(len(samples) / factor))
    played: Samples = np.interp(np.arange(length) * factor, np.arange(len(samples)), samples).astype(np.float32)
    return played


def _samples(pieces: Sequence[Piece], index: int, rate_hz: int) -> Samples:
    piece = pieces[index]
    if isinstance(piece, Silence):
        return np.zeros(round(piece.seconds * rate_hz), np.float32)
    if isinstance(piece, Bleep):
        turns = np.arange(round(piece.seconds * rate_hz)) * (BLEEP_HZ / rate_hz)
        tone: Samples = (BLEEP_LEVEL * np.sin(2 * np.pi * turns)).astype(np.float32)
        return tone
    speech, gain_db = piece
    samples = np.frombuffer(speech.pcm, "<i2").astype(np.float32)
    if speech.rate_hz != rate_hz and len(samples):
        samples = resampled(samples, speech.rate_hz / rate_hz)
    meets_before = index > 0 and not isinstance(pieces[index - 1], Silence)
    meets_after = index + 1 < len(pieces) and not isinstance(pieces[index + 1], Silence)
    return _with_gain(_trimmed(samples, rate_hz, meets_before, meets_after), gain_db)


def _trimmed(samples: Samples, rate_hz: int, at_start: bool, at_end: bool) -> Samples:
    heard = np.flatnonzero(np.abs(samples) > LEAST_HEARD)
    if not len(heard):
        return samples
    edge = round(EDGE_SECONDS / 2 * rate_hz)
    start = max(0, int(heard[0]) - edge) if at_start else 0
    end = int(heard[-1]) + 1 + edge if at_end else len(samples)
    return samples[start:end]


def _with_gain(samples: Samples, gain_db: float) -> Samples:
    """Louder by `gain_db`; what would be over full scale is bent softly instead of cut."""
    if gain_db == 0 or not len(samples):
        return samples
    if gain_db <= QUIETEST_DB:
        return np.zeros_like(samples)
    gained = samples / 32768 * np.float32(10 ** (min(gain_db, LOUDEST_DB) / 20))
    over = np.abs(gained) > 0.7
    bent = np.sign(gained) * (0.7 + 0.3 * np.tanh((np.abs(gained) - 0.7) / 0.3))
    return (np.where(over, bent, gained) * 32767).astype(np.float32)
