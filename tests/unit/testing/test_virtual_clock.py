"""`VirtualClock`: time moves when it is told to, and stops at every timer on the way."""

import asyncio
import time

import pytest

from ringback.clock import Clock, wait_for
from ringback.testing.clock import NothingWillHappen, VirtualClock, run_in_virtual_time


async def test_a_sleeper_wakes_only_when_its_time_has_come() -> None:
    clock = VirtualClock()
    sleeper = asyncio.ensure_future(clock.sleep(10))
    await clock.advance(9.9)
    assert not sleeper.done()
    await clock.advance(0.1)
    await clock.settle()
    assert sleeper.done()
    assert clock.now() == pytest.approx(10)


async def test_a_timer_set_by_a_woken_task_fires_within_the_same_advance() -> None:
    clock = VirtualClock()
    woken: list[float] = []

    async def tick() -> None:
        for _ in range(3):
            await clock.sleep(1)
            woken.append(clock.now())

    ticking = asyncio.ensure_future(tick())
    await clock.advance(5)
    assert woken == [1, 2, 3]
    await ticking


async def test_timers_fire_in_order_of_time_and_then_of_setting() -> None:
    clock = VirtualClock()
    fired: list[str] = []
    clock.call_at(2, lambda: fired.append("late"))
    clock.call_at(1, lambda: fired.append("first"))
    clock.call_at(1, lambda: fired.append("second"))
    clock.turn_to(3)
    assert fired == ["first", "second", "late"]


async def test_a_cancelled_timer_never_fires_and_is_no_deadline() -> None:
    clock = VirtualClock()
    fired: list[str] = []
    timer = clock.call_at(1, lambda: fired.append("no"))
    timer.cancel()
    assert clock.next_deadline() is None
    clock.turn_to(2)
    assert fired == []


async def test_a_cancelled_sleep_leaves_no_timer_behind() -> None:
    clock = VirtualClock()
    sleeper = asyncio.ensure_future(clock.sleep(10))
    await clock.settle()
    sleeper.cancel()
    await asyncio.gather(sleeper, return_exceptions=True)
    assert clock.next_deadline() is None


async def test_wall_time_moves_with_the_clock() -> None:
    clock = VirtualClock()
    before = clock.utc_now()
    await clock.advance(3600)
    assert (clock.utc_now() - before).total_seconds() == 3600


async def test_run_turns_the_clock_by_itself() -> None:
    clock: Clock = VirtualClock()
    assert isinstance(clock, VirtualClock)
    with pytest.raises(TimeoutError):
        await clock.run(wait_for(clock, clock.sleep(60), 30))
    assert clock.now() == 30


async def test_run_says_so_when_nothing_will_ever_happen() -> None:
    clock = VirtualClock()
    with pytest.raises(NothingWillHappen):
        await clock.run(asyncio.Event().wait())


def test_a_loop_in_virtual_time_makes_asyncio_sleep_virtual_too() -> None:
    clock = VirtualClock()

    async def main() -> str:
        await asyncio.gather(asyncio.sleep(3600), clock.sleep(1800))
        return "done"

    started = time.monotonic()
    assert run_in_virtual_time(clock, main()) == "done"
    assert clock.now() == pytest.approx(3600)
    assert time.monotonic() - started < 5


def test_a_loop_in_virtual_time_lets_long_chains_of_tasks_finish_before_time_moves() -> None:
    clock = VirtualClock()

    async def chain(depth: int) -> float:
        if depth == 0:
            return clock.now()
        return await asyncio.create_task(chain(depth - 1))

    async def main() -> float:
        waiting = asyncio.ensure_future(clock.sleep(1))
        reached = await chain(200)
        await waiting
        return reached

    assert run_in_virtual_time(clock, main()) == 0


def test_a_loop_in_virtual_time_refuses_to_wait_for_ever() -> None:
    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(NothingWillHappen):
        run_in_virtual_time(VirtualClock(), main())
