"""English speech from the hibari engine: in this process, offline, with the one voice that its wheel contains.

Nothing is ever downloaded: hibari would fetch other voices on first use, so only the packaged one is named.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from typing import Any

import numpy as np
from hibari import SAMPLE_RATE, Hibari

from ringback.speech.errors import TEXT_TOO_LONG, SpeechFailed
from ringback.speech.joining import resampled
from ringback.speech.segment import PLAIN, Manner, Pronunciation
from ringback.speech.synthesizer import MAX_TEXT_LENGTH, LocalVoice, Speech

PACKAGED_VOICE = "heart"
_SEED = 1  # the breath noise of a sentence is the same each time, so that a prompt always sounds alike
_SLOWEST = 0.3  # below it the vowels fall apart
_LETTERS = {
    "t͡ʃ": "ʧ", "d͡ʒ": "ʤ", "tʃ": "ʧ", "dʒ": "ʤ", "eɪ": "A", "aɪ": "I", "ɔɪ": "Y", "oʊ": "O", "əʊ": "O", "aʊ": "W",
    "ɝ": "ɜɹ", "ɚ": "əɹ", "ɜː": "ɜɹ", "ɒ": "ɑ", "a": "æ", "e": "A", "o": "O", "r": "ɹ", "g": "ɡ", "ʀ": "ɹ", "ː": "",
    "ʏ": "ɪ",    "ʉ": "u", "ɵ": "ə", "ɶ": "æ", "ɫ": "l", "ʍ": "w", "ɱ": "m", "ɬ": "l", "ɦ": "h", "ʑ": "ʒ",
    "ʐ": "ʒ", "ɭ": "l", ".": "",
    "ˑ": "",    "\u0361": "", "\u0329": "", "˞": "ɹ", "ʷ": "",
}  # fmt: skip
"""IPA on the left, the letters of the model (those of misaki) on the right; the longest first."""
_GROUP = re.compile("|".join(sorted(map(re.escape, _LETTERS), key=len, reverse=True)))
_RAISED = re.compile(r"(?<![A-Za-z])[²³]|[²³](?=\w)|[^\x00-\x7f²³]")
_VOWELS = "AIOQWYᵊæɑɐɒɔəɚɛɜɨɪʊʌɤᵻiueoaɯøœy"
_STRESS = re.compile(rf"([ˈˌ])([^ˈˌ{_VOWELS} ]*)(?=[{_VOWELS}])")
_KNOWN = re.compile(
    r"[^ AIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲᵻ\u0303]"
)


class HibariSynthesizer:
    """A `Synthesizer` for English; about 100 times as fast as speech on one core. Safe to call from several threads."""

    voices = (LocalVoice(name=PACKAGED_VOICE, language="en-US", gender="female", speaks_ipa=True),)
    languages = frozenset({"en-US"})

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._engine: Any = None

    def warm_up(self) -> None:
        """Load the model and its dictionaries, about a second, so that the first caller does not wait for it."""
        with self._lock:
            for _ in self._sentences("Ready.", PLAIN):
                pass

    def synthesize(self, text: str, *, voice: str, language: str, manner: Manner = PLAIN) -> Speech:
        """Sentence by sentence; the voice is always the packaged one. Raises `SpeechFailed`."""
        if len(text) > MAX_TEXT_LENGTH:
            raise SpeechFailed(f"the text has more than {MAX_TEXT_LENGTH} characters", code=TEXT_TOO_LONG)
        try:
            with self._lock:
                pcm = b"".join(self._sentences(_with_pronunciations(text, manner.pronunciations), manner))
        except Exception as error:  # the engine's own faults, of whatever type, are this one's
            raise SpeechFailed(f"hibari cannot speak this text: {type(error).__name__}: {error}") from error
        if not pcm:
            raise SpeechFailed("the text has no words that can be spoken")
        return Speech(pcm=pcm, rate_hz=SAMPLE_RATE)

    def _sentences(self, text: str, manner: Manner) -> Iterator[bytes]:
        """Pitch is made by playing faster or slower, and undone in the rate."""
        if self._engine is None:
            self._engine = Hibari(voice=PACKAGED_VOICE)
        for samples in self._engine.stream(text, speed=max(_SLOWEST, manner.rate / manner.pitch), seed=_SEED):
            if manner.pitch != 1.0 and len(samples):
                samples = resampled(samples, manner.pitch)
            yield (np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()


def letters_of_ipa(ipa: str) -> str:
    """IPA in the letters of the model. Stress stands before the vowel there, before the syllable in the IPA."""
    letters = _GROUP.sub(lambda match: _LETTERS[match.group()], ipa.strip().replace("'", "ˈ"))
    return _STRESS.sub(r"\2\1", _KNOWN.sub("", letters))


def _with_pronunciations(text: str, pronunciations: tuple[Pronunciation, ...]) -> str:
    """hibari reads `[word](/letters/)`; such a thing in the text itself is text."""
    parts: list[str] = []
    at = 0
    for said in sorted(pronunciations, key=lambda pronunciation: pronunciation.start):
        letters = letters_of_ipa(said.ipa)
        word = _bare(text[said.start : said.end])
        parts += [_bare(text[at : said.start]), f"[{word or 'x'}](/{letters}/)" if letters else word]
        at = said.end
    return "".join((*parts, _bare(text[at:])))


def _bare(text: str) -> str:
    return _RAISED.sub(_digit, text).replace("](", "] (")


def _digit(match: re.Match[str]) -> str:
    """Raised and circled digits as plain ones: hibari reads 10⁶ as 106, and fails at ⁶x. Squared and cubed it knows."""
    character = match.group()
    is_plain = character.isdecimal() or not character.isdigit()
    return character if is_plain else f" {unicodedata.digit(character)}"
