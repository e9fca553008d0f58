"""What the document of an announcement may do, and how it ends."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import cast

import pytest

from ringback.call.announcer import OVER, Announcer
from ringback.call.control import CallControl, CallEnded, MediaUnavailable, Played, Prompt
from ringback.testing.clock import VirtualClock
from tests.unit.call.test_line import Someone

NEWS = Played(url="http://app.example/news.wav")


class Desk:
    """An announcement whose sound goes to `play`."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.played: list[Prompt] = []

    def announcer(self, play: Callable[[Prompt], Awaitable[None]] | None = None) -> Announcer:
        someone = cast(CallControl, Someone("CA1"))
        return Announcer(someone, play=play or self._play, over=self.over, clock=self.clock)

    async def _play(self, prompt: Prompt) -> None:
        self.played.append(prompt)
        await self.clock.sleep(2)


@pytest.fixture
async def desk() -> Desk:
    return Desk()


async def test_what_is_played_goes_where_all_hear_it_and_takes_its_time(desk: Desk) -> None:
    announcer = desk.announcer()
    assert announcer.info.call_sid == "CA1"
    assert (announcer.is_answered, announcer.is_moved, announcer.has_ended) == (True, False, False)
    await announcer.answer()
    await announcer.send_digits("1")
    await desk.clock.run(announcer.play(NEWS))
    assert desk.played == [NEWS]
    assert desk.clock.now() == 2
    await desk.clock.run(announcer.pause(3))
    assert desk.clock.now() == 5


async def test_a_document_says_what_it_could_not_have_or_what_of_it(desk: Desk) -> None:
    async def heard(call: CallControl) -> str | None:
        await call.play(NEWS)
        return None

    async def unreachable(call: CallControl) -> str | None:
        return "no such page"

    async def missing(prompt: Prompt) -> None:
        raise MediaUnavailable(11200, "no such file")

    async def half(call: CallControl) -> str | None:
        with contextlib.suppress(MediaUnavailable):
            await call.play(NEWS)
        return None

    assert await desk.clock.run(desk.announcer().run(heard)) is None
    assert await desk.announcer().run(unreachable) == "no such page"
    assert await desk.announcer(missing).run(half) == "no such file"


async def test_a_document_that_never_comes_is_waited_for_until_the_room_is_over(desk: Desk) -> None:
    async def slow(call: CallControl) -> str | None:
        await asyncio.Event().wait()
        return None

    announcing = asyncio.ensure_future(desk.announcer().run(slow))
    await desk.clock.advance(60)
    assert not announcing.done()
    desk.over.set_result(None)
    assert await announcing == OVER


async def test_what_cannot_be_had_is_remembered(desk: Desk) -> None:
    async def missing(prompt: Prompt) -> None:
        raise MediaUnavailable(11200, "no such file")

    announcer = desk.announcer(missing)
    with pytest.raises(MediaUnavailable):
        await announcer.play(NEWS)
    assert announcer.failure == "no such file"


async def test_it_is_over_at_any_moment_when_its_room_is(desk: Desk) -> None:
    announcer = desk.announcer()
    playing = asyncio.ensure_future(announcer.play(NEWS))
    waiting = asyncio.ensure_future(announcer.wait_over())
    await desk.clock.advance(1)
    desk.over.set_result(None)
    await desk.clock.advance(0)
    assert announcer.has_ended
    assert waiting.done()
    with pytest.raises(CallEnded):
        await playing
    with pytest.raises(CallEnded):
        await announcer.pause(1)
