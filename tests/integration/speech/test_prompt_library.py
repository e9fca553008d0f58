"""Prompts with the real voice and the real engine: what comes out is telephone audio with words in it."""

import struct
from collections.abc import AsyncIterator

import numpy as np
import pytest

from ringback.media.errors import PromptUnavailable
from ringback.media.prompt import PromptLibrary
from ringback.speech.providers.hibari import HibariSynthesizer
from ringback.speech.providers.pocketsphinx import PocketsphinxRecognizer


@pytest.fixture
async def library() -> AsyncIterator[PromptLibrary]:
    library = PromptLibrary(HibariSynthesizer())
    yield library
    await library.close()


def wav(samples: bytes, rate: int) -> bytes:
    form = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, rate * 2, 2, 16)
    return b"RIFF" + struct.pack("<I", 36 + len(samples)) + form + b"data" + struct.pack("<I", len(samples)) + samples


async def test_a_spoken_prompt_can_be_understood_on_the_telephone(library: PromptLibrary) -> None:
    clip = await library.speech("customer service", voice="alice", language="en-US")
    recognizer = PocketsphinxRecognizer(decoders=1)
    try:
        session = recognizer.session("en-US", ["sales", "customer service", "support"])
        quiet = bytes(3200)
        session.feed(quiet + clip.pcm() + quiet)
        assert session.finish().text == "customer service"
    finally:
        recognizer.close()


async def test_a_wav_of_440_hz_is_440_hz(library: PromptLibrary) -> None:
    tone = (np.sin(2 * np.pi * 440 * np.arange(16000) / 16000) * 8000).astype("<i2").tobytes()
    clip = await library.decoded(wav(tone, 16000), "audio/wav")
    heard = np.frombuffer(clip.pcm(), "<i2").astype(float)
    assert clip.seconds == pytest.approx(1.0, abs=0.05)
    assert int(np.argmax(np.abs(np.fft.rfft(heard[:8000], 8000)))) == pytest.approx(440, abs=2)


@pytest.mark.parametrize(
    ("data", "content_type", "code"),
    [
        (b"<html>not found</html>" * 100, "audio/mpeg", 11200),
        (b"", "audio/wav", 11200),
        (wav(bytes(100), 8000), "audio/mpeg", 11200),
        (wav(bytes(100), 8000)[:30], "audio/wav", 11200),
    ],
)
async def test_what_is_no_audio_is_refused_by_number(
    library: PromptLibrary, data: bytes, content_type: str, code: int
) -> None:
    with pytest.raises(PromptUnavailable) as caught:
        await library.decoded(data, content_type)
    assert caught.value.code == code


async def test_bare_mu_law_is_played_as_it_is(library: PromptLibrary) -> None:
    clip = await library.decoded(b"\xff" * 8000, "audio/basic")
    assert clip.seconds == pytest.approx(1.0, abs=0.01)


async def test_the_standard_clips_are_audio_of_the_engine(library: PromptLibrary) -> None:
    assert library.beep.seconds == pytest.approx(0.5)
    assert library.ring_tone("us").seconds == pytest.approx(6.0)
    assert library.waiting_music.seconds == pytest.approx(16.0)
