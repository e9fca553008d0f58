"""Twilio's voice names and the nearest voice that is installed here. Pure.

Names are `man`, `woman`, `alice`, `Polly.<Name>[-Neural|-Generative]` and `Google.<language>-<model>-<letter>`. A name
says a gender and often a language; that is what we keep of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ringback.speech.errors import LanguageNotAvailable
from ringback.speech.language import nearest_language
from ringback.speech.synthesizer import Gender, LocalVoice

DEFAULT_LANGUAGE = "en-US"

_BASIC: dict[str, Gender] = {"man": "male", "woman": "female", "alice": "female"}

_POLLY_WOMEN = """
arb:Zeina ar-AE:Hala ca-ES:Arlet cmn-CN:Zhiyu yue-CN:Hiujin cs-CZ:Jitka da-DK:Naja,Sofie nl-NL:Lotte,Laura nl-BE:Lisa
en-AU:Nicole,Olivia en-GB:Amy,Emma en-IE:Niamh en-IN:Aditi,Raveena,Kajal en-NZ:Aria en-SG:Jasmine en-ZA:Ayanda
en-US:Joanna,Salli,Kendra,Kimberly,Ivy,Danielle,Ruth,Tiffany fi-FI:Suvi fr-FR:Celine,Léa,Lea fr-BE:Isabelle
fr-CA:Chantal,Gabrielle de-DE:Marlene,Vicki de-AT:Hannah de-CH:Sabrina hi-IN:Aditi,Kajal is-IS:Dora it-IT:Carla,Bianca
ja-JP:Mizuki,Kazuha,Tomoko ko-KR:Seoyeon,Jihye nb-NO:Liv,Ida pl-PL:Ewa,Maja,Ola pt-BR:Vitoria,Camila pt-PT:Ines
ro-RO:Carmen ru-RU:Tatyana es-ES:Conchita,Lucia es-MX:Mia es-US:Penelope,Lupe sv-SE:Astrid,Elin tr-TR:Filiz,Burcu
cy-GB:Gwyneth
"""
_POLLY_MEN = """
ar-AE:Zayd da-DK:Mads nl-NL:Ruben en-AU:Russell en-GB:Brian,Arthur en-GB-WLS:Geraint en-US:Matthew,Joey,Justin,Kevin,
Gregory,Stephen,Patrick fr-FR:Mathieu,Rémi,Remi fr-BE:Mathieu fr-CA:Liam de-DE:Hans,Daniel is-IS:Karl
it-IT:Giorgio,Adriano ja-JP:Takumi pl-PL:Jacek,Jan pt-BR:Ricardo,Thiago pt-PT:Cristiano ru-RU:Maxim
es-ES:Enrique,Sergio es-MX:Andres es-US:Miguel,Pedro
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceChoice:
    """The voice to use. `note` is a sentence for the log when it is not the one asked for; `known` False is 13511."""

    voice: str
    language: str
    note: str | None = None
    known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What a name asks for."""

    gender: Gender | None
    language: str | None
    known: bool = True


def choose_voice(voice: str | None, language: str | None, available: Sequence[LocalVoice]) -> VoiceChoice:
    """The installed voice nearest to Twilio's `voice` and `language`. Raises `LanguageNotAvailable`.

    The `language` attribute wins over the language in the voice's name; without both it is en-US.
    """
    wish = _wish(voice)
    wanted = language or wish.language or DEFAULT_LANGUAGE
    tag = nearest_language(wanted, {local.language for local in available})
    if tag is None:
        raise LanguageNotAvailable(wanted)
    fitting = [local for local in available if local.language == tag]
    chosen = next((local for local in fitting if local.name == voice), None)
    if chosen is not None:
        return VoiceChoice(voice=chosen.name, language=wanted)
    chosen = next((local for local in fitting if wish.gender in (None, local.gender)), fitting[0])
    note = _note(voice, wanted, wish, chosen) if voice is not None else None
    return VoiceChoice(voice=chosen.name, language=wanted, note=note, known=wish.known)


def _note(voice: str, wanted: str, wish: _Wish, chosen: LocalVoice) -> str:
    spoken = f"spoken by {chosen.name!r} ({chosen.language}, {chosen.gender})"
    if not wish.known:
        return f"voice {voice[:60]!r} is not one of Twilio's; {wanted} is {spoken}"
    return f"voice {voice[:60]!r} is not installed; {wanted} is {spoken}"


def _wish(voice: str | None) -> _Wish:
    """Gender and language of a name of Twilio's."""
    if voice is None:
        return _Wish(gender=None, language=None)
    family, dot, rest = voice.partition(".")
    if not dot:
        gender = _BASIC.get(voice.lower())
        return _Wish(gender=gender, language=None, known=gender is not None)
    if family.lower() == "polly":
        return _POLLY.get(rest.partition("-")[0].lower(), _Wish(gender=None, language=None, known=False))
    if family.lower() == "google":
        return _google(rest)
    return _Wish(gender=None, language=None, known=False)


def _google(name: str) -> _Wish:
    """`de-DE-Neural2-F`: the language is the first two parts; the letter says no gender that we could rely on."""
    parts = name.split("-")
    if len(parts) < 3 or not parts[0].isalpha():
        return _Wish(gender=None, language=None, known=False)
    return _Wish(gender=None, language="-".join(parts[:2]))


def _table(text: str, gender: Gender) -> dict[str, _Wish]:
    """The name lists above; a name in two languages keeps the first."""
    found: dict[str, _Wish] = {}
    for entry in text.replace(",\n", ",").split():
        language, _, names = entry.partition(":")
        for name in names.split(","):
            found.setdefault(name.lower(), _Wish(gender=gender, language=language))
    return found


_POLLY = _table(_POLLY_WOMEN, "female") | _table(_POLLY_MEN, "male")
