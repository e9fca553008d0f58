"""The detector on a leg's audio: the result is told once, also when the leg is over before."""

import asyncio
import contextlib
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Literal

import pytest

from ringback.call.machine_detection import Answerer, DetectionRequest, MachineDetection
from ringback.call.machine_listening import detect
from ringback.media.errors import MediaError
from ringback.model.sid import CallSid

CALL = CallSid("CA" + "5" * 32)


class Line:
    """Silence for so long, then the leg is closed."""

    def __init__(self, seconds: float, *, is_closed: bool = False) -> None:
        self.seconds = seconds
        self.is_closed = is_closed

    def tap(self, what: Literal["received", "sent"]) -> AbstractAsyncContextManager[AsyncIterable[bytes]]:
        if self.is_closed:
            raise MediaError("leg 1 is closed")
        return self._tapped()

    @contextlib.asynccontextmanager
    async def _tapped(self) -> AsyncIterator[AsyncIterable[bytes]]:
        yield self._frames()

    async def _frames(self) -> AsyncIterator[bytes]:
        for _ in range(round(self.seconds * 10)):
            yield bytes(1600)
            await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("line", "seconds"), [(Line(9), 5.0), (Line(2), 2.0), (Line(2, is_closed=True), 0.0)], ids=["all", "cut", "closed"]
)
async def test_the_result_is_told_once(line: Line, seconds: float) -> None:
    told: list[tuple[CallSid, Answerer]] = []
    request = DetectionRequest(detection=MachineDetection(), tell=lambda sid, found: told.append((sid, found)))
    await detect(line, request, CALL)
    ((call_sid, found),) = told
    assert (call_sid, found.answered_by) == (CALL, "unknown")
    assert found.seconds == pytest.approx(seconds)


async def test_a_detection_that_is_cancelled_tells_nothing() -> None:
    told: list[Answerer] = []
    request = DetectionRequest(detection=MachineDetection(), tell=lambda _sid, found: told.append(found))
    task = detect(Line(100), request, CALL)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert told == []
