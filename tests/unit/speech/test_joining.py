"""Pieces put together: rates, gains, silences, and the pauses of the engine that stand inside a sentence."""

import numpy as np
import numpy.typing as npt
import pytest

from ringback.speech.joining import joined, resampled
from ringback.speech.segment import QUIETEST_DB, Bleep, Silence
from ringback.speech.synthesizer import Speech


def tone(seconds: float = 1.0, *, rate_hz: int = 24000, level: float = 8000, quiet: float = 0.0) -> Speech:
    """440 Hz with silence on both sides."""
    sound = level * np.sin(2 * np.pi * 440 / rate_hz * np.arange(round(seconds * rate_hz)))
    edge = np.zeros(round(quiet * rate_hz))
    return Speech(pcm=np.concatenate([edge, sound, edge]).astype("<i2").tobytes(), rate_hz=rate_hz)


def samples(speech: Speech) -> npt.NDArray[np.float64]:
    return np.frombuffer(speech.pcm, "<i2").astype(np.float64)


def level(speech: Speech) -> float:
    return float(np.sqrt((samples(speech) ** 2).mean()))


def test_one_piece_stays_as_it_is() -> None:
    speech = tone(quiet=0.3)
    assert joined([(speech, 0.0)]) == speech
    assert joined([]).pcm == b""


def test_silence_lasts_as_long_as_it_says() -> None:
    speech = joined([(tone(), 0.0), Silence(seconds=0.5), (tone(), 0.0)])
    assert speech.seconds == pytest.approx(2.5)
    assert np.abs(samples(speech)[24100:35900]).max() == 0


def test_the_pauses_of_the_engine_are_cut_where_words_meet_and_kept_elsewhere() -> None:
    met = joined([(tone(quiet=0.3), 0.0), (tone(quiet=0.3), 0.0)])
    apart = joined([(tone(quiet=0.3), 0.0), Silence(seconds=0.0), (tone(quiet=0.3), 0.0)])
    assert apart.seconds == pytest.approx(3.2)
    assert met.seconds == pytest.approx(2.66, abs=0.01)


@pytest.mark.parametrize(("gain_db", "factor"), [(-6.0, 0.5), (6.0, 2.0), (-12.0, 0.25)])
def test_gain_is_in_decibels(gain_db: float, factor: float) -> None:
    assert level(joined([(tone(), gain_db)])) == pytest.approx(factor * level(tone()), rel=0.02)


def test_loud_words_made_louder_are_bent_and_never_wrap() -> None:
    loud = samples(joined([(tone(level=30000), 12.0)]))
    assert 30000 < np.abs(loud).max() <= 32767
    assert loud[14] * samples(tone())[14] > 0


def test_silent_words_take_their_time() -> None:
    silent = joined([(tone(), QUIETEST_DB)])
    assert silent.seconds == pytest.approx(1.0)
    assert level(silent) == 0


def test_another_rate_is_brought_to_that_of_the_first() -> None:
    speech = joined([(tone(rate_hz=24000), 0.0), Silence(seconds=0), (tone(rate_hz=22050), 0.0)])
    assert speech.rate_hz == 24000
    assert speech.seconds == pytest.approx(2.0, abs=0.01)


def test_a_bleep_is_a_tone_of_1000_hz() -> None:
    heard = samples(joined([Bleep(seconds=1.0)]))
    assert int(np.argmax(np.abs(np.fft.rfft(heard)))) == 1000


def test_faster_is_shorter_and_higher() -> None:
    high = resampled(samples(tone()).astype(np.float32), 1.25)
    assert len(high) == 19200
    assert int(np.argmax(np.abs(np.fft.rfft(high, 24000)))) == pytest.approx(550, abs=2)
