"""Text and files turned into clips that are ready to send: spoken and decoded in threads, each once, and kept.

spoken(segments)             ──> choose_voice ──> Synthesizer ──> joined ──┐
decoded(data, content_type)  ──> the engine's decoder ────────────────────┴──> Clip, in a cache bounded by seconds
"""

import asyncio
import functools
import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ringback.media._engine import Clip, DecodeError
from ringback.media.clip_cache import ClipCache
from ringback.media.container import RAW_TYPES, contradiction, kind_of, mu_law_of_au
from ringback.media.errors import PromptUnavailable
from ringback.media.music import waiting_music_pcm
from ringback.media.tone import DEFAULT_RING_TONE, RATE_HZ, RING_TONES, beep_pcm, ring_tone_pcm, room_tone_pcm
from ringback.speech.errors import TEXT_EMPTY, TEXT_TOO_LONG, VOICE_NOT_VALID, LanguageNotAvailable, SpeechFailed
from ringback.speech.joining import Piece, joined
from ringback.speech.segment import Segment, Words
from ringback.speech.synthesizer import MAX_TEXT_LENGTH, LocalVoice, Synthesizer
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPrompt:
    """Audio that is ready, and sentences for the app's author on how it was made, each with Twilio's number."""

    clip: Clip
    notes: tuple[tuple[int, str], ...] = ()

    @property
    def seconds(self) -> float:
        return self.clip.seconds


class PromptLibrary:
    """Every prompt of the server. Speech and decoding have a thread each, so that a long text holds up no file."""

    def __init__(
        self,
        synthesizer: Synthesizer,
        *,
        clips: ClipFactory = Clip,
        max_cached_seconds: float = MAX_CACHED_SECONDS,
    ) -> None:
        self._synthesizer = synthesizer
        self._clips = clips
        self._cache: ClipCache[PreparedPrompt] = ClipCache(max_cached_seconds)
        self._speaker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ringback-speech")
        self._decoder = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ringback-decode")
        self._ring_tones: dict[str, Clip] = {}

    async def speech(self, text: str, *, voice: str | None = None, language: str | None = None) -> Clip:
        """The text as audio, without notes. Raises `PromptUnavailable` with 13511, 13520, 13521."""
        words = Words(text=text.strip(), voice=voice, language=language, outer_language=language)
        return (await self.spoken((words,))).clip

    async def spoken(self, segments: Sequence[Segment]) -> PreparedPrompt:
        """Words, silences and bleeps as one clip. Raises `PromptUnavailable` with 13511, 13520, 13521."""
        wanted = tuple(segments)
        if not any(not isinstance(segment, Words) or segment.text for segment in wanted):
            raise PromptUnavailable(TEXT_EMPTY, "there is no text to speak")
        if sum(len(segment.text) for segment in wanted if isinstance(segment, Words)) > MAX_TEXT_LENGTH:
            raise PromptUnavailable(TEXT_TOO_LONG, f"the text has more than {MAX_TEXT_LENGTH} characters")
        make = functools.partial(self._in, self._speaker, self._speak, wanted)
        return await self._cache.get(("speech", wanted), make)

    async def decoded(self, data: bytes, content_type: str, *, key: str | None = None) -> Clip:
        """A file as audio. `key` is the same for the same bytes, if the caller has one. Raises `PromptUnavailable`:
        11200 for bytes that are not what `content_type` says (PLAY-07), 13420 for a format that is not decoded."""
        version = key or await self._in(self._decoder, _digest, data)
        make = functools.partial(self._in, self._decoder, self._decode, data, content_type)
        return (await self._cache.get(("file", version, content_type), make)).clip

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

    @functools.cached_property
    def enter_tone(self) -> Clip:
        """What a conference hears when somebody comes in."""
        return self._clips.from_pcm(room_tone_pcm(entering=True), RATE_HZ)

    @functools.cached_property
    def exit_tone(self) -> Clip:
        """What a conference hears when somebody leaves."""
        return self._clips.from_pcm(room_tone_pcm(entering=False), RATE_HZ)

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

    async def _in(self, executor: ThreadPoolExecutor, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(executor, function, *arguments)

    def _choose(self, voice: str | None, language: str | None) -> VoiceChoice:
        try:
            return choose_voice(voice, language, self._synthesizer.voices)
        except SpeechFailed as failure:
            raise PromptUnavailable(failure.code, failure.message) from failure

    def _speak(self, segments: tuple[Segment, ...]) -> PreparedPrompt:
        notes: dict[tuple[int, str], None] = {}
        pieces: list[Piece] = []
        try:
            for segment in segments:
                if isinstance(segment, Words):
                    pieces.append(self._synthesize(segment, notes))
                else:
                    pieces.append(segment)
        except SpeechFailed as failure:
            raise PromptUnavailable(failure.code, failure.message) from failure
        speech = joined(pieces)
        return PreparedPrompt(clip=self._clips.from_pcm(speech.pcm, speech.rate_hz), notes=tuple(notes))

    def _synthesize(self, words: Words, notes: dict[tuple[int, str], None]) -> Piece:
        """One text in its voice; what had to be changed goes into `notes`."""
        choice, problem = self._choose_for(words)
        if problem is not None:
            notes[VOICE_NOT_VALID, problem] = None
        elif choice.note is not None:
            notes[VOICE_NOT_VALID, choice.note] = None
        voices: dict[str, LocalVoice] = {voice.name: voice for voice in self._synthesizer.voices}
        if words.manner.pronunciations and not voices[choice.voice].speaks_ipa:
            notes[VOICE_NOT_VALID, f"voice {choice.voice!r} cannot be told how to pronounce; the text is read"] = None
        speech = self._synthesizer.synthesize(
            words.text, voice=choice.voice, language=choice.language, manner=words.manner
        )
        return speech, words.gain_db

    def _choose_for(self, words: Words) -> tuple[VoiceChoice, str | None]:
        """A language inside another that nobody speaks is read by the voice around it, and a sentence says so."""
        available = self._synthesizer.voices
        try:
            return choose_voice(words.voice, words.language, available), None
        except LanguageNotAvailable as problem:
            if not words.is_inner:
                raise
            outer = choose_voice(words.voice, words.outer_language, available)
            return outer, f"{problem.message}; its words are read by {outer.voice!r}"

    def _decode(self, data: bytes, content_type: str) -> PreparedPrompt:
        problem = contradiction(data, content_type)
        if problem is not None:
            raise PromptUnavailable(MEDIA_NOT_RETRIEVED, problem)
        hint = content_type
        if content_type in RAW_TYPES:
            data, hint = _raw_mu_law(data), "audio/basic"
        try:
            clip = self._clips.decode(data, hint)
        except DecodeError as error:
            raise PromptUnavailable(
                MEDIA_NOT_RETRIEVED, f"the {content_type} file cannot be decoded: {error}"
            ) from error
        if not clip.seconds:  # such as a WAV whose header was never completed
            raise PromptUnavailable(MEDIA_NOT_RETRIEVED, f"the {content_type} file has no audio: its length is 0")
        return PreparedPrompt(clip=clip)


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
