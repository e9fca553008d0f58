"""Hints as a grammar, and what a session does without a decoder."""

from collections.abc import Sequence

import numpy as np
import pytest

from ringback.speech.errors import LanguageNotAvailable, SpeechFailed
from ringback.speech.providers.pocketsphinx import PocketsphinxRecognizer, PocketsphinxSession
from ringback.speech.providers.pocketsphinx_worker import (
    _upsampled,
    grammar,
    has_voice,
    recognise,
    spoken_form,
    spoken_seconds,
    with_spotted,
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
    assert spoken_form(hint) == spoken


def test_each_phrase_is_one_sentence_of_the_grammar() -> None:
    assert "public <hint> = ( sales ) | ( customer service ) ;" in grammar(["sales", "customer service"])


@pytest.mark.parametrize("language", ["de-DE", "fr", ""])
def test_only_english_is_understood(language: str) -> None:
    with pytest.raises(LanguageNotAvailable):
        PocketsphinxRecognizer().session(language)


class Listener(PocketsphinxRecognizer):
    """Without a process: hears one word for each second."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float] = []

    def warm_up(self) -> None:
        pass

    def recognise(self, pcm: bytes, hints: Sequence[str]) -> Recognised:
        seconds = len(pcm) / 2 / RATE_HZ
        self.asked.append(seconds)
        return Recognised(text=" ".join(["word"] * int(seconds)), confidence=0.5)


def feed(session: PocketsphinxSession, seconds: float) -> list[str]:
    """In tenths of a second; the partial results."""
    partials = [session.feed(bytes(RATE_HZ // 10 * 2)) for _ in range(round(seconds * 10))]
    return [partial.text for partial in partials if partial is not None]


def test_partial_results_come_ever_more_seldom_and_only_when_they_say_something_new() -> None:
    listener = Listener()
    session = listener.session("en-US", partials=True)
    assert feed(session, 10) == [
        "word",
        "word word",
        "word word word",
        "word word word word word",
        "word " * 7 + "word",
    ]
    assert sum(listener.asked) < 3.5 * 10
    assert session.finish().text == " ".join(["word"] * 10)


def test_without_a_wish_for_partial_results_only_the_end_is_decoded() -> None:
    listener = Listener()
    session = listener.session("en-US")
    assert feed(session, 5) == []
    session.finish()
    assert listener.asked == [5.0]


def test_a_closed_recogniser_fails() -> None:
    recognizer = Listener()
    recognizer.close()
    with pytest.raises(SpeechFailed, match="closed"):
        PocketsphinxRecognizer.recognise(recognizer, bytes(16000), ())


def test_spotted_hints_take_the_place_of_what_was_written_there() -> None:
    written = [("i", 0, 10), ("want", 11, 40), ("to", 41, 60), ("fail", 61, 99), ("please", 100, 140)]
    assert with_spotted(written, [("sales", 58, 98)]) == "i want to sales please"
    assert with_spotted(written, [("customer service", 40, 140)]) == "i want customer service"
    assert with_spotted([], [("sales", 5, 9)]) == "sales"


def test_the_length_of_what_was_said_is_measured_without_the_silence_around_it() -> None:
    loud = (np.sin(np.arange(8000)) * 8000).astype("<i2").tobytes()
    assert spoken_seconds(bytes(16000) + loud + bytes(16000)) == pytest.approx(1.0, abs=0.05)
    assert spoken_seconds(bytes(16000)) == 0


def test_silence_is_shown_to_no_decoder() -> None:
    assert not has_voice(bytes(16000))
    assert not has_voice(b"")
    assert recognise(bytes(16000), ["sales"]) == Recognised(text="", confidence=0.0)


def test_hardly_any_audio_is_no_speech_and_loads_no_model() -> None:
    recognizer = Listener()
    session = recognizer.session("en-US", ["sales"])
    assert session.feed(bytes(100)) is None
    assert session.finish() == Recognised(text="", confidence=0.0)


def test_a_session_keeps_at_most_sixty_seconds() -> None:
    """G-16."""
    session = Listener().session("en-GB")
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
