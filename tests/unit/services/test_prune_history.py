"""Old callbacks and exchanges are forgotten, a part at a time."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from ringback.model.record import CallbackState
from ringback.services.prune_history import prune_history
from ringback.store.record_writer import record_writer
from tests.unit.services.callback_process import Process, left, new_process


@pytest.fixture
async def process() -> AsyncIterator[Process]:
    async with new_process() as process:
        yield process


async def test_history_is_forgotten_after_its_time_however_much_there_is(process: Process) -> None:
    long_ago = process.clock.utc_now() - timedelta(days=8)
    finished = [left(number, process.clock, state=CallbackState.SENT, finished_at=long_ago) for number in range(600)]
    waiting = left(1000, process.clock, created_at=long_ago)
    await record_writer(process.database, node="main")([*finished, waiting])
    process.post("/now")
    await process.links.close(5)
    await process.records()
    removed = await prune_history(process.database, process.clock, process.clock.utc_now() - timedelta(days=7))
    assert removed == 600
    assert set(await process.records()) == {waiting.url, "http://app.example/now"}
