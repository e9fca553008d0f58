"""From the SSML of a `<Say>` (twiml.md 2.1) to segments that a synthesizer speaks. Pure.

Volume, rate and pitch: a named level (`loud`, `slow`, `high`) stands for itself, a change (`+6dB`, `90%`, `-10%`) is on
top of what is around it. What a local voice cannot do is noted, and its words are spoken all the same.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ringback.speech.phoneme import MAX_PHONEMES, ipa_of_x_sampa
from ringback.speech.say_as import said_as
from ringback.speech.segment import (
    FASTEST,
    HIGHEST,
    LOUDEST_DB,
    LOWEST,
    QUIETEST_DB,
    SLOWEST,
    Bleep,
    Manner,
    Pronunciation,
    Segment,
    Silence,
    Words,
)
from ringback.twiml.nodes import (
    SsmlBreak,
    SsmlContent,
    SsmlElement,
    SsmlEmphasis,
    SsmlLang,
    SsmlParagraph,
    SsmlPhoneme,
    SsmlProsody,
    SsmlSayAs,
    SsmlSentence,
    SsmlSub,
    SsmlWord,
)

BREAKS = {"none": 0.0, "x-weak": 0.1, "weak": 0.25, "medium": 0.4, "strong": 0.7, "x-strong": 1.0}
VOLUMES = {
    "default": 0.0, "silent": QUIETEST_DB, "x-soft": -12.0, "soft": -6.0, "medium": 0.0, "loud": 6.0, "x-loud": 12.0
}  # fmt: skip
RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "fast": 1.25, "x-fast": 1.6}
PITCHES = {"default": 1.0, "x-low": 0.8, "low": 0.9, "medium": 1.0, "high": 1.1, "x-high": 1.2}
EMPHASES = {"strong": (4.0, 0.85), "moderate": (2.0, 0.92), "reduced": (-4.0, 1.1)}
"""Change in dB, and of the rate."""
SENTENCE_SECONDS, PARAGRAPH_SECONDS = 0.4, 0.8
MAX_SILENCE_SECONDS = 120.0
"""All breaks of one `<Say>` together."""
SECONDS_PER_BLEEPED_LETTER = 0.08

_BLEEPED = frozenset({"expletive", "bleep"})
_ENDS = (".", "!", "?", ":", ";", ",", "。", "！", "？")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSsml:
    """`notes` are sentences for the app's author."""

    segments: tuple[Segment, ...]
    notes: tuple[str, ...] = ()


def read_ssml(content: Sequence[SsmlContent], *, voice: str | None, language: str | None) -> ReadSsml:
    """The words and silences of `content`, in order."""
    writer = _Writer(voice=voice, language=language, outer_language=language)
    writer.write_all(content)
    writer.flush()
    return ReadSsml(segments=tuple(writer.segments), notes=tuple(dict.fromkeys(writer.notes)))


