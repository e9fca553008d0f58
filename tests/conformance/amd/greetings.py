"""Who may answer a call, as audio: generated persons and machines of several voices, lengths, beeps and noises."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from ringback.speech.providers.espeak import EspeakSynthesizer
from ringback.speech.providers.hibari import HibariSynthesizer
from ringback.speech.segment import Manner
from ringback.speech.synthesizer import Speech

Samples = npt.NDArray[np.float64]
RATE_HZ = 8000

PERSONS = ("Hello?", "Hello, John speaking.", "Yes?", "Smith.", "Good morning, who is this?", "Hi.", "Hello? Hello?")
MACHINES = (
    "Hi, you have reached the voice mail of Jane Miller. I cannot come now. Please leave a message after the tone.",
    "The person you are calling is not available. Please leave your message after the beep.",
    "Hello. This is the answering machine of the Smith family. We are not at home. Leave your name, and we call back.",
    "Thank you for calling. Our office is closed. Our opening hours are Monday to Friday, from nine to five.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What is heard from the answer on, and who it is."""

    name: str
    by: str  # person, machine with beep, machine without beep, fax, silence
    pcm: bytes


@cache
def hibari() -> HibariSynthesizer:
    return HibariSynthesizer()


def spoken(text: str, voice: str) -> Samples:
    """`voice` is `low`, `high` or `heart` of hibari, or a voice of espeak-ng."""
    pitch = {"low": 0.75, "heart": 1.0, "high": 1.15}.get(voice)
    if pitch is not None:
        manner = Manner(pitch=pitch)
        return narrow(hibari().synthesize(text, voice="heart", language="en-US", manner=manner))
    return narrow(EspeakSynthesizer().synthesize(text, voice=voice, language="en-US"))


def narrow(speech: Speech) -> Samples:
    """Telephone audio, without the silence that the engine puts round it."""
    samples = np.frombuffer(speech.pcm, "<i2").astype(np.float64)
    kernel = np.sinc(np.arange(-24, 25) / 3) / 3 * np.hamming(49)
    low = np.convolve(samples, kernel, "same")
    at = np.arange(0, len(low) - 1, speech.rate_hz / RATE_HZ)
    result = np.interp(at, np.arange(len(low)), low)
    heard = np.flatnonzero(np.abs(result) > 200)
    found: Samples = result[heard[0] : heard[-1] + 1] / np.abs(result).max() * 12000
    return found


def tone(frequency_hz: float, seconds: float, level: float = 6000.0) -> Samples:
    wave: Samples = level * np.sin(2 * np.pi * frequency_hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)
    return wave


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE_HZ))


def on_the_line(parts: list[Samples], *, noise: float, gain: float, seed: int) -> bytes:
    """Put together, made louder or softer, with the noise of a line and a long silence behind it."""
    samples = np.concatenate([*parts, silence(8)]) * gain
    noisy = samples + np.random.default_rng(seed).standard_normal(len(samples)) * noise
    return bytes(noisy.clip(-32768, 32767).astype("<i2").tobytes())


def greetings(voices: tuple[str, ...], seed: int = 1) -> Iterator[Greeting]:
    """The same for the same seed."""
    random = np.random.default_rng(seed)

    def made(name: str, by: str, parts: list[Samples]) -> Greeting:
        before = silence(float(random.uniform(0.1, 1.2)))
        pcm = on_the_line(
            [before, *parts],
            noise=float(random.choice([5.0, 30.0, 80.0, 150.0])),
            gain=float(random.uniform(0.25, 1.2)),
            seed=int(random.integers(1 << 30)),
        )
        return Greeting(name=name, by=by, pcm=pcm)

    for index, text in enumerate(PERSONS):
        for turn in range(3):
            voice = voices[(index + turn) % len(voices)]
            yield made(f"{voice}: {text}", "person", [spoken(text, voice)])
    for index, text in enumerate(MACHINES):
        for turn in range(3):
            voice = voices[(index + turn) % len(voices)]
            words = spoken(text, voice)
            gap = silence(float(random.uniform(0.1, 1.6)))
            beep = tone(float(random.uniform(430, 1900)), float(random.uniform(0.2, 1.2)))
            yield made(f"{voice}: {text[:30]} beep", "machine with beep", [words, gap, beep])
            if turn < 2:
                yield made(f"{voice}: {text[:30]}", "machine without beep", [words])
    for seconds in (2.0, 3.0):
        yield made(f"fax {seconds:g} s", "fax", [tone(2100, seconds)])
    for count in range(2):
        yield made(f"nobody {count}", "silence", [silence(1)])
