"""What `<Gather input="speech">` asks of a call, and what it is told (twiml.md section 5)."""

from dataclasses import dataclass
from typing import Protocol


class ListeningFailed(Exception):
    """Nobody can listen in this language, or the recogniser failed. `code` is Twilio's number."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenRequest:
    """`silence_seconds` after speech end an utterance (G-15), and `max_seconds` do (G-16)."""

    language: str
    hints: tuple[str, ...] = ()
    silence_seconds: float = 5.0
    max_seconds: float = 60.0
    partials: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechBegan:
    """The caller speaks; nothing is understood yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechPartial:
    """What seems to have been said so far."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechEnded:
    """What was said; empty where it was only a noise. The next thing on the stream is another utterance."""

    text: str
    confidence: float | None = None


SpeechNews = SpeechBegan | SpeechPartial | SpeechEnded


class SpeechStream(Protocol):
    """What the caller says since the stream was opened, utterance by utterance."""

    async def next(self) -> SpeechNews:
        """Began, then partial results, then ended. Raises `CallEnded` and `ListeningFailed`."""
        ...