@dataclass(slots=True, kw_only=True)
class _Writer:
    """Collects words of one style until the style changes or a silence comes."""

    voice: str | None
    language: str | None
    outer_language: str | None
    is_inner: bool = False
    gain_db: float = 0.0
    rate: float = 1.0
    pitch: float = 1.0
    text: str = ""
    pronunciations: list[Pronunciation] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    silence_left: float = MAX_SILENCE_SECONDS

    def write_all(self, content: Sequence[SsmlContent]) -> None:
        for part in content:
            if isinstance(part, str):
                self.add(part)
            else:
                self.write(part)

    def write(self, element: SsmlElement) -> None:
        match element:
            case SsmlBreak():
                seconds = element.time_seconds
                self.rest(BREAKS[element.strength or "medium"] if seconds is None else seconds)
            case SsmlParagraph() | SsmlSentence():
                self.flush()
                self.write_all(element.children)
                self.end_sentence()
                self.rest(PARAGRAPH_SECONDS if isinstance(element, SsmlParagraph) else SENTENCE_SECONDS)
            case SsmlEmphasis():
                gain_db, rate = EMPHASES[element.level or "moderate"]
                with self.style(gain_db=self.gain_db + gain_db, rate=self.rate * rate):
                    self.write_all(element.children)
            case SsmlProsody():
                with self.style(
                    gain_db=self.gain_of(element), rate=self.rate_of(element), pitch=self.pitch_of(element)
                ):
                    self.write_all(element.children)
            case SsmlLang():
                with self.style(language=element.language or self.language):
                    self.write_all(element.children)
            case _:
                self.write_word(element)

    def gain_of(self, element: SsmlProsody) -> float | None:
        if element.volume is None or element.volume in VOLUMES:
            return VOLUMES.get(element.volume or "")
        return self.gain_db + float(element.volume.removesuffix("dB"))

    def rate_of(self, element: SsmlProsody) -> float | None:
        if element.rate is None or element.rate in RATES:
            return RATES.get(element.rate or "")
        return self.rate * _percent(element.rate)

    def pitch_of(self, element: SsmlProsody) -> float | None:
        if element.pitch is None or element.pitch in PITCHES:
            return PITCHES.get(element.pitch or "")
        return self.pitch * (1 + _percent(element.pitch))

    def write_word(self, element: SsmlElement) -> None:
        """What changes how its own text is read."""
        inner = _text(element.children)
        match element:
            case SsmlSub():
                self.add(inner if element.alias is None else element.alias)
            case SsmlSayAs(interpret_as=kind) if kind in _BLEEPED:
                self.flush()
                letters = sum(not sign.isspace() for sign in inner)
                self.segments.append(Bleep(seconds=min(2.0, max(0.2, letters * SECONDS_PER_BLEEPED_LETTER))))
            case SsmlSayAs():
                self.add(said_as(inner, element.interpret_as, element.format, self.language))
            case SsmlPhoneme():
                self.pronounce(inner, element)
            case SsmlWord():
                self.notes.append("<w role> is not known to the voices here; the word is read as it stands")
                self.write_all(element.children)
            case _:
                self.write_all(element.children)

    def pronounce(self, word: str, element: SsmlPhoneme) -> None:
        sounds = (element.ph or "").strip()
        if not sounds or len(sounds) > MAX_PHONEMES:
            self.notes.append(f"<phoneme> needs ph, at most {MAX_PHONEMES} characters; its text is read")
            self.add(word)
            return
        ipa = ipa_of_x_sampa(sounds) if element.alphabet == "x-sampa" else sounds
        start = len(self.text)
        self.add(word.strip() or "x")
        self.pronunciations.append(Pronunciation(start=start, end=len(self.text), ipa=ipa))

    def add(self, text: str) -> None:
        """White space is one blank, and none at the beginning."""
        words = " ".join(text.split())
        before = " " if text[:1].isspace() and self.text and not self.text.endswith(" ") else ""
        after = " " if words and text[-1:].isspace() else ""
        self.text += before + words + after

    def end_sentence(self) -> None:
        """A sentence ends in a mark, or it would sound as if more came."""
        words = self.text.rstrip()
        if words and not words.endswith(_ENDS):
            self.text = f"{words}."

    def rest(self, seconds: float) -> None:
        self.flush()
        if seconds > self.silence_left:
            self.notes.append(f"the breaks of one <Say> are at most {MAX_SILENCE_SECONDS:g} s together")
        seconds = min(seconds, self.silence_left)
        self.silence_left -= seconds
        if seconds > 0:
            self.segments.append(Silence(seconds=seconds))

    def flush(self) -> None:
        text = self.text.rstrip()
        if any(sign.isalnum() for sign in text):
            manner = Manner(rate=self.rate, pitch=self.pitch, pronunciations=tuple(self.pronunciations))
            self.segments.append(
                Words(
                    text=text,
                    voice=self.voice,
                    language=self.language,
                    manner=manner,
                    gain_db=self.gain_db,
                    outer_language=self.outer_language,
                    is_inner=self.is_inner,
                )
            )
        self.text = ""
        self.pronunciations = []

    @contextmanager
    def style(
        self,
        *,
        gain_db: float | None = None,
        rate: float | None = None,
        pitch: float | None = None,
        language: str | None = None,
    ) -> Iterator[None]:
        """What is written inside has another style."""
        self.flush()
        outer = self.gain_db, self.rate, self.pitch, self.language, self.is_inner
        self.gain_db = _within(self.gain_db if gain_db is None else gain_db, QUIETEST_DB, LOUDEST_DB)
        self.rate = _within(self.rate if rate is None else rate, SLOWEST, FASTEST)
        self.pitch = _within(self.pitch if pitch is None else pitch, LOWEST, HIGHEST)
        if language is not None and language != self.language:
            self.language, self.is_inner = language, True
        yield
        self.flush()
        self.gain_db, self.rate, self.pitch, self.language, self.is_inner = outer


def plain_words(text: str, *, voice: str | None, language: str | None) -> ReadSsml:
    """A text without markup."""
    return ReadSsml(segments=(Words(text=text.strip(), voice=voice, language=language, outer_language=language),))


def _text(content: Sequence[SsmlContent]) -> str:
    return "".join(part if isinstance(part, str) else _text(part.children) for part in content)


def _percent(written: str) -> float:
    return float(written.removesuffix("%")) / 100


def _within(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))
