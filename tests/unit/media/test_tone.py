"""Ringback tones and the beep, listened to."""

import numpy as np
import pytest

from ringback.media.music import CHORD_SECONDS, LEVEL, waiting_music_pcm
from ringback.media.tone import BEEP_HZ, RATE_HZ, RING_TONES, beep_pcm, ring_tone_pcm

COUNTRIES = (
    "at au be bg br ch cl cn cz de dk ee es fi fr gr hu il in it jp lt mx my nl no nz ph pl pt ru se sg th tw uk us "
    "us-old ve za"
)


def samples(pcm: bytes) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.frombuffer(pcm, "<i2").astype(np.float64)


def strongest(pcm: bytes, count: int) -> list[int]:
    """The strongest frequencies of one second, in Hz."""
    spectrum = np.abs(np.fft.rfft(samples(pcm)[:RATE_HZ], RATE_HZ))
    peaks = [hz for hz in range(1, len(spectrum) - 1) if spectrum[hz] == spectrum[hz - 1 : hz + 2].max()]
    return sorted(sorted(peaks, key=lambda hz: -spectrum[hz])[:count])


def test_every_value_of_ring_tone_has_a_tone() -> None:
    """twiml.md 7.1."""
    assert set(RING_TONES) == set(COUNTRIES.split())


@pytest.mark.parametrize(
    ("country", "frequencies", "seconds"),
    [("us", [440, 480], 6.0), ("de", [425], 5.0), ("uk", [400, 450], 3.0), ("jp", [384, 400, 416], 3.0)],
)
def test_a_ring_tone_sounds_as_in_its_country(country: str, frequencies: list[int], seconds: float) -> None:
    pcm = ring_tone_pcm(country)
    assert len(pcm) == seconds * RATE_HZ * 2
    assert strongest(pcm, len(frequencies)) == pytest.approx(frequencies, abs=2)


@pytest.mark.parametrize("country", sorted(RING_TONES))
def test_every_tone_is_silent_when_its_cadence_says_so_and_never_clips(country: str) -> None:
    heard = samples(ring_tone_pcm(country))
    assert np.abs(heard).max() < 20_000
    position = 0
    for index, seconds in enumerate(RING_TONES[country].cadence):
        part = heard[position : position + round(seconds * RATE_HZ)]
        assert bool(np.abs(part).max() > 1000) == (index % 2 == 0)
        position += len(part)
    assert position == len(heard)


def test_an_unknown_country_rings_as_the_us_do() -> None:
    assert ring_tone_pcm("atlantis") == ring_tone_pcm("us")


def test_a_tone_begins_and_ends_softly() -> None:
    heard = samples(beep_pcm())
    assert abs(heard[0]) < 10
    assert abs(heard[-1]) < 10
    assert strongest(beep_pcm(), 1) == [int(BEEP_HZ)]
    assert len(heard) == RATE_HZ / 2


def test_waiting_music_is_a_loop_without_a_seam() -> None:
    heard = samples(waiting_music_pcm())
    assert len(heard) == 4 * CHORD_SECONDS * RATE_HZ
    assert np.abs(heard).max() == pytest.approx(LEVEL * 32767, rel=0.01)
    steps = np.abs(np.diff(np.concatenate([heard, heard[:1]])))
    assert steps[-1] <= steps.max()
    assert steps.max() < 6000


def test_waiting_music_never_falls_silent() -> None:
    heard = samples(waiting_music_pcm())
    loudness = np.abs(heard.reshape(-1, RATE_HZ // 4)).max(axis=1)
    assert loudness.min() > 300


def test_waiting_music_has_notes_in_the_telephone_band() -> None:
    assert all(100 < hz < 1200 for hz in strongest(waiting_music_pcm(), 3))
