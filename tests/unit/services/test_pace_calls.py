"""One call a second for each account, in order, and no more than a day of them (rest-api.md section 8)."""

import pytest

from ringback.model.sid import AccountSid, CallSid
from ringback.services.pace_calls import MAX_QUEUE_SECONDS, CallPace
from ringback.testing.clock import VirtualClock

OURS, OTHER = AccountSid("AC" + "1" * 32), AccountSid("AC" + "2" * 32)


class Line:
    """A pace, and the calls that began by it, with the second they began in."""

    def __init__(self, interval_seconds: float | None = 1.0) -> None:
        self.clock = VirtualClock()
        self.began_at = self.clock.now()
        self.pace = CallPace(self.clock, interval_seconds=interval_seconds)
        self.begun: list[tuple[str, float]] = []

    def enter(self, name: str, account: AccountSid = OURS) -> None:
        def start() -> None:
            self.begun.append((name, self.clock.now() - self.began_at))

        self.pace.enter(account, CallSid(name), start)

    def turn(self, seconds: float) -> None:
        self.clock.turn_to(self.clock.now() + seconds)


@pytest.fixture
def line() -> Line:
    return Line()


def test_calls_begin_one_a_second_in_order(line: Line) -> None:
    for name in "abc":
        line.enter(name)
    assert line.begun == [("a", 0)]
    line.turn(5)
    assert line.begun == [("a", 0), ("b", 1), ("c", 2)]


def test_a_call_after_a_quiet_time_begins_at_once_and_saves_nothing_up(line: Line) -> None:
    line.enter("a")
    line.turn(10)
    for name in "bc":
        line.enter(name)
    line.turn(1)
    assert line.begun == [("a", 0), ("b", 10), ("c", 11)]


def test_accounts_do_not_wait_for_one_another(line: Line) -> None:
    line.enter("a")
    line.enter("b", OTHER)
    assert line.begun == [("a", 0), ("b", 0)]


def test_how_long_one_more_would_wait_is_known(line: Line) -> None:
    assert line.pace.expected_seconds(OURS) == 0
    for name in "abc":
        line.enter(name)
    assert line.pace.expected_seconds(OURS) == pytest.approx(3)
    line.turn(0.5)
    assert line.pace.expected_seconds(OURS) == pytest.approx(2.5)
    line.turn(10)
    assert line.pace.expected_seconds(OURS) == 0


def test_those_behind_a_call_that_is_withdrawn_move_up(line: Line) -> None:
    for name in "abc":
        line.enter(name)
    assert line.pace.withdraw(OURS, CallSid("b"))
    assert not line.pace.withdraw(OURS, CallSid("b"))
    assert not line.pace.withdraw(OTHER, CallSid("c"))
    line.turn(1)
    assert line.begun == [("a", 0), ("c", 1)]


def test_without_a_pace_every_call_begins_at_once() -> None:
    line = Line(None)
    for name in "abc":
        line.enter(name)
    assert line.begun == [("a", 0), ("b", 0), ("c", 0)]
    assert (line.pace.expected_seconds(OURS), line.pace.is_full(OURS)) == (0, False)


def test_a_queue_of_more_than_a_day_is_full(line: Line) -> None:
    for number in range(int(MAX_QUEUE_SECONDS)):
        line.enter(str(number))
    assert not line.pace.is_full(OURS)
    assert not line.pace.is_full(OTHER)
    line.enter("one more")
    assert line.pace.is_full(OURS)
