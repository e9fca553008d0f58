"""Cutting the silence off both ends of a finished recording (`trim-silence`, R-08)."""

import os
import wave
from pathlib import Path

import numpy as np

FRAME_SECONDS = 0.02
LOUD_ENOUGH = 200  # root mean square of 16-bit samples; line noise of G.711 stays well below
KEPT_SECONDS = 0.1  # of silence on either side, so that no first or last sound is clipped


def loud_span(samples: np.ndarray, rate_hz: int) -> tuple[int, int]:
    """The half-open range of sample frames from the first to the last sound; (0, 0) where all is silence.

    `samples` is int16 of shape (frames, channels); sound on any channel counts.
    """
    step = max(1, int(rate_hz * FRAME_SECONDS))
    count = len(samples) // step
    if count == 0:
        return 0, len(samples)
    blocks = samples[: count * step].astype(np.float64).reshape(count, step, -1)
    levels = np.sqrt((blocks**2).mean(axis=1)).max(axis=1)
    loud = np.flatnonzero(levels > LOUD_ENOUGH)
    if len(loud) == 0:
        return 0, 0
    kept = int(KEPT_SECONDS * rate_hz)
    return max(0, int(loud[0]) * step - kept), min(len(samples), (int(loud[-1]) + 1) * step + kept)


def trim_wave_file(path: Path) -> float:
    """Rewrite the WAV without its leading and trailing silence; returns the seconds left.

    A file that is silent throughout is kept as it is (R-05). The new file takes the old one's place in one step.
    """
    with wave.open(str(path), "rb") as source:
        parameters = source.getparams()
        samples = np.frombuffer(source.readframes(parameters.nframes), dtype="<i2").reshape(-1, parameters.nchannels)
    start, end = loud_span(samples, parameters.framerate)
    if end <= start or (start == 0 and end == len(samples)):
        return len(samples) / parameters.framerate
    beside = path.with_suffix(".trimming")
    with wave.open(str(beside), "wb") as target:
        target.setparams(parameters)
        target.writeframes(samples[start:end].tobytes())
    os.replace(beside, path)
    return (end - start) / parameters.framerate
