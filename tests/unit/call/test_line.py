"""A queue at work: who is given to whom, and what happens to a call that nobody takes in the end."""

from dataclasses import dataclass, field
from typing import cast

import pytest

from ringback.call.control import CallControl, CallInfo
from ringback.call.line import Line, Member
from ringback.call.queue import Queue, QueueFull
from ringback.model.call_status import Direction
from ringback.model.sid import AccountSid, CallSid, QueueSid


@dataclass
class Someone:
    """As much of a call as a line looks at."""

    name: str
    has_ended: bool = False
    info: CallInfo = field(init=False)

    def __post_init__(self) -> None:
        self.info = CallInfo(
            call_sid=CallSid(self.name),
            account_sid=AccountSid("AC1"),
            from_="",
            to="",
            direction=Direction.INBOUND,
        )


def member(name: str, since: float = 0.0) -> Member[CallControl]:
    return Member(cast(CallControl, Someone(name)), since)


@pytest.fixture
async def line() -> Line[CallControl]:
    return Line(Queue(sid=QueueSid("QU1"), name="support"))


async def test_who_came_first_is_given_to_who_asked_first(line: Line[CallControl]) -> None:
    first, second = member("one"), member("two")
    line.join(first, max_size=None)
    asked = [line.ask(), line.ask()]
    line.join(second, max_size=None)
    assert [taker.result() for taker in asked] == [first, second]


async def test_what_is_given_back_is_the_next_one_again(line: Line[CallControl]) -> None:
    first, second = member("one", since=3.0), member("two", since=4.0)
    line.join(first, max_size=None)
    line.join(second, max_size=None)
    line.give_back(line.ask())
    assert list(line.queue) == ["one", "two"]
    assert line.queue.facts(first.call_sid, now=10).seconds == 7
    assert line.ask().result() is first


async def test_what_is_given_back_goes_to_who_waits_for_it(line: Line[CallControl]) -> None:
    first = member("one")
    line.join(first, max_size=None)
    taken, waiting = line.ask(), line.ask()
    line.give_back(taken)
    assert waiting.result() is first


async def test_a_call_that_left_meanwhile_is_not_given_back(line: Line[CallControl]) -> None:
    first = member("one")
    line.join(first, max_size=None)
    taken = line.ask()
    line.leave(first)
    line.give_back(taken)
    assert len(line.queue) == 0
    assert line.is_idle


async def test_who_asked_and_gave_up_gets_nobody(line: Line[CallControl]) -> None:
    gone, waiting = line.ask(), line.ask()
    line.give_back(gone)
    first = member("one")
    line.join(first, max_size=None)
    assert waiting.result() is first


async def test_a_call_that_is_over_is_given_to_nobody(line: Line[CallControl]) -> None:
    first, second = member("one"), member("two")
    line.join(first, max_size=None)
    line.join(second, max_size=None)
    cast(Someone, first.call).has_ended = True
    assert line.ask().result() is second


async def test_a_full_line_takes_nobody_in(line: Line[CallControl]) -> None:
    line.join(member("one"), max_size=1)
    with pytest.raises(QueueFull):
        line.join(member("two"), max_size=1)
    assert line.member(CallSid("two")) is None


async def test_a_line_is_idle_only_without_calls_and_without_takers(line: Line[CallControl]) -> None:
    assert line.is_idle
    taker = line.ask()
    assert not line.is_idle
    line.give_back(taker)
    assert line.is_idle


async def test_the_first_result_of_a_member_counts(line: Line[CallControl]) -> None:
    first = member("one", since=2.0)
    first.take(now=9.5)
    assert first.seconds(now=100) == 7
    first.finish("bridged")
    first.finish("system-error")
    assert first.out.result() == "bridged"
