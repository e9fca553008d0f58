"""Both sides of a call in words while it runs, with a recogniser and a leg of the test's own (twiml.md 15.3)."""

import asyncio
import contextlib
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal

import pytest
import structlog

from ringback.call.listening import Hearing
from ringback.call.live_transcription import LiveTranscription, Transcript, TranscriptionRequest
from ringback.media.errors import MediaError
from tests.unit.call.test_listening import SILENCE, Recognizer, voice


class TwoSides:
    """A leg that hears and says what the test puts in."""

    def __init__(self) -> None:
        self.audio: dict[str, asyncio.Queue[bytes]] = {"received": asyncio.Queue(), "sent": asyncio.Queue()}

    def put(self, side: str, *audio: bytes) -> None:
        for pcm in audio:
            for start in range(0, len(pcm), 1600):
                self.audio[side].put_nowait(pcm[start : start + 1600])

    def tap(self, what: Literal["received", "sent"]) -> AbstractAsyncContextManager[AsyncIterable[bytes]]:
        return self._tapped(self.audio[what])

    @contextlib.asynccontextmanager
    async def _tapped(self, audio: asyncio.Queue[bytes]) -> AsyncIterator[AsyncIterable[bytes]]:
        async def frames() -> AsyncIterator[bytes]:
            while True:
                yield await audio.get()

        yield frames()


class Told:
    """What was told, in order."""

    def __init__(self) -> None:
        self.heard_so_far: list[Transcript] = []
        self.end: list[Any] = []
        self.news = asyncio.Event()

    def heard(self, transcript: Transcript) -> None:
        self.heard_so_far.append(transcript)
        self.news.set()

    def failed(self, code: int, message: str) -> None:
        self.end.append((code, message))

    def stopped(self) -> None:
        self.end.append("stopped")


class Stage:
    """`private_for` is how often it is private when somebody asks."""

    def __init__(self, *, private_for: int = 0, recognizer: Recognizer | None = None, **request: Any) -> None:
        self.leg, self.told, self.private_for = TwoSides(), Told(), private_for
        self.recognizer = recognizer or Recognizer()
        self.call_ended: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.live = LiveTranscription(
            audio=self.leg,
            call_ended=self.call_ended,
            hearing=Hearing(self.recognizer),
            request=TranscriptionRequest(**request),
            told=self.told,
            is_private=self.is_private,
        )

    def is_private(self) -> bool:
        self.private_for -= 1
        return self.private_for >= 0

    async def words(self, count: int) -> list[Transcript]:
        async with asyncio.timeout(10):
            while len(self.told.heard_so_far) < count:
                self.told.news.clear()
                await self.told.news.wait()
        return self.told.heard_so_far


async def test_each_side_is_told_by_its_own_track() -> None:
    stage = Stage()
    stage.leg.put("received", SILENCE, voice(), SILENCE)
    await stage.words(1)
    stage.leg.put("sent", SILENCE, voice(), SILENCE)
    heard = await stage.words(2)
    assert [entry.track for entry in heard] == ["inbound_track", "outbound_track"]
    assert {(entry.text, entry.is_final, entry.confidence) for entry in heard} == {("sales", True, 0.7)}
    stage.live.stop()
    await stage.live.finished()
    assert stage.told.end == ["stopped"]


async def test_a_side_that_was_not_asked_for_is_not_heard() -> None:
    stage = Stage(tracks=("outbound_track",))
    stage.leg.put("received", SILENCE, voice(), SILENCE)
    stage.leg.put("sent", SILENCE, voice(), SILENCE)
    await stage.words(1)
    stage.live.stop()
    await stage.live.finished()
    assert [entry.track for entry in stage.told.heard_so_far] == ["outbound_track"]


async def test_partial_words_are_told_only_when_asked_for() -> None:
    stage = Stage(tracks=("inbound_track",), partials=True, recognizer=Recognizer(gives_partials=True))
    stage.leg.put("received", SILENCE, voice(), SILENCE)
    heard = await stage.words(2)
    while not stage.told.heard_so_far[-1].is_final:
        heard = await stage.words(len(heard) + 1)
    assert not heard[0].is_final
    assert heard[0].confidence is None
    stage.live.stop()
    await stage.live.finished()


async def test_it_ends_with_the_call() -> None:
    stage = Stage()
    stage.call_ended.set_result(None)
    await stage.live.finished()
    assert stage.told.end == ["stopped"]


async def test_a_recogniser_that_fails_is_told_and_nothing_follows() -> None:
    stage = Stage(recognizer=Recognizer(fails=True))
    stage.leg.put("received", SILENCE, voice(), SILENCE)
    await stage.live.finished()
    assert stage.told.end == [(13340, "out of order")]
    assert stage.told.heard_so_far == []


async def test_what_is_private_is_told_to_nobody() -> None:
    """PAY-04. It is private when the first utterance begins, so nothing of that one is told."""
    stage = Stage(tracks=("inbound_track",), private_for=1)
    stage.leg.put("received", SILENCE, voice(0.5), SILENCE, voice(1.5), SILENCE)
    await stage.words(1)
    stage.live.stop()
    await stage.live.finished()
    assert len(stage.told.heard_so_far) == 1
    assert len(stage.recognizer.finished) == 2


class ClosedLeg:
    """The leg of a call that has ended."""

    def tap(self, what: Literal["received", "sent"]) -> AbstractAsyncContextManager[AsyncIterable[bytes]]:
        raise MediaError("leg 1 is closed")


@pytest.mark.parametrize("has_ended", [True, False])
async def test_a_call_that_ends_while_its_transcription_begins_has_stopped_it(has_ended: bool) -> None:
    """A leg that cannot be heard although its call goes on is a fault of ours, which is logged and told."""
    ended, told = asyncio.get_running_loop().create_future(), Told()
    live = LiveTranscription(
        audio=ClosedLeg(), call_ended=ended, hearing=Hearing(Recognizer()), request=TranscriptionRequest(), told=told,
        is_private=lambda: False,
    )  # fmt: skip
    if has_ended:
        ended.set_result(None)
    with structlog.testing.capture_logs() as logs:
        await live.finished()
    assert [log["event"] for log in logs] == ([] if has_ended else ["a transcription of a call failed"])
    assert told.end == (["stopped"] if has_ended else [(12400, "a fault of the server ended the transcription")])
