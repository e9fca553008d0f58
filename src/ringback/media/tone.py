"""Tones by numbers: the ringback of each country that `<Dial ringTone>` names, and the beep of `<Record>`. Pure.

The figures are those of ITU-T E.180 Supplement 2. A modulated tone (400 Hz by 25 Hz) is written with its side bands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

RATE_HZ = 8000
LEVEL_DBFS = -18.0
BEEP_HZ = 1000.0
BEEP_SECONDS = 0.5
ROOM_TONE_HZ = (620.0, 930.0)
ROOM_TONE_SECONDS = 0.15
DEFAULT_RING_TONE = "us"

_FADE_SECONDS = 0.005
_FULL_SCALE = 32767.0

Samples = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RingTone:
    """Frequencies that sound together, and seconds of tone, silence, tone, silence ... that repeat."""

    frequencies_hz: tuple[float, ...]
    cadence: tuple[float, ...]


_SLOW = (1.0, 4.0)
_DOUBLE = (0.4, 0.2, 0.4, 2.0)
_CONTINENTAL = RingTone((425.0,), _SLOW)
_CONTINENTAL_COUNTRIES = "bg", "br", "ch", "cz", "de", "dk", "ee", "fi", "gr", "it", "lt", "mx", "nl", "no", "pl", "ve"


def _modulated(carrier: float, by: float) -> tuple[float, ...]:
    return (carrier - by, carrier, carrier + by)


RING_TONES: Mapping[str, RingTone] = MappingProxyType(
    dict.fromkeys(_CONTINENTAL_COUNTRIES, _CONTINENTAL)
    | {
        "at": RingTone((420.0,), (1.0, 5.0)),
        "au": RingTone((413.0, 438.0), _DOUBLE),
        "be": RingTone((425.0,), (1.0, 3.0)),
        "cl": RingTone((400.0,), (1.0, 3.0)),
        "cn": RingTone((450.0,), _SLOW),
        "es": RingTone((425.0,), (1.5, 3.0)),
        "fr": RingTone((440.0,), (1.5, 3.5)),
        "hu": RingTone((425.0,), (1.25, 3.75)),
        "il": RingTone((400.0,), (1.0, 3.0)),
        "in": RingTone(_modulated(400.0, 25.0), _DOUBLE),
        "jp": RingTone(_modulated(400.0, 16.0), (1.0, 2.0)),
        "my": RingTone((425.0,), _DOUBLE),
        "nz": RingTone((400.0, 450.0), _DOUBLE),
        "ph": RingTone((425.0, 480.0), _SLOW),
        "pt": RingTone((425.0,), (1.0, 5.0)),
        "ru": RingTone((425.0,), (0.8, 3.2)),
        "se": RingTone((425.0,), (1.0, 5.0)),
        "sg": RingTone(_modulated(425.0, 24.0), _DOUBLE),
        "th": RingTone((400.0,), _SLOW),
        "tw": RingTone((440.0, 480.0), (1.0, 2.0)),
        "uk": RingTone((400.0, 450.0), _DOUBLE),
        "us": RingTone((440.0, 480.0), (2.0, 4.0)),
        "us-old": RingTone(_modulated(420.0, 40.0), (2.0, 4.0)),
        "za": RingTone(_modulated(400.0, 33.0), _DOUBLE),
    }
)
"""Every value of `<Dial ringTone>` (twiml.md 7.1)."""


def ring_tone_pcm(country: str) -> bytes:
    """One period of a country's ringback, 8 kHz 16-bit: played for ever it is the tone. Unknown countries get `us`."""
    tone = RING_TONES.get(country, RING_TONES[DEFAULT_RING_TONE])
    parts = [
        _silence(seconds) if index % 2 else _sound(tone.frequencies_hz, seconds)
        for index, seconds in enumerate(tone.cadence)
    ]
    return to_pcm(np.concatenate(parts))


def beep_pcm() -> bytes:
    """What a caller hears before `<Record>` listens."""
    return to_pcm(_sound((BEEP_HZ,), BEEP_SECONDS))


def room_tone_pcm(*, entering: bool) -> bytes:
    """Two short tones that a conference hears: they rise when somebody comes, and fall when somebody goes."""
    tones = [_sound((frequency,), ROOM_TONE_SECONDS) for frequency in ROOM_TONE_HZ]
    return to_pcm(np.concatenate(tones if entering else tones[::-1]))


def to_pcm(samples: Samples) -> bytes:
    """Samples from -1 to 1 as 16-bit little-endian."""
    return (np.clip(samples, -1.0, 1.0) * _FULL_SCALE).astype("<i2").tobytes()


def _sound(frequencies_hz: tuple[float, ...], seconds: float) -> Samples:
    """Sines of equal level, faded in and out so that the ends do not click."""
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    level = 10 ** (LEVEL_DBFS / 20) * np.sqrt(2)
    wave = np.sum([np.sin(2 * np.pi * frequency * time) for frequency in frequencies_hz], axis=0)
    fade = np.minimum(1.0, np.minimum(time, time[::-1]) / _FADE_SECONDS)
    samples: Samples = wave * fade * level / np.sqrt(len(frequencies_hz))
    return samples


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE_HZ))
