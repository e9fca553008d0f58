"""Each clip is made once, waited for by all who ask, and the oldest goes when there is too much."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from ringback.media.clip_cache import ClipCache


@dataclass
class Clip:
    seconds: float


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class Maker:
    """Makes clips of one length and counts; waits at a gate when it has one."""

    def __init__(self, seconds: float = 1.0, gate: asyncio.Event | None = None) -> None:
        self.made = 0
        self._seconds = seconds
        self._gate = gate

    async def __call__(self) -> Clip:
        self.made += 1
        if self._gate is not None:
            await self._gate.wait()
        return Clip(self._seconds)


def failing(error: Exception) -> Callable[[], Awaitable[Clip]]:
    async def make() -> Clip:
        raise error

    return make


async def test_what_was_made_is_kept() -> None:
    cache: ClipCache[Clip] = ClipCache(10)
    make = Maker()
    assert await cache.get("a", make) is await cache.get("a", make)
    assert (make.made, cache.seconds) == (1, 1.0)


async def test_who_asks_while_it_is_made_waits_for_the_same() -> None:
    gate = asyncio.Event()
    cache: ClipCache[Clip] = ClipCache(10)
    make = Maker(gate=gate)
    asking = [asyncio.ensure_future(cache.get("a", make)) for _ in range(5)]
    await settle()
    gate.set()
    clips = await asyncio.gather(*asking)
    assert make.made == 1
    assert all(clip is clips[0] for clip in clips)


async def test_one_who_hangs_up_does_not_take_it_from_the_others() -> None:
    gate = asyncio.Event()
    cache: ClipCache[Clip] = ClipCache(10)
    make = Maker(gate=gate)
    first, second = (asyncio.ensure_future(cache.get("a", make)) for _ in range(2))
    await settle()
    first.cancel()
    await settle()
    gate.set()
    assert (await second).seconds == 1.0
    assert first.cancelled()
    assert make.made == 1


async def test_a_failure_reaches_all_who_wait_and_is_not_kept() -> None:
    cache: ClipCache[Clip] = ClipCache(10)
    results = await asyncio.gather(
        *(cache.get("a", failing(ValueError("no"))) for _ in range(3)), return_exceptions=True
    )
    assert [str(result) for result in results] == ["no"] * 3
    assert (await cache.get("a", Maker())).seconds == 1.0


async def test_the_least_recently_used_goes_first() -> None:
    cache: ClipCache[Clip] = ClipCache(10)
    makers = {name: Maker(4.0) for name in "abc"}
    for name in ("a", "b", "a", "c", "a", "b"):
        await cache.get(name, makers[name])
    assert {name: make.made for name, make in makers.items()} == {"a": 1, "b": 2, "c": 1}
    assert cache.seconds == 8.0


async def test_a_clip_longer_than_the_cache_is_made_each_time_and_drives_nothing_out() -> None:
    cache: ClipCache[Clip] = ClipCache(10)
    small, long = Maker(4.0), Maker(11.0)
    await cache.get("small", small)
    await cache.get("long", long)
    await cache.get("long", long)
    await cache.get("small", small)
    assert (small.made, long.made, cache.seconds) == (1, 2, 4.0)


async def test_closing_gives_up_what_is_being_made() -> None:
    cache: ClipCache[Clip] = ClipCache(10)
    waiting = asyncio.ensure_future(cache.get("a", Maker(gate=asyncio.Event())))
    await settle()
    await cache.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
