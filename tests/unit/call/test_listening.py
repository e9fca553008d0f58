"""A leg's audio turned into news of speech, with a recogniser and a leg of the test's own."""

import asyncio
import contextlib
import wave
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from ringback.call.listen_request import ListeningFailed, ListenRequest, SpeechBegan, SpeechEnded, SpeechPartial
from ringback.call.listening import Hearing
from ringback.speech.errors import LanguageNotAvailable, SpeechFailed
from ringback.speech.recognizer import Partial, Recognised

SILENCE = bytes(16000)


def voice(seconds: float = 1.0) -> bytes:
    times = np.arange(round(seconds * 8000)) / 8000
    harmonics = [np.sin(2 * np.pi * 130 * count * times) / count for count in range(1, 14)]
    return bytes((3000 * np.sum(harmonics, axis=0)).clip(-32768, 32767).astype("<i2").tobytes())


@dataclass
class Session:
    owner: "Recognizer"
    pcm: bytearray = field(default_factory=bytearray)

    def feed(self, pcm: bytes) -> Partial | None:
        self.pcm += pcm
        return Partial(text=f"{len(self.pcm) // 1600} tenths") if self.owner.gives_partials else None

    def finish(self) -> Recognised:
        if self.owner.fails:
            raise SpeechFailed("out of order")
        self.owner.finished.append(bytes(self.pcm))
        return Recognised(text="sales", confidence=0.7)


@dataclass
class Recognizer:
    languages: frozenset[str] = frozenset({"en-US"})
    gives_partials: bool = False
    fails: bool = False
    finished: list[bytes] = field(default_factory=list)
    hints: tuple[str, ...] = ()
    is_closed: bool = False

    def session(self, language: str, hints: Sequence[str] = (), *, partials: bool = False) -> Session:
        if not language.startswith("en"):
            raise LanguageNotAvailable(language)
        self.hints = tuple(hints)
        return Session(self)

    def close(self) -> None:
        self.is_closed = True


class Line:
    """A leg that receives what the test puts in."""

    def __init__(self, *audio: bytes) -> None:
        self.audio: asyncio.Queue[bytes] = asyncio.Queue()
        self.taps = 0
        for pcm in audio:
            for start in range(0, len(pcm), 1600):
                self.audio.put_nowait(pcm[start : start + 1600])

    def tap(self, what: Literal["received", "sent"]) -> AbstractAsyncContextManager[AsyncIterable[bytes]]:
        assert what == "received"
        return self._tapped()

    @contextlib.asynccontextmanager
    async def _tapped(self) -> AsyncIterator[AsyncIterable[bytes]]:
        self.taps += 1
        try:
            yield self._frames()
        finally:
            self.taps -= 1

    async def _frames(self) -> AsyncIterator[bytes]:
        while True:
            yield await self.audio.get()


@pytest.fixture
def recognizer() -> Recognizer:
    return Recognizer()


@pytest.fixture
async def hearing(recognizer: Recognizer) -> AsyncIterator[Hearing]:
    hearing = Hearing(recognizer)
    yield hearing
    hearing.close()
    assert recognizer.is_closed


def request(**wishes: object) -> ListenRequest:
    return ListenRequest(language="en-US", silence_seconds=0.5, **wishes)  # type: ignore[arg-type]


async def test_an_utterance_begins_and_ends_with_its_words(hearing: Hearing, recognizer: Recognizer) -> None:
    line = Line(SILENCE, voice(), SILENCE)
    async with hearing.listen(line, request(hints=("sales",))) as heard:
        assert await heard.next() == SpeechBegan()
        assert await heard.next() == SpeechEnded(text="sales", confidence=0.7)
    assert recognizer.hints == ("sales",)
    assert 1.2 < len(recognizer.finished[0]) / 16000 < 2.2
    assert line.taps == 0


async def test_after_one_utterance_comes_another(hearing: Hearing, recognizer: Recognizer) -> None:
    async with hearing.listen(Line(voice(), SILENCE, SILENCE, voice(), SILENCE), request()) as heard:
        news = [type(await heard.next()) for _ in range(4)]
    assert news == [SpeechBegan, SpeechEnded, SpeechBegan, SpeechEnded]
    assert len(recognizer.finished) == 2


async def test_partial_results_come_between(hearing: Hearing, recognizer: Recognizer) -> None:
    recognizer.gives_partials = True
    async with hearing.listen(Line(voice(0.5), SILENCE), request(partials=True)) as heard:
        news = [await heard.next() for _ in range(4)]
    assert news[0] == SpeechBegan()
    assert all(isinstance(item, SpeechPartial) for item in news[1:])


async def test_a_language_nobody_knows_fails_at_once_and_takes_no_audio(hearing: Hearing) -> None:
    """G-17."""
    line = Line()
    with pytest.raises(ListeningFailed) as caught:
        async with hearing.listen(line, ListenRequest(language="tlh")):
            pass
    assert (caught.value.code, line.taps) == (13331, 0)


async def test_a_recogniser_that_fails_is_heard_of_by_who_waits(hearing: Hearing, recognizer: Recognizer) -> None:
    recognizer.fails = True
    async with hearing.listen(Line(voice(), SILENCE), request()) as heard:
        assert await heard.next() == SpeechBegan()
        with pytest.raises(ListeningFailed, match="out of order") as caught:
            await heard.next()
    assert caught.value.code == 13340


async def test_nobody_listens_after_the_context(hearing: Hearing, recognizer: Recognizer) -> None:
    line = Line(voice(0.5))
    async with hearing.listen(line, request()) as heard:
        assert await heard.next() == SpeechBegan()
    line.audio.put_nowait(SILENCE)
    await asyncio.sleep(0)
    assert recognizer.finished == []
    assert line.taps == 0


def write(path: Path, pcm: bytes, *, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as target:
        target.setnchannels(channels)
        target.setsampwidth(2)
        target.setframerate(8000)
        target.writeframes(pcm)
    return path


async def transcribed(hearing: Hearing, path: Path) -> str | None:
    told: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    hearing.transcribe(path, told.set_result)
    return await asyncio.wait_for(told, 10)


async def test_a_recording_is_transcribed_utterance_by_utterance(
    hearing: Hearing, recognizer: Recognizer, tmp_path: Path
) -> None:
    recording = write(tmp_path / "r.wav", voice() + SILENCE + SILENCE + voice(2))
    assert await transcribed(hearing, recording) == "sales sales"
    assert [round(len(pcm) / 16000) for pcm in recognizer.finished] == [2, 3]


@pytest.mark.parametrize("what", ["missing", "stereo", "no wav", "recogniser"])
async def test_what_cannot_be_transcribed_is_told_as_nothing(
    hearing: Hearing, recognizer: Recognizer, tmp_path: Path, what: str
) -> None:
    recording = tmp_path / "r.wav"
    match what:
        case "stereo":
            write(recording, voice() * 2, channels=2)
        case "no wav":
            recording.write_bytes(b"hello")
        case "recogniser":
            write(recording, voice())
            recognizer.fails = True
    assert await transcribed(hearing, recording) is None


@pytest.mark.parametrize("begun", [True, False])
async def test_what_is_being_transcribed_when_the_server_ends_is_told_as_nothing(
    hearing: Hearing, tmp_path: Path, begun: bool
) -> None:
    told: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    hearing.transcribe(write(tmp_path / "r.wav", voice()), told.set_result)
    if begun:
        await asyncio.sleep(0)
    hearing.close()
    assert await asyncio.wait_for(told, 10) is None
