"""Speech in: what an engine that turns audio into text must offer.

Sessions take 8 kHz signed 16-bit little-endian mono samples, as they come from a call. All methods block and are called
in a thread, those of one session by one thread at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

RATE_HZ = 8000
MAX_SECONDS = 60
"""Longest speech of one `<Gather>` (G-16); what comes later is not heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """What seems to have been said so far; it may change."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What was said, empty if nothing was understood. `confidence` is from 0 to 1, None if the engine has no idea."""

    text: str
    confidence: float | None = None


class RecognizerSession(Protocol):
    """One utterance."""

    def feed(self, pcm: bytes) -> Partial | None:
        """The next audio; a partial result if there is news."""
        ...

    def finish(self) -> Recognised:
        """No more audio comes. Raises `SpeechFailed`."""
        ...


class Recognizer(Protocol):
    """One engine."""

    @property
    def languages(self) -> frozenset[str]: ...

    def session(self, language: str, hints: Sequence[str] = (), *, partials: bool = False) -> RecognizerSession:
        """Listen once. `hints` are phrases that are likely; without `partials`, `feed` finds nothing out. Raises
        `LanguageNotAvailable`."""
        ...

    def close(self) -> None:
        """Give back what the engine holds; sessions fail from now on."""
        ...
