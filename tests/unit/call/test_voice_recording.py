"""What ends a `<Record>`, and that what was recorded is kept whatever it was."""

import asyncio
from typing import cast

import pytest

from ringback.call.control import RecordRequest, RecordResult
from ringback.call.voice_recording import record_voice
from ringback.media.leg import MediaLeg
from tests.peers.memory_media import MemoryLeg
from tests.unit.call.conftest import Bench


class Recording:
    """One under way on an answered call, and the future that ends the call."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.told: list[RecordResult] = []

    async def begin(self, *, seconds: float = 2, finish_on_key: str = "#") -> "asyncio.Task[RecordResult]":
        _, call = await self.bench.answered()
        self.audio: MemoryLeg = self.bench.audio(call)
        request = RecordRequest(
            max_seconds=10,
            silence_seconds=5,
            finish_on_key=finish_on_key,
            play_beep=False,
            trim=False,
            on_ended=self.told.append,
        )
        desk = call.parts.recordings
        opened = desk.open(call.info, source="RecordVerb", trim=False)
        audio = cast(MediaLeg, self.audio)
        task = asyncio.ensure_future(record_voice(opened, request, audio=audio, desk=desk, ends=[self.over]))
        await self.bench.wait(seconds)
        return task


@pytest.fixture
async def recording(bench: Bench) -> Recording:
    return Recording(bench)


async def test_r_02_a_key_that_counts_ends_it(recording: Recording) -> None:
    task = await recording.begin()
    recording.audio.press("12")
    await recording.bench.wait(0.1)
    assert not task.done()
    recording.audio.press("#")
    result = await recording.bench.run(task)
    assert (result.ended_by, result.seconds, result.status) == ("#", 2, "completed")


async def test_the_end_of_the_call_ends_it(recording: Recording) -> None:
    task = await recording.begin()
    recording.over.set_result(None)
    result = await recording.bench.run(task)
    assert result.ended_by == "hangup"
    assert recording.told == [result]


@pytest.mark.parametrize(("reason", "ended_by"), [("silence", "silence"), ("stopped", "stop")])
async def test_what_the_engine_ended_is_said_so(recording: Recording, reason: str, ended_by: str) -> None:
    task = await recording.begin()
    recording.audio.recordings[-1].end(reason)
    assert (await recording.bench.run(task)).ended_by == ended_by


async def test_the_longest_it_may_last(recording: Recording) -> None:
    task = await recording.begin(seconds=11)
    assert (task.result().ended_by, task.result().seconds) == ("max-length", 10)


async def test_what_was_recorded_is_kept_and_told_where_the_task_is_cancelled(recording: Recording) -> None:
    task = await recording.begin()
    task.cancel()
    await recording.bench.wait(0.1)
    await asyncio.gather(task, return_exceptions=True)
    kept = recording.bench.journal.recordings[-1]
    assert (kept.status, kept.duration_seconds) == ("completed", 2)
    assert [(told.recording_sid, told.seconds) for told in recording.told] == [(kept.sid, 2)]
