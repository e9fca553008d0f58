"""A limit counts from the answer, whenever it is set."""

import pytest

from ringback.call.time_limit import TimeLimit
from ringback.testing.clock import VirtualClock


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.mark.parametrize("set_first", [True, False])
async def test_it_counts_from_the_answer(clock: VirtualClock, set_first: bool) -> None:
    ended: list[float] = []
    limit = TimeLimit(clock, lambda: ended.append(clock.now()))
    if set_first:
        limit.set(10)
    clock.turn_to(5)
    limit.begin()
    clock.turn_to(8)
    limit.set(10)
    clock.turn_to(100)
    assert ended == [15]


async def test_without_a_limit_or_an_answer_nothing_ends(clock: VirtualClock) -> None:
    ended: list[float] = []
    TimeLimit(clock, lambda: ended.append(clock.now())).begin()
    TimeLimit(clock, lambda: ended.append(clock.now())).set(1)
    clock.turn_to(100)
    assert not ended


async def test_the_last_limit_counts_and_one_that_is_over_ends_at_once(clock: VirtualClock) -> None:
    ended: list[float] = []
    limit = TimeLimit(clock, lambda: ended.append(clock.now()))
    limit.begin()
    limit.set(10)
    limit.set(50)
    clock.turn_to(20)
    assert not ended
    limit.set(5)
    clock.turn_to(20)
    assert ended == [20]


async def test_a_call_that_is_over_has_no_limit(clock: VirtualClock) -> None:
    ended: list[float] = []
    limit = TimeLimit(clock, lambda: ended.append(clock.now()))
    limit.set(5)
    limit.begin()
    limit.cancel()
    clock.turn_to(20)
    assert not ended
