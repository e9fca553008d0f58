"""Where the sound of a recording begins and ends."""

import wave
from pathlib import Path

import numpy as np

from ringback.call.silence import KEPT_SECONDS, loud_span, trim_wave_file
from tests.peers.memory_media import write_tone

RATE = 8000


def noise(seconds: float, level: int, channels: int = 1) -> np.ndarray:
    count = int(seconds * RATE)
    return np.random.default_rng(1).integers(-level, level + 1, size=(count, channels)).astype(np.int16)


def test_the_span_is_from_the_first_to_the_last_sound_and_a_little_more() -> None:
    samples = np.concatenate([noise(1, 20), noise(2, 5000), noise(3, 20)])
    start, end = loud_span(samples, RATE)
    assert start == int((1 - KEPT_SECONDS) * RATE)
    assert end == int((3 + KEPT_SECONDS) * RATE)


def test_sound_on_either_channel_counts() -> None:
    quiet, loud = noise(1, 20), noise(1, 5000)
    samples = np.concatenate([np.hstack([loud, quiet]), np.hstack([quiet, loud])])
    assert loud_span(samples, RATE) == (0, 2 * RATE)


def test_silence_has_no_span_and_a_blink_is_whole() -> None:
    assert loud_span(noise(1, 20), RATE) == (0, 0)
    assert loud_span(noise(0.01, 20), RATE) == (0, 80)
    assert loud_span(np.zeros((0, 1), np.int16), RATE) == (0, 0)


def test_a_trimmed_file_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    write_tone(path, 5, silence_seconds=3, channels=2)
    seconds = trim_wave_file(path)
    with wave.open(str(path)) as audio:
        assert audio.getnchannels() == 2
        assert audio.getnframes() / RATE == seconds
    assert 2.0 <= seconds <= 2.2
    assert [file.name for file in tmp_path.iterdir()] == ["heard.wav"]


def test_a_file_with_nothing_to_trim_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    write_tone(path, 2, silence_seconds=0)
    before = path.read_bytes()
    assert trim_wave_file(path) == 2.0
    assert path.read_bytes() == before
