"""What the person on the phone does, as a script: steps in order, each waiting for the one before.

Caller().hears("press one").presses("1").hears("after the beep").says("Hello, it is me.").presses("#")
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from ringback.testing.running_call import RunningCall

SECONDS_BETWEEN_KEYS = 0.25
WORDS_PER_SECOND = 2.5


def seconds_of_speech(text: str) -> float:
    """How long it takes to say something: 150 words a minute, and half a second at least."""
    return max(0.5, len(text.split()) / WORDS_PER_SECOND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hear:
    """Wait for a prompt with these words (in any letter case) to begin, or to end."""

    words: str
    to_the_end: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitUntil:
    """Wait until so many seconds after the call arrived."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    keys: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Speak:
    text: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """The phone says something to the app, beside the audio."""

    content: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something happens to the call from outside."""

    action: "Callable[[RunningCall], object]"


Step = Hear | Wait | WaitUntil | Press | Speak | Tell | HangUp | Act


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller's script. Every method gives a caller with one step more; at the end the caller stays on the line."""

    steps: tuple[Step, ...] = ()

    def hears(self, words: str) -> Self:
        """Go on as soon as a prompt begins that has these words; a prompt counts once."""
        return self._then(Hear(words=words, to_the_end=False))

    def hears_out(self, words: str) -> Self:
        """Go on when a prompt that has these words is over."""
        return self._then(Hear(words=words, to_the_end=True))

    def waits(self, seconds: float) -> Self:
        return self._then(Wait(seconds=seconds))

    def waits_until(self, at: float) -> Self:
        """Go on `at` seconds after the call arrived."""
        return self._then(WaitUntil(at=at))

    def presses(self, keys: str, *, at: float | None = None) -> Self:
        """Press keys, a quarter of a second apart; `at` waits for that moment of the call first."""
        unknown = set(keys) - set("0123456789ABCD*#")
        if unknown or not keys:
            raise ValueError(f"no such keys on a phone: {keys!r}")
        return self._at(at)._then(Press(keys=keys))

    def says(self, text: str, *, seconds: float | None = None, at: float | None = None) -> Self:
        """Speak; the script goes on when it is said."""
        duration = seconds_of_speech(text) if seconds is None else seconds
        return self._at(at)._then(Speak(text=text, seconds=duration))

    def tells(self, content: str, *, content_type: str = "application/json", at: float | None = None) -> Self:
        """Have the phone tell the app something (a user-defined message): JSON text, or `text/plain`."""
        return self._at(at)._then(Tell(content=content, content_type=content_type))

    def hangs_up(self, *, at: float | None = None) -> Self:
        return self._at(at)._then(HangUp())

    def then(self, action: "Callable[[RunningCall], object]", *, at: float | None = None) -> Self:
        """Call `action` with this call, which it may move elsewhere or end, as an app does over the REST API."""
        return self._at(at)._then(Act(action=action))

    def _at(self, at: float | None) -> Self:
        return self if at is None else self.waits_until(at)

    def _then(self, step: Step) -> Self:
        return type(self)((*self.steps, step))
