"""Calls in one room, for the tests of conferences and queues."""

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import TypeVar

from ringback.call.call import Call
from ringback.call.conference_request import ConferenceRequest, ConferenceResult
from ringback.call.control import CallControl, MediaUnavailable, Played
from ringback.model.conference_event import ConferenceEvent
from tests.unit.call.conftest import Bench

T = TypeVar("T")

ROOM = ConferenceRequest(name="team")
MUSIC = "http://app.example/a long piece of music for those who wait"


async def begun(bench: Bench, work: Awaitable[T]) -> "asyncio.Task[T]":
    task = asyncio.ensure_future(work)
    await bench.wait(0.01)
    return task


class Team:
    """Calls in one room, and what was told of it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.events: list[ConferenceEvent] = []
        self.calls: list[Call] = []
        self.stays: list[asyncio.Task[ConferenceResult]] = []

    async def join(self, **wanted: object) -> Call:
        _, call = await self.bench.answered()
        request = ConferenceRequest(name="team", notify=self.events.append, **wanted)  # type: ignore[arg-type]
        self.calls.append(call)
        self.stays.append(await begun(self.bench, call.confer(request)))
        return call

    def hears(self, listener: int, speaker: int) -> bool:
        one, other = self.calls[listener], self.calls[speaker]
        return self.bench.mixers[-1].hears(one.leg.media, other.leg.media)

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    async def over(self) -> list[ConferenceResult]:
        for call in self.calls:
            call.leg.hang_up()
        await self.bench.wait(1)
        return [await self.bench.run(stay) for stay in self.stays]


async def news(call: CallControl) -> str | None:
    await call.play(Played(url="http://app.example/news.wav"))
    await call.pause(1)
    return None


async def missing_news(call: CallControl) -> str | None:
    with contextlib.suppress(MediaUnavailable):
        await call.play(Played(url="http://app.example/missing.wav"))
    return None


async def music(call: CallControl) -> bool:
    await call.play(Played(url=MUSIC))
    return True


def music_clip(bench: Bench) -> object:
    return bench.prompts.clips[MUSIC]
