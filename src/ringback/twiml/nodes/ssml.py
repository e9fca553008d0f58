"""The SSML elements of `<Say>` (twiml.md 2.1): a small tree whose leaves are plain strings."""

from dataclasses import dataclass
from typing import Literal

from ringback.twiml.nodes.node import Node

BreakStrength = Literal["none", "x-weak", "weak", "medium", "strong", "x-strong"]
EmphasisLevel = Literal["strong", "moderate", "reduced"]
PhonemeAlphabet = Literal["ipa", "x-sampa"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlElement(Node):
    """Any SSML element; `children` are strings and further elements, in order."""

    children: "tuple[str | SsmlElement, ...]" = ()


SsmlContent = str | SsmlElement


@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlBreak(SsmlElement):
    """`<break>`: silence, by `strength` or for `time_seconds`."""

    strength: BreakStrength | None = None
    time_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlEmphasis(SsmlElement):
    """`<emphasis>`: louder and slower, or softer and faster."""

    level: EmphasisLevel | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlLang(SsmlElement):
    """`<lang xml:lang>`: words in another language."""

    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlParagraph(SsmlElement):
    """`<p>`: a pause after a paragraph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlSentence(SsmlElement):
    """`<s>`: a pause after a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlPhoneme(SsmlElement):
    """`<phoneme>`: how a word is pronounced, in the letters of `alphabet`."""

    alphabet: PhonemeAlphabet | None = None
    ph: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlProsody(SsmlElement):
    """`<prosody>`: volume, rate and pitch, kept as written (`loud`, `+6dB`, `90%`)."""

    volume: str | None = None
    rate: str | None = None
    pitch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlSayAs(SsmlElement):
    """`<say-as>`: what kind of text it is, such as `digits` or `date`."""

    interpret_as: str | None = None
    format: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlSub(SsmlElement):
    """`<sub alias>`: say `alias` where the text stands."""

    alias: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlWord(SsmlElement):
    """`<w role>`: which of several pronunciations a word has."""

    role: str | None = None
