"""What pauses a recording, and what a private moment adds to that."""

import asyncio
from typing import Any, cast

import pytest

from ringback.call.running_recording import RunningRecording
from ringback.media.errors import MediaError
from ringback.media.leg import LiveRecording
from ringback.model.record import RecordingRecord, RecordingStatus
from ringback.model.sid import new_call_sid, new_recording_sid
from ringback.testing.clock import VirtualClock
from tests.unit.call.conftest import ACCOUNT


class Engine:
    """The face of `LiveRecording` that remembers its orders."""

    def __init__(self) -> None:
        self.orders: list[str] = []
        self.is_over = False

    def pause(self, *, keep_silence: bool) -> None:
        self._order("silence" if keep_silence else "skip")

    def resume(self) -> None:
        self._order("on")

    def stop(self) -> None:
        self.orders.append("stop")

    def _order(self, order: str) -> None:
        if self.is_over:
            raise MediaError("no such recording")
        self.orders.append(order)


class Desk:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.engine = Engine()
        self.rows: list[RecordingRecord] = []
        record = RecordingRecord(
            sid=new_recording_sid(),
            account_sid=ACCOUNT,
            call_sid=new_call_sid(),
            status=RecordingStatus.IN_PROGRESS,
            source="RecordVerb",
            path="a.wav",
            started_at=self.clock.utc_now(),
        )
        live = cast(LiveRecording, self.engine)
        self.running = RunningRecording(record, live, clock=self.clock, on_change=self.rows.append)

    @property
    def states(self) -> list[str]:
        return [row.status.value for row in self.rows]


@pytest.fixture
async def desk() -> Desk:
    return Desk()


async def test_pause_resume_and_stop_are_orders_and_rows(desk: Desk) -> None:
    desk.running.pause("skip")
    await desk.clock.advance(3)
    desk.running.resume()
    desk.running.pause("silence")
    desk.running.stop()
    assert desk.engine.orders == ["skip", "on", "silence", "stop"]
    assert desk.states == ["paused", "in-progress", "paused", "stopped"]
    assert desk.rows[1].updated_at is not None
    assert (desk.rows[1].updated_at - desk.rows[1].started_at).total_seconds() == 3
    assert desk.running.is_stopped


async def test_what_is_the_case_already_is_not_written_again(desk: Desk) -> None:
    desk.running.resume()
    desk.running.pause("skip")
    desk.running.pause("silence")
    assert desk.states == ["paused"]
    assert desk.engine.orders[-1] == "silence", "the newest wish counts"


async def test_after_its_end_it_stays_stopped(desk: Desk) -> None:
    desk.running.stop()
    desk.running.resume()
    desk.running.pause("skip")
    assert desk.states == ["stopped"]


@pytest.mark.parametrize(
    ("steps", "last"),
    [
        (["private"], "silence"),
        (["private", "public"], "on"),
        (["skip", "private"], "skip"),
        (["skip", "private", "public"], "skip"),
        (["private", "skip", "on"], "silence"),
        (["private", "silence", "public"], "silence"),
        (["private", "silence", "public", "on"], "on"),
    ],
)
async def test_nobody_hears_what_is_private_and_its_end_does_not_undo_a_pause(
    desk: Desk, steps: list[str], last: str
) -> None:
    """PAY-04."""
    orders: dict[str, Any] = {
        "private": lambda: desk.running.set_private(True),
        "public": lambda: desk.running.set_private(False),
        "skip": lambda: desk.running.pause("skip"),
        "silence": lambda: desk.running.pause("silence"),
        "on": desk.running.resume,
    }
    for step in steps:
        orders[step]()
    assert desk.engine.orders[-1] == last


async def test_an_order_that_comes_too_late_for_the_engine_is_no_failure(desk: Desk) -> None:
    desk.engine.is_over = True
    desk.running.pause("skip")
    desk.running.resume()
    await asyncio.sleep(0)
    assert desk.states == ["paused", "in-progress"]
