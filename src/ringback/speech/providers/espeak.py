"""Speech in a hundred languages from espeak-ng, which runs as a program of its own for each prompt.

It is GPL: we neither link nor ship it. It is used when it is on the PATH.
"""

import functools
import re
import shutil
import subprocess
from collections.abc import Sequence

from ringback.speech.errors import TEXT_TOO_LONG, LanguageNotAvailable, SpeechFailed
from ringback.speech.language import nearest_language
from ringback.speech.segment import PLAIN, Manner
from ringback.speech.synthesizer import MAX_TEXT_LENGTH, LocalVoice, Speech

PROGRAM = "espeak-ng"
MAX_SECONDS = 30.0
"""How long one prompt may take to synthesise; it takes well under one second."""

_FEMALE = "+f2"  # the second female variant of a language's voice
_LANGUAGE_ROW = re.compile(r"\s*\d+\s+([A-Za-z0-9-]{2,20})\s")
_WORDS_PER_MINUTE = 160


class EspeakSynthesizer:
    """A `Synthesizer` on top of the `espeak-ng` program."""

    def __init__(self, program: str | None = None) -> None:
        self._program = program or PROGRAM

    @property
    def is_installed(self) -> bool:
        """Whether the program is on the PATH."""
        return shutil.which(self._program) is not None

    @property
    def voices(self) -> Sequence[LocalVoice]:
        """A man and a woman for each language; none when the program is not installed."""
        return _voices(self._program) if self.is_installed else ()

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(voice.language for voice in self.voices)

    def synthesize(self, text: str, *, voice: str, language: str, manner: Manner = PLAIN) -> Speech:
        """Raises `SpeechFailed`, and `LanguageNotAvailable` for a language the program does not know."""
        if len(text) > MAX_TEXT_LENGTH:
            raise SpeechFailed(f"the text has more than {MAX_TEXT_LENGTH} characters", code=TEXT_TOO_LONG)
        if not any(character.isalnum() for character in text):
            raise SpeechFailed("the text has no words that can be spoken")
        if not self.is_installed:
            raise SpeechFailed(f"{self._program} is not installed; it speaks every language but English")
        name = voice
        if all(known.name != voice for known in self.voices):
            nearest = nearest_language(language, self.languages)
            if nearest is None:
                raise LanguageNotAvailable(language)
            name = nearest
        options = ("-v", name, "-s", str(round(_WORDS_PER_MINUTE * manner.rate)), "-p", str(_pitch(manner.pitch)))
        return _speech_of_wav(self._run(*options, "-b", "1", "--stdin", text=text))

    def _run(self, *arguments: str, text: str) -> bytes:
        """The program's WAV. The text goes in by stdin, so that none of it can be an option."""
        try:
            done = subprocess.run(
                [self._program, "--stdout", *arguments],
                input=text.encode("utf-8", "replace"),
                capture_output=True,
                timeout=MAX_SECONDS,
                check=True,
            )
        except subprocess.TimeoutExpired:
            raise SpeechFailed(f"{self._program} took more than {MAX_SECONDS:g} s") from None
        except (OSError, subprocess.CalledProcessError) as error:
            raise SpeechFailed(f"{self._program} failed: {error}") from error
        return done.stdout


def _pitch(pitch: float) -> int:
    """The program's scale: 50 is its own pitch, 0 about half of it and 99 one and a half."""
    return max(0, min(99, round(50 + (pitch - 1) * 100)))


@functools.lru_cache(maxsize=4)
def _voices(program: str) -> tuple[LocalVoice, ...]:
    """What `espeak-ng --voices` lists."""
    try:
        done = subprocess.run([program, "--voices"], capture_output=True, timeout=MAX_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    rows = done.stdout.decode("utf-8", "replace").splitlines()
    tags = dict.fromkeys(match.group(1) for row in rows if (match := _LANGUAGE_ROW.match(row)))
    return tuple(
        voice
        for tag in tags
        for voice in (
            LocalVoice(name=tag, language=tag, gender="male"),
            LocalVoice(name=tag + _FEMALE, language=tag, gender="female"),
        )
    )


def _speech_of_wav(wav: bytes) -> Speech:
    """The samples of a WAV whose sizes are not filled in, because it was written to a pipe."""
    if wav[:4] != b"RIFF" or wav[8:16] != b"WAVEfmt ":
        raise SpeechFailed("espeak-ng wrote no audio")
    rate_hz = int.from_bytes(wav[24:28], "little")
    start = wav.find(b"data", 36)
    pcm = wav[start + 8 :] if start >= 0 else b""
    if not pcm or rate_hz <= 0:
        raise SpeechFailed("espeak-ng wrote no audio")
    return Speech(pcm=pcm[: len(pcm) & ~1], rate_hz=rate_hz)
