"""Steady tones, and what is none."""

import numpy as np
import pytest

from ringback.speech.tone_run import ToneRun, ToneTracker


def sine(frequency_hz: float, seconds: float, level: float = 5000) -> bytes:
    turns = np.arange(round(seconds * 8000)) * (frequency_hz / 8000)
    return bytes((level * np.sin(2 * np.pi * turns)).astype("<i2").tobytes())


def runs(pcm: bytes) -> list[ToneRun]:
    tracker = ToneTracker()
    found = [tracker.observe(pcm[start : start + 320]) for start in range(0, len(pcm) - 319, 320)]
    return [run for run in found if run is not None]


@pytest.mark.parametrize("frequency_hz", [425.0, 620.0, 1000.0, 1379.0, 2100.0])
def test_a_tone_has_its_frequency_and_its_length(frequency_hz: float) -> None:
    (run,) = runs(bytes(3200) + sine(frequency_hz, 0.5) + bytes(3200))
    assert run.frequency_hz == pytest.approx(frequency_hz, abs=6)
    assert run.seconds == pytest.approx(0.5, abs=0.03)


def test_a_tone_that_lasts_is_known_while_it_does() -> None:
    tracker = ToneTracker()
    pcm = sine(2100, 0.2)
    for start in range(0, len(pcm), 320):
        tracker.observe(pcm[start : start + 320])
    assert tracker.current is not None
    assert tracker.current.seconds == pytest.approx(0.2)


def test_another_tone_begins_another_run() -> None:
    found = runs(sine(440, 0.4) + sine(880, 0.4) + bytes(640))
    assert [round(run.frequency_hz, -1) for run in found if run.seconds > 0.1] == [440, 880]


def test_noise_silence_and_two_tones_at_once_are_none() -> None:
    noise = (np.random.default_rng(1).standard_normal(8000) * 3000).astype("<i2").tobytes()
    both = np.frombuffer(sine(770, 1), "<i2") + np.frombuffer(sine(1336, 1), "<i2")
    assert all(run.seconds < 0.05 for run in runs(noise))
    assert runs(bytes(16000)) == []
    assert runs(both.astype("<i2").tobytes() + bytes(640)) == []
