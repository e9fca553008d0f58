"""Waiting music, made by numbers, so that it needs no file and no licence: four slow chords of plucked strings. Pure.

The loop has no seam: a string that still sounds at the end goes on at the beginning.
"""

import numpy as np

from ringback.media.tone import RATE_HZ, Samples, to_pcm

CHORD_SECONDS = 4.0
LEVEL = 0.25
"""Peak of the whole, of full scale: quieter than speech."""

_NOTES_PER_CHORD = 8
_DECAY_SECONDS = 1.1
_ATTACK_SECONDS = 0.006
_PARTIALS = ((1, 1.0), (2, 0.35), (3, 0.12))
_PATTERN = (0, 2, 3, 2, 1, 2, 3, 1)
_CHORDS = (  # MIDI note numbers: F major 7, A minor 7, D minor 9, C major
    (53, 57, 60, 64),
    (57, 60, 64, 67),
    (50, 57, 60, 65),
    (48, 55, 60, 64),
)


def waiting_music_pcm() -> bytes:
    """One turn of the loop, 8 kHz 16-bit."""
    length = round(CHORD_SECONDS * RATE_HZ) * len(_CHORDS)
    loop: Samples = np.zeros(length)
    step = CHORD_SECONDS / _NOTES_PER_CHORD
    for bar, chord in enumerate(_CHORDS):
        for position, degree in enumerate(_PATTERN):
            start = round((bar * CHORD_SECONDS + position * step) * RATE_HZ)
            accent = 1.0 if position == 0 else 0.7
            _add_round(loop, start, accent * _string(chord[degree]))
    return to_pcm(loop * (LEVEL / np.max(np.abs(loop))))


def _string(note: int) -> Samples:
    """A plucked string: a few partials that die away, the higher ones sooner."""
    time = np.arange(round(4 * _DECAY_SECONDS * RATE_HZ)) / RATE_HZ
    frequency = 440.0 * 2 ** ((note - 69) / 12)
    sound: Samples = np.zeros(len(time))
    for number, level in _PARTIALS:
        sound += level * np.exp(-time * number / _DECAY_SECONDS) * np.sin(2 * np.pi * frequency * number * time)
    attack: Samples = np.minimum(1.0, time / _ATTACK_SECONDS)
    return sound * attack


def _add_round(loop: Samples, start: int, sound: Samples) -> None:
    """Add a sound to the loop, its tail at the beginning when it is longer than what is left."""
    positions = (start + np.arange(len(sound))) % len(loop)
    np.add.at(loop, positions, sound)
