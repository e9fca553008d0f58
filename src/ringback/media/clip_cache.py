"""Clips that were made once, by what was asked for: bounded by seconds of audio, and each made once at a time."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, Protocol, TypeVar


class Timed(Protocol):
    """Anything that lasts."""

    @property
    def seconds(self) -> float: ...


C = TypeVar("C", bound=Timed)


class ClipCache(Generic[C]):
    """The least recently used clips go when all together are longer than `max_seconds`."""

    def __init__(self, max_seconds: float) -> None:
        self._max_seconds = max_seconds
        self._clips: OrderedDict[Hashable, C] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[C]] = {}
        self._seconds = 0.0

    @property
    def seconds(self) -> float:
        """How much audio is kept."""
        return self._seconds

    async def get(self, key: Hashable, make: Callable[[], Awaitable[C]]) -> C:
        """The clip of `key`, made now if there is none. Who asks while it is being made waits for the same one.

        A maker that raises is kept by nobody: the next one who asks tries again. Someone who stops waiting does not
        stop the making, because others may wait too.
        """
        clip = self._clips.get(key)
        if clip is not None:
            self._clips.move_to_end(key)
            return clip
        task = self._making.get(key)
        if task is None:
            task = asyncio.ensure_future(self._make(key, make))
            self._making[key] = task
            task.add_done_callback(_retrieve)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Give up what is being made."""
        tasks = list(self._making.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[C]]) -> C:
        try:
            clip = await make()
        finally:
            del self._making[key]
        self._keep(key, clip)
        return clip

    def _keep(self, key: Hashable, clip: C) -> None:
        if clip.seconds > self._max_seconds:
            return
        self._clips[key] = clip
        self._seconds += clip.seconds
        while self._seconds > self._max_seconds:
            _, oldest = self._clips.popitem(last=False)
            self._seconds -= oldest.seconds


def _retrieve(task: "asyncio.Task[C]") -> None:
    """Whoever waited has seen the exception; when nobody did, it is no news."""
    if not task.cancelled():
        task.exception()
