"""The WAV that espeak-ng writes to a pipe, and what is refused before the program is started."""

import struct

import pytest

from ringback.speech.errors import SpeechFailed
from ringback.speech.providers.espeak import EspeakSynthesizer, _speech_of_wav
from ringback.speech.synthesizer import MAX_TEXT_LENGTH


def wav(pcm: bytes, rate: int = 22050) -> bytes:
    """As espeak-ng writes it: the sizes are not known yet."""
    form = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, rate * 2, 2, 16)
    return b"RIFF" + struct.pack("<I", 0x7FFFF024) + b"WAVE" + form + b"data" + struct.pack("<I", 0x7FFFF000) + pcm


def test_the_sizes_of_a_piped_wav_are_not_believed() -> None:
    speech = _speech_of_wav(wav(b"\x01\x00" * 10))
    assert (speech.pcm, speech.rate_hz) == (b"\x01\x00" * 10, 22050)


def test_half_a_sample_at_the_end_is_dropped() -> None:
    assert len(_speech_of_wav(wav(b"\x01\x00\x02")).pcm) == 2


@pytest.mark.parametrize("data", [b"", b"RIFF", b"not audio at all" * 4, wav(b""), wav(b"")[:40]])
def test_no_audio_is_a_failure(data: bytes) -> None:
    with pytest.raises(SpeechFailed, match="wrote no audio"):
        _speech_of_wav(data)


def test_a_program_that_is_not_there_has_no_voices_and_says_what_to_install() -> None:
    absent = EspeakSynthesizer("no-such-program-here")
    assert (absent.is_installed, absent.voices, absent.languages) == (False, (), frozenset())
    with pytest.raises(SpeechFailed, match="no-such-program-here is not installed"):
        absent.synthesize("hallo", voice="de", language="de-DE")


@pytest.mark.parametrize(("text", "code"), [("", 13520), (" ...! ", 13520), ("a" * (MAX_TEXT_LENGTH + 1), 13521)])
def test_a_text_that_cannot_be_spoken_starts_no_program(text: str, code: int) -> None:
    with pytest.raises(SpeechFailed) as caught:
        EspeakSynthesizer("no-such-program-here").synthesize(text, voice="de", language="de")
    assert caught.value.code == code
