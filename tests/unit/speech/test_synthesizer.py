"""Several engines as one: the first that knows the voice, else the language, speaks."""

from dataclasses import dataclass, field

import pytest

from ringback.speech.errors import LanguageNotAvailable
from ringback.speech.segment import PLAIN, Manner
from ringback.speech.synthesizer import LocalVoice, Speech, SynthesizerChain


@dataclass
class Parrot:
    """Says which voice it used."""

    voices: tuple[LocalVoice, ...]
    said: list[str] = field(default_factory=list)

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(voice.language for voice in self.voices)

    def synthesize(self, text: str, *, voice: str, language: str, manner: Manner = PLAIN) -> Speech:
        self.said.append(f"{voice}/{language}: {text}")
        return Speech(pcm=bytes(32000), rate_hz=16000)


@pytest.fixture
def english() -> Parrot:
    return Parrot((LocalVoice(name="heart", language="en-US", gender="female"),))


@pytest.fixture
def anything() -> Parrot:
    return Parrot(
        (
            LocalVoice(name="en-us", language="en-us", gender="male"),
            LocalVoice(name="de", language="de", gender="male"),
        )
    )


def test_the_voice_decides_who_speaks(english: Parrot, anything: Parrot) -> None:
    chain = SynthesizerChain((english, anything))
    chain.synthesize("hallo", voice="de", language="de-DE")
    chain.synthesize("hello", voice="heart", language="en-US")
    assert (english.said, anything.said) == (["heart/en-US: hello"], ["de/de-DE: hallo"])


def test_for_an_unknown_voice_the_first_with_the_language_speaks(english: Parrot, anything: Parrot) -> None:
    chain = SynthesizerChain((english, anything))
    chain.synthesize("hello", voice="nobody", language="en-GB")
    assert (len(english.said), len(anything.said)) == (1, 0)


def test_the_chain_has_the_voices_of_all_in_order(english: Parrot, anything: Parrot) -> None:
    chain = SynthesizerChain((english, anything))
    assert [voice.name for voice in chain.voices] == ["heart", "en-us", "de"]
    assert chain.languages == {"en-US", "en-us", "de"}


def test_a_language_of_nobody_is_refused(english: Parrot) -> None:
    with pytest.raises(LanguageNotAvailable):
        SynthesizerChain((english,)).synthesize("bonjour", voice="x", language="fr-FR")


def test_speech_knows_how_long_it_is() -> None:
    assert Speech(pcm=bytes(48000), rate_hz=24000).seconds == 1.0
