"""Where speech begins and ends, on generated frames: noise, tones, keys, clicks and something like a voice."""

import numpy as np
import numpy.typing as npt
import pytest

from ringback.speech.utterance import (
    FRAME_SECONDS,
    UtteranceBegan,
    UtteranceDetector,
    UtteranceEnded,
    UtteranceEvent,
    UtteranceWentOn,
)

Samples = npt.NDArray[np.float64]


def noise(seconds: float, level: float = 30.0, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).standard_normal(round(seconds * 8000)) * level


def voice(seconds: float, level: float = 3000.0, pitch_hz: float = 120.0) -> Samples:
    """Harmonics with a slow swell, as vowels have."""
    times = np.arange(round(seconds * 8000)) / 8000
    harmonics = [np.sin(2 * np.pi * pitch_hz * count * times) / count for count in range(1, 14)]
    sound: Samples = level * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * times)) * np.sum(harmonics, axis=0)
    return sound


def tone(seconds: float, *frequencies_hz: float, level: float = 4000.0) -> Samples:
    times = np.arange(round(seconds * 8000)) / 8000
    sound: Samples = level * np.sum([np.sin(2 * np.pi * frequency * times) for frequency in frequencies_hz], axis=0)
    return sound


def run(*parts: Samples, silence: float = 1.0, longest: float = 60.0, chunk: int = 1600) -> list[UtteranceEvent]:
    detector = UtteranceDetector(silence_seconds=silence, max_seconds=longest)
    pcm = np.concatenate(parts).clip(-32768, 32767).astype("<i2").tobytes()
    return [event for start in range(0, len(pcm), chunk) for event in detector.feed(pcm[start : start + chunk])]


def outline(events: list[UtteranceEvent]) -> list[str]:
    return [type(event).__name__[9:] for event in events if not isinstance(event, UtteranceWentOn)]


def audio(events: list[UtteranceEvent]) -> bytes:
    return b"".join(event.audio for event in events if not isinstance(event, UtteranceEnded))


def test_a_word_begins_and_ends_after_the_silence() -> None:
    events = run(noise(1), voice(0.8), noise(2), silence=0.7)
    assert outline(events) == ["Began", "Ended"]
    ended = next(event for event in events if isinstance(event, UtteranceEnded))
    assert ended.seconds == pytest.approx(0.8 - 0.12 + 0.7, abs=0.15)


def test_what_came_a_moment_before_belongs_to_it() -> None:
    events = run(noise(1), voice(0.8), noise(2), silence=0.5)
    began = next(event for event in events if isinstance(event, UtteranceBegan))
    assert 0.3 <= len(began.audio) / 16000 <= 0.6
    assert 0.8 + 0.3 < len(audio(events)) / 16000 < 0.8 + 0.6 + 0.5


@pytest.mark.parametrize("gap", [0.2, 0.5, 0.9])
def test_pauses_shorter_than_the_silence_do_not_end_it(gap: float) -> None:
    assert outline(run(noise(0.5), voice(0.6), noise(gap), voice(0.6), noise(2))) == ["Began", "Ended"]


def test_longer_pauses_make_two_of_it() -> None:
    events = run(noise(0.5), voice(0.6), noise(1.5), voice(0.6), noise(2))
    assert outline(events) == ["Began", "Ended", "Began", "Ended"]


def test_it_ends_at_the_longest_time_and_begins_again_with_what_follows() -> None:
    events = run(noise(0.5), voice(5), longest=2)
    assert outline(events)[:3] == ["Began", "Ended", "Began"]
    ended = next(event for event in events if isinstance(event, UtteranceEnded))
    assert ended.seconds == pytest.approx(2, abs=FRAME_SECONDS)


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(16000),
        noise(3, level=170),
        tone(1, 440),
        tone(0.3, 770, 1336),
        tone(0.3, 941, 1633),
        tone(2, 2100),
        np.concatenate([noise(0.06, level=8000), noise(1)]),
    ],
    ids=["nothing", "hiss", "tone", "key", "key D", "fax", "click"],
)
def test_what_is_no_voice_is_no_speech(sound: Samples) -> None:
    assert outline(run(noise(1), sound, noise(1))) == []


def test_a_noisy_line_is_learned_and_a_voice_stands_out_of_it() -> None:
    line = noise(9, level=400, seed=2)
    line[40000:48000] += voice(1, level=5000)
    events = run(line)
    assert outline(events)[-2:] == ["Began", "Ended"]
    assert len(outline(events)) <= 4


def test_how_the_samples_are_cut_makes_no_difference() -> None:
    parts = (noise(0.5), voice(0.7), noise(1.5))
    whole = run(*parts, chunk=10**6)
    for chunk in (1, 319, 320, 321, 5000):
        assert run(*parts, chunk=chunk) == whole
