"""Hints as a grammar, and what a session does without a decoder."""

import numpy as np
import pytest

from ringback.speech.errors import LanguageNotAvailable
from ringback.speech.providers.pocketsphinx import (
    PocketsphinxRecognizer,
    _spoken_form,
    _upsampled,
    grammar,
)
from ringback.speech.recognizer import MAX_SECONDS, RATE_HZ, Recognised


@pytest.mark.parametrize(
    ("hint", "spoken"),
    [
        ("Sales", "sales"),
        ("  Customer   Service! ", "customer service"),
        ("press 12", "press one two"),
        ("don't know", "don't know"),
        ("$OOV_CLASS_ALPHANUMERIC_SEQUENCE", ""),
        ("a | <b> ; grammar x", "a b grammar x"),
        ("", ""),
        ("日本", ""),
    ],
)
def test_a_hint_becomes_words_and_nothing_that_a_grammar_could_obey(hint: str, spoken: str) -> None:
    assert _spoken_form(hint) == spoken


def test_each_phrase_is_one_sentence_of_the_grammar() -> None:
    assert "public <hint> = ( sales ) | ( customer service ) ;" in grammar(["sales", "customer service"])


@pytest.mark.parametrize("language", ["de-DE", "fr", ""])
def test_only_english_is_understood(language: str) -> None:
    with pytest.raises(LanguageNotAvailable):
        PocketsphinxRecognizer().session(language)


def test_hardly_any_audio_is_no_speech_and_loads_no_model() -> None:
    recognizer = PocketsphinxRecognizer()
    session = recognizer.session("en-US", ["sales"])
    assert session.feed(bytes(100)) is None
    assert session.finish() == Recognised(text="", confidence=0.0)
    assert recognizer._decoder is None


def test_a_session_keeps_at_most_sixty_seconds() -> None:
    """G-16."""
    session = PocketsphinxRecognizer().session("en-GB")
    for _ in range(MAX_SECONDS + 5):
        session.feed(bytes(RATE_HZ * 2))
    assert len(session._pcm) == MAX_SECONDS * RATE_HZ * 2


def test_upsampling_keeps_a_tone_and_adds_no_image() -> None:
    tone = (np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000) * 10_000).astype("<i2")
    doubled = np.frombuffer(_upsampled(tone.tobytes()), "<i2").astype(float)
    spectrum = np.abs(np.fft.rfft(doubled))
    assert len(doubled) == 16000
    assert int(np.argmax(spectrum)) == 1000
    assert spectrum[7000] < spectrum[1000] / 300
    assert abs(np.abs(doubled[1000:-1000]).max() - 10_000) < 300
