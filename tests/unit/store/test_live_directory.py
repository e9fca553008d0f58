"""Changes that come at once: the newest configuration is the one that stays."""

import asyncio
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ringback.model.record import AccountRecord
from ringback.model.sid import AccountSid
from ringback.store import live_directory
from ringback.store.directory import Configuration, Directory
from ringback.store.live_directory import LiveDirectory


class Shelf:
    """A database of which each reading takes as long as the test wants; it shows what is there when it begins."""

    def __init__(self) -> None:
        self.accounts = 0
        self.readings: list[asyncio.Event] = []

    @asynccontextmanager
    async def read(self) -> Any:
        yield self

    async def configuration(self) -> Configuration:
        there = [AccountRecord(sid=AccountSid(f"AC{number}"), auth_token="x") for number in range(self.accounts)]
        may_end = asyncio.Event()
        self.readings.append(may_end)
        await may_end.wait()
        return Configuration(accounts=there)


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf()

    async def read(connection: Any) -> Configuration:
        return await shelf.configuration()

    async def count(connection: Any) -> int:
        return shelf.accounts

    monkeypatch.setattr(live_directory, "read_configuration", read)
    monkeypatch.setattr(live_directory, "change_count", count)
    return shelf


@pytest.fixture
def live(shelf: Shelf) -> LiveDirectory:
    return LiveDirectory(Directory(Configuration(), realm="r"), 0, database=shelf, realm="r")  # type: ignore[arg-type]


async def begun() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_slow_reading_does_not_undo_a_newer_one(shelf: Shelf, live: LiveDirectory) -> None:
    shelf.accounts = 1
    first = asyncio.create_task(live.refresh())
    await begun()
    shelf.accounts = 2
    second = asyncio.create_task(live.refresh())
    await begun()
    assert len(shelf.readings) == 1, "the second waits its turn"
    shelf.readings[0].set()
    await first
    await begun()
    shelf.readings[1].set()
    await second
    assert len(live.current.accounts) == 2


async def test_those_who_wait_share_one_reading(shelf: Shelf, live: LiveDirectory) -> None:
    tasks = [asyncio.create_task(live.refresh()) for _ in range(10)]
    await begun()
    shelf.accounts = 3
    shelf.readings[0].set()
    await begun()
    shelf.readings[1].set()
    await asyncio.gather(*tasks)
    assert (len(shelf.readings), len(live.current.accounts)) == (2, 3)


async def test_one_that_failed_leaves_the_next_to_read(shelf: Shelf, live: LiveDirectory) -> None:
    failed = asyncio.create_task(live.refresh())
    await begun()
    failed.cancel()
    await asyncio.gather(failed, return_exceptions=True)
    shelf.accounts = 1
    again = asyncio.create_task(live.refresh())
    await begun()
    shelf.readings[1].set()
    await again
    assert len(live.current.accounts) == 1
