"""Twilio's voice names and the nearest local voice (SAY-04, 13511)."""

import pytest

from ringback.speech.errors import LanguageNotAvailable
from ringback.speech.synthesizer import LocalVoice
from ringback.speech.voice import VoiceChoice, choose_voice

HEART = LocalVoice(name="heart", language="en-US", gender="female")
HANS = LocalVoice(name="de", language="de", gender="male")
GRETA = LocalVoice(name="de+f2", language="de", gender="female")
INSTALLED = (HEART, HANS, GRETA)


def test_without_a_wish_the_first_english_voice_speaks_and_nothing_is_noted() -> None:
    assert choose_voice(None, None, INSTALLED) == VoiceChoice(voice="heart", language="en-US")


@pytest.mark.parametrize(
    ("voice", "language", "chosen"),
    [
        ("man", None, "heart"),
        ("woman", "en-GB", "heart"),
        ("man", "de-DE", "de"),
        ("woman", "de-DE", "de+f2"),
        ("alice", "de-DE", "de+f2"),
        ("Polly.Joanna", None, "heart"),
        ("Polly.Joanna-Neural", None, "heart"),
        ("Polly.Matthew-Generative", None, "heart"),
        ("Polly.Hans", None, "de"),
        ("polly.vicki", None, "de+f2"),
        ("Google.de-DE-Neural2-F", None, "de"),
        ("Google.en-US-Chirp3-HD-Aoede", None, "heart"),
    ],
)
def test_the_nearest_voice_speaks_and_a_sentence_says_so(voice: str, language: str | None, chosen: str) -> None:
    choice = choose_voice(voice, language, INSTALLED)
    assert (choice.voice, choice.known) == (chosen, True)
    assert choice.note is not None
    assert f"voice {voice!r} is not installed" in choice.note


def test_the_language_attribute_wins_over_the_name() -> None:
    assert choose_voice("Polly.Joanna", "de-DE", INSTALLED).voice == "de+f2"


def test_a_local_name_is_taken_as_it_is() -> None:
    assert choose_voice("heart", None, INSTALLED) == VoiceChoice(voice="heart", language="en-US")


@pytest.mark.parametrize("voice", ["robot", "Polly.Nobody", "Google.short", "Acme.Bob", ""])
def test_an_unknown_voice_is_marked_for_13511_and_the_text_is_spoken(voice: str) -> None:
    choice = choose_voice(voice, None, INSTALLED)
    assert (choice.voice, choice.known) == ("heart", False)
    assert "not one of Twilio's" in (choice.note or "")


@pytest.mark.parametrize(("voice", "language"), [(None, "fr-FR"), ("Polly.Celine", None)])
def test_a_language_nobody_speaks_is_said_by_name(voice: str | None, language: str | None) -> None:
    with pytest.raises(LanguageNotAvailable, match="fr-FR") as caught:
        choose_voice(voice, language, INSTALLED)
    assert caught.value.code == 13511


def test_a_long_name_from_a_stranger_is_cut_in_the_note() -> None:
    assert len(choose_voice("x" * 5000, None, INSTALLED).note or "") < 200
