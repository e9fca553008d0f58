"""Prompts: spoken and decoded once, kept, and failed with Twilio's number. The engine and the voice are the test's."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import cast

import pytest

from ringback.media._engine import Clip, DecodeError
from ringback.media.errors import PromptUnavailable
from ringback.media.prompt import PromptLibrary
from ringback.speech.errors import SpeechFailed
from ringback.speech.segment import PLAIN, Bleep, Manner, Pronunciation, Silence, Words
from ringback.speech.synthesizer import LocalVoice, Speech
from ringback.webhooks.content_type import AUDIO_TYPES


@dataclass(frozen=True)
class FakeClip:
    seconds: float
    made_from: bytes
    hint: str | None = None


@dataclass
class FakeClips:
    """In place of the engine."""

    decoded: list[str | None] = field(default_factory=list)

    def from_pcm(self, pcm: bytes, rate_hz: int) -> Clip:
        return cast(Clip, FakeClip(len(pcm) / 2 / rate_hz, pcm))

    def decode(self, data: bytes, hint: str | None = None) -> Clip:
        self.decoded.append(hint)
        if b"broken" in data:
            raise DecodeError("no frame found")
        return cast(Clip, FakeClip(0.0 if b"nothing" in data else 1.0, data, hint))


@dataclass
class FakeVoice:
    """Speaks one second for each text, when the gate is open."""

    voices: tuple[LocalVoice, ...] = (LocalVoice(name="heart", language="en-US", gender="female"),)
    languages: frozenset[str] = frozenset({"en-US"})
    spoken: list[tuple[str, str, str]] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def synthesize(self, text: str, *, voice: str, language: str, manner: Manner = PLAIN) -> Speech:
        self.threads.add(threading.current_thread().name)
        assert self.gate.wait(5)
        self.spoken.append((text, voice, language))
        if text == "...":
            raise SpeechFailed("the text has no words that can be spoken")
        return Speech(pcm=bytes(48000), rate_hz=24000)


@pytest.fixture
def voice() -> FakeVoice:
    return FakeVoice()


@pytest.fixture
def clips() -> FakeClips:
    return FakeClips()


@pytest.fixture
async def library(voice: FakeVoice, clips: FakeClips) -> AsyncIterator[PromptLibrary]:
    library = PromptLibrary(voice, clips=clips, max_cached_seconds=2.5)
    yield library
    await library.close()


async def test_a_text_is_spoken_once_off_the_loop(library: PromptLibrary, voice: FakeVoice) -> None:
    first = await library.speech("Hello", voice="heart", language="en-US")
    second = await library.speech("  Hello\n", voice="heart", language="en-US")
    assert first is second
    assert first.seconds == 1.0
    assert voice.spoken == [("Hello", "heart", "en-US")]
    assert threading.current_thread().name not in voice.threads


async def test_a_hundred_calls_with_the_same_greeting_make_it_once(library: PromptLibrary, voice: FakeVoice) -> None:
    voice.gate.clear()
    asking = [asyncio.ensure_future(library.speech("Hello")) for _ in range(100)]
    await asyncio.sleep(0)
    voice.gate.set()
    assert len(set(map(id, await asyncio.gather(*asking)))) == 1
    assert len(voice.spoken) == 1


async def test_another_voice_or_language_is_another_clip(library: PromptLibrary, voice: FakeVoice) -> None:
    await library.speech("Hello", voice="man")
    await library.speech("Hello", language="en-GB")
    assert len(voice.spoken) == 2


async def test_the_cache_is_bounded_by_seconds(library: PromptLibrary, voice: FakeVoice) -> None:
    for text in ("one", "two", "three", "one"):
        await library.speech(text)
    assert [text for text, _, _ in voice.spoken] == ["one", "two", "three", "one"]


async def test_a_replaced_voice_is_noted_each_time_also_when_the_audio_was_kept(
    library: PromptLibrary, voice: FakeVoice
) -> None:
    note = "voice 'Polly.Matthew' is not installed; en-US is spoken by 'heart' (en-US, female)"
    for _ in range(2):
        assert (await library.spoken([Words(text="Hello", voice="Polly.Matthew")])).notes == ((13511, note),)
    assert len(voice.spoken) == 1
    assert (await library.choose_voice("nonsense", None)).known is False


@pytest.mark.parametrize("text", ["", "  \n ", "..."])
async def test_nothing_to_say_is_13520(library: PromptLibrary, text: str) -> None:
    """SAY-02."""
    with pytest.raises(PromptUnavailable) as caught:
        await library.speech(text)
    assert caught.value.code == 13520


async def test_a_language_nobody_speaks_is_13511_by_name(library: PromptLibrary) -> None:
    """SAY-04."""
    with pytest.raises(PromptUnavailable, match="'fr-FR'") as caught:
        await library.speech("Bonjour", language="fr-FR")
    assert caught.value.code == 13511
    with pytest.raises(PromptUnavailable):
        await library.choose_voice("Polly.Celine", None)


async def test_the_same_bytes_are_decoded_once(library: PromptLibrary, clips: FakeClips) -> None:
    first = await library.decoded(b"ID3 tune", "audio/mpeg")
    assert await library.decoded(b"ID3 tune", "audio/mpeg") is first
    assert clips.decoded == ["audio/mpeg"]


async def test_a_key_stands_for_the_bytes(library: PromptLibrary, clips: FakeClips) -> None:
    first = await library.decoded(b"ID3 tune", "audio/mpeg", key="v1")
    assert await library.decoded(b"ID3 tune", "audio/mpeg", key="v1") is first
    assert await library.decoded(b"ID3 other", "audio/mpeg", key="v2") is not first
    assert len(clips.decoded) == 2


@pytest.mark.parametrize(
    ("data", "content_type", "code", "reason"),
    [
        (b"ID3 tune", "audio/wav", 11200, "Content-Type is audio/wav, but the file is mp3"),
        (b"broken", "audio/mpeg", 11200, "no frame found"),
        (b"nothing", "audio/wav", 11200, "the audio/wav file has no audio: its length is 0"),
        (b".snd" + bytes(40), "audio/basic", 13420, "not 8 kHz mono mu-law"),
    ],
)
async def test_a_file_that_is_not_what_it_says_fails(
    library: PromptLibrary, data: bytes, content_type: str, code: int, reason: str
) -> None:
    """PLAY-07, PLAY-03."""
    with pytest.raises(PromptUnavailable, match=reason) as caught:
        await library.decoded(data, content_type)
    assert caught.value.code == code


async def test_raw_mu_law_needs_no_header(library: PromptLibrary, clips: FakeClips) -> None:
    await library.decoded(b"\x7f\xff", "audio/ulaw")
    assert clips.decoded == ["audio/basic"]


@pytest.mark.parametrize("content_type", ["audio/gsm", "audio/x-gsm", "audio/x-alaw"])
async def test_other_raw_files_are_decoded_by_their_type(
    library: PromptLibrary, clips: FakeClips, content_type: str
) -> None:
    """PLAY-03: they have no mark of their own."""
    await library.decoded(b"frames", content_type)
    assert clips.decoded == [content_type]


async def test_every_audio_type_of_twilio_has_a_decoder() -> None:
    """PLAY-03: what the fetch lets in, the engine knows."""
    frames = (b"\xd0" + bytes(32)) * 50
    assert [Clip.decode(frames, each).seconds for each in ("audio/gsm", "audio/x-gsm")] == [1.0, 1.0]
    assert [Clip.decode(bytes(8000), each).seconds for each in ("audio/ulaw", "audio/x-alaw")] == [1.0, 1.0]
    assert {"audio/gsm", "audio/x-gsm", "audio/ulaw", "audio/x-alaw"} <= AUDIO_TYPES


async def test_a_long_text_holds_up_no_file(library: PromptLibrary, voice: FakeVoice) -> None:
    voice.gate.clear()
    speaking = asyncio.ensure_future(library.speech("A long text"))
    assert (await library.decoded(b"ID3", "audio/mpeg")).seconds == 1.0
    assert not speaking.done()
    voice.gate.set()
    await speaking


def test_standard_clips_are_made_once() -> None:
    library = PromptLibrary(FakeVoice(), clips=FakeClips())
    assert library.beep is library.beep
    assert library.beep.seconds == 0.5
    assert library.waiting_music.seconds == 16.0
    assert library.ring_tone() is library.ring_tone("us")
    assert library.ring_tone("de").seconds == 5.0
    assert library.ring_tone("atlantis") is library.ring_tone("us")


async def test_words_silences_and_bleeps_are_one_clip(library: PromptLibrary) -> None:
    prepared = await library.spoken([Words(text="One"), Silence(seconds=0.5), Bleep(seconds=0.2), Words(text="two")])
    assert prepared.seconds == pytest.approx(2.7)
    assert prepared.notes == ()


async def test_a_language_nobody_speaks_fails_as_a_whole_and_is_read_by_the_voice_around_it(
    library: PromptLibrary, voice: FakeVoice
) -> None:
    """SAY-04: `<Say language>` fails; `<lang>` inside is still words."""
    with pytest.raises(PromptUnavailable) as caught:
        await library.spoken([Words(text="Bonjour", language="fr-FR")])
    assert caught.value.code == 13511
    inner = Words(text="Bonjour", language="fr-FR", is_inner=True)
    prepared = await library.spoken([Words(text="I say"), inner])
    sentence = "no installed speech engine knows the language 'fr-FR'; its words are read by 'heart'"
    assert prepared.notes == ((13511, sentence),)
    assert [text for text, _, _ in voice.spoken] == ["I say", "Bonjour"]


async def test_a_voice_that_knows_no_phonemes_says_so(library: PromptLibrary) -> None:
    manner = Manner(pronunciations=(Pronunciation(start=0, end=5, ipa="x"),))
    prepared = await library.spoken([Words(text="pecan", manner=manner)])
    assert prepared.notes == ((13511, "voice 'heart' cannot be told how to pronounce; the text is read"),)


async def test_all_words_together_have_one_limit(library: PromptLibrary) -> None:
    with pytest.raises(PromptUnavailable) as caught:
        await library.spoken([Words(text="a" * 3000), Silence(seconds=1), Words(text="a" * 3000)])
    assert caught.value.code == 13521
