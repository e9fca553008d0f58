"""What is to be heard, in order: words in a voice and a manner, silence, a bleep. Plain values, without any markup.

SSML becomes these on a higher floor; here they are spoken (`synthesizer`) and put together (`joining`).
"""

from dataclasses import dataclass
from typing import TypeAlias

SLOWEST, FASTEST = 0.2, 2.0
LOWEST, HIGHEST = 0.5, 1.5
QUIETEST_DB, LOUDEST_DB = -96.0, 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pronunciation:
    """How the characters `start` to `end` of a text are spoken: International Phonetic Alphabet."""

    start: int
    end: int
    ipa: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How an engine speaks a text. 1.0 is the engine's own rate and pitch."""

    rate: float = 1.0
    pitch: float = 1.0
    pronunciations: tuple[Pronunciation, ...] = ()


PLAIN = Manner()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text for one voice. `is_inner` says that it stands inside an utterance in `outer_language`: when nobody speaks
    its own language, the voice of the words around it does."""

    text: str
    voice: str | None = None
    language: str | None = None
    manner: Manner = PLAIN
    gain_db: float = 0.0
    outer_language: str | None = None
    is_inner: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bleep:
    """A tone in place of a word that nobody shall hear."""

    seconds: float


Segment: TypeAlias = Words | Silence | Bleep
