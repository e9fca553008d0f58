"""Text and files turned into clips that are ready to send: spoken and decoded in threads, each once, and kept.

speech(text, voice, language) ──> choose_voice ──> Synthesizer ──┐
decoded(data, content_type)   ──> the engine's decoder ──────────┴──> Clip, in a cache bounded by seconds
"""

import asyncio
import functools
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from ringback.media._engine import Clip, DecodeError
from ringback.media.clip_cache import ClipCache
from ringback.media.container import GSM_TYPES, RAW_TYPES, contradiction, kind_of, mu_law_of_au
from ringback.media.errors import PromptUnavailable
from ringback.media.music import waiting_music_pcm
from ringback.media.tone import DEFAULT_RING_TONE, RATE_HZ, RING_TONES, beep_pcm, ring_tone_pcm
from ringback.speech.errors import SpeechFailed
from ringback.speech.synthesizer import Synthesizer
from ringback.speech.voice import VoiceChoice, choose_voice

MAX_CACHED_SECONDS = 1800.0
"""Half an hour of audio; a second is 16 kB of samples and 16 kB of both laws, so about 58 MB."""

MEDIA_NOT_RETRIEVED = 11200
MEDIA_TYPE_NOT_SUPPORTED = 13420

T = TypeVar("T")


class ClipFactory(Protocol):
    """What makes clips: the engine's `Clip` class, or a test's."""

    def from_pcm(self, pcm: bytes, rate_hz: int) -> Clip: ...

    def decode(self, data: bytes, hint: str | None = None) -> Clip: ...


class PromptLibrary:
    """Every prompt of the server. Speech and decoding have a thread each, so that a long text holds up no file."""

    def __init__(
        self,
        synthesizer: Synthesizer,
        *,
        clips: ClipFactory = Clip,
        max_cached_seconds: float = MAX_CACHED_SECONDS,
        on_voice_note: Callable[[str], None] | None = None,
    ) -> None:
        self._synthesizer = synthesizer
        self._clips = clips
        self._cache: ClipCache[Clip] = ClipCache(max_cached_seconds)
        self._on_voice_note = on_voice_note
        self._speaker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ringback-speech")
        self._decoder = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ringback-decode")
        self._ring_tones: dict[str, Clip] = {}

    async def speech(self, text: str, *, voice: str | None = None, language: str | None = None) -> Clip:
        """The text as audio. Raises `PromptUnavailable` with 13520, 13521."""
        words = text.strip()
        if not words:
            raise PromptUnavailable(13520, "there is no text to speak")
        make = functools.partial(self._speak, words, voice, language)
        return await self._cache.get(("speech", words, voice, language), make)

    async def decoded(self, data: bytes, content_type: str, *, key: str | None = None) -> Clip:
        """A file as audio. `key` is the same for the same bytes, if the caller has one. Raises `PromptUnavailable`:
        11200 for bytes that are not what `content_type` says (PLAY-07), 13420 for a format that is not decoded."""
        version = key or await self._in(self._decoder, _digest, data)
        make = functools.partial(self._in, self._decoder, self._decode, data, content_type)
        return await self._cache.get(("file", version, content_type), make)

    async def choose_voice(self, voice: str | None, language: str | None) -> VoiceChoice:
        """Which voice `speech` would use, and why if it is not the one asked for. Raises `PromptUnavailable`."""
        return await self._in(self._speaker, self._choose, voice, language)

    @functools.cached_property
    def beep(self) -> Clip:
        """What is heard before `<Record>` listens."""
        return self._clips.from_pcm(beep_pcm(), RATE_HZ)

    @functools.cached_property
    def waiting_music(self) -> Clip:
        """A loop to wait by; play it for ever."""
        return self._clips.from_pcm(waiting_music_pcm(), RATE_HZ)

    def ring_tone(self, country: str | None = None) -> Clip:
        """One period of the ringback of `<Dial ringTone>`; play it for ever."""
        name = country if country is not None and country in RING_TONES else DEFAULT_RING_TONE
        if name not in self._ring_tones:
            self._ring_tones[name] = self._clips.from_pcm(ring_tone_pcm(name), RATE_HZ)
        return self._ring_tones[name]

    async def close(self) -> None:
        """Stop the threads; what they are at is finished, what waits is dropped."""
        await self._cache.close()
        self._speaker.shutdown(wait=False, cancel_futures=True)
        self._decoder.shutdown(wait=False, cancel_futures=True)

    async def _speak(self, text: str, voice: str | None, language: str | None) -> Clip:
        choice, clip = await self._in(self._speaker, self._synthesize, text, voice, language)
        if choice.note is not None and self._on_voice_note is not None:
            self._on_voice_note(choice.note)
        return clip

    async def _in(self, executor: ThreadPoolExecutor, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(executor, function, *arguments)

    def _choose(self, voice: str | None, language: str | None) -> VoiceChoice:
        try:
            return choose_voice(voice, language, self._synthesizer.voices)
        except SpeechFailed as failure:
            raise PromptUnavailable(failure.code, failure.message) from failure

    def _synthesize(self, text: str, voice: str | None, language: str | None) -> tuple[VoiceChoice, Clip]:
        choice = self._choose(voice, language)
        try:
            speech = self._synthesizer.synthesize(text, voice=choice.voice, language=choice.language)
        except SpeechFailed as failure:
            raise PromptUnavailable(failure.code, failure.message) from failure
        return choice, self._clips.from_pcm(speech.pcm, speech.rate_hz)

    def _decode(self, data: bytes, content_type: str) -> Clip:
        if content_type in GSM_TYPES:
            raise PromptUnavailable(MEDIA_TYPE_NOT_SUPPORTED, "GSM files are not decoded; use wav, mp3, ogg or flac")
        problem = contradiction(data, content_type)
        if problem is not None:
            raise PromptUnavailable(MEDIA_NOT_RETRIEVED, problem)
        hint = content_type
        if content_type in RAW_TYPES:
            data, hint = _raw_mu_law(data), "audio/basic"
        try:
            return self._clips.decode(data, hint)
        except DecodeError as error:
            raise PromptUnavailable(
                MEDIA_NOT_RETRIEVED, f"the {content_type} file cannot be decoded: {error}"
            ) from error


def _raw_mu_law(data: bytes) -> bytes:
    """Samples without the header of an `.au` file, which `audio/basic` may have."""
    if kind_of(data) != "au":
        return data
    samples = mu_law_of_au(data)
    if samples is None:
        raise PromptUnavailable(MEDIA_TYPE_NOT_SUPPORTED, "the .au file is not 8 kHz mono mu-law")
    return samples


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
