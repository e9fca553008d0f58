"""Verbs the caller hears: `<Say>`, `<Play>`, `<Pause>` (twiml.md sections 2 to 4)."""

from dataclasses import dataclass

from ringback.twiml.nodes.node import Verb
from ringback.twiml.nodes.ssml import SsmlContent


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Verb):
    """Words. `text` is always the whole as plain text; `children` is the SSML, empty when there is no markup.

    An empty `text` is kept, with problem 13520: nothing is spoken and the document goes on (SAY-02). `loop` 0 is for
    ever.
    """

    text: str
    children: tuple[SsmlContent, ...] = ()
    voice: str | None = None
    language: str | None = None
    loop: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Play(Verb):
    """A media `url`, as written and perhaps relative, or `digits` to send: one of them. `loop` 0 is for ever."""

    url: str | None = None
    loop: int = 1
    digits: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause(Verb):
    """Silence for `length` seconds."""

    length: int = 1


Prompted = Say | Play | Pause
