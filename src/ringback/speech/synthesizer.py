"""Speech out: what an engine that turns text into audio must offer, and how several make one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ringback.speech.errors import LanguageNotAvailable
from ringback.speech.language import nearest_language
from ringback.speech.segment import PLAIN, Manner

MAX_TEXT_LENGTH = 5000
"""Characters in one request; the longest of Twilio's limits (SAY-03)."""

Gender = Literal["female", "male"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Spoken words: signed 16-bit little-endian mono samples."""

    pcm: bytes = field(repr=False)
    rate_hz: int

    @property
    def seconds(self) -> float:
        return len(self.pcm) / 2 / self.rate_hz


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalVoice:
    """A voice that is installed here. `language` is a tag such as `en-US` or `de`; `speaks_ipa` says that it can be
    told the pronunciation of a word."""

    name: str
    language: str
    gender: Gender
    speaks_ipa: bool = False


class Synthesizer(Protocol):
    """One engine. `synthesize` blocks and is called in a thread; it may be called from several at once."""

    @property
    def voices(self) -> Sequence[LocalVoice]:
        """Every voice, the preferred first. May start the engine: called in a thread."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """The languages of the voices."""
        ...

    def synthesize(self, text: str, *, voice: str, language: str, manner: Manner = PLAIN) -> Speech:
        """Raises `SpeechFailed`. `voice` is the name of one of `voices`; an unknown one means any of the language. An
        engine that cannot pronounce by letters of the IPA reads the text instead."""
        ...


class SynthesizerChain:
    """Several engines as one: the first that knows the language speaks."""

    def __init__(self, synthesizers: Sequence[Synthesizer]) -> None:
        self._synthesizers = tuple(synthesizers)

    @property
    def voices(self) -> tuple[LocalVoice, ...]:
        return tuple(voice for synthesizer in self._synthesizers for voice in synthesizer.voices)

    @property
    def languages(self) -> frozenset[str]:
        return frozenset().union(*(synthesizer.languages for synthesizer in self._synthesizers))

    def synthesize(self, text: str, *, voice: str, language: str, manner: Manner = PLAIN) -> Speech:
        for synthesizer in self._synthesizers:
            if any(known.name == voice for known in synthesizer.voices):
                return synthesizer.synthesize(text, voice=voice, language=language, manner=manner)
        for synthesizer in self._synthesizers:
            if nearest_language(language, synthesizer.languages) is not None:
                return synthesizer.synthesize(text, voice=voice, language=language, manner=manner)
        raise LanguageNotAvailable(language)
