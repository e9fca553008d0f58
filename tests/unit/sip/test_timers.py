"""The timers of RFC 3261 table 4, and the queue of deadlines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.sip.timers import Deadlines, Timer, TimerSettings


@pytest.mark.parametrize(
    ("letter", "unreliable", "reliable"),
    [
        ("A", 0.5, None),
        ("B", 32, 32),
        ("C", 180, 180),
        ("D", 32, 0),
        ("E", 0.5, None),
        ("F", 32, 32),
        ("G", 0.5, None),
        ("H", 32, 32),
        ("I", 5, 0),
        ("J", 32, 0),
        ("K", 5, 0),
        ("L", 32, 32),
        ("M", 32, 32),
    ],
)
def test_every_timer_runs_as_table_4_says(letter: str, unreliable: float, reliable: float | None) -> None:
    timers = TimerSettings()
    assert timers.seconds(Timer(letter), reliable=False) == unreliable
    assert timers.seconds(Timer(letter), reliable=True) == reliable


def test_no_timer_is_left_out_of_the_table() -> None:
    assert {timer.value for timer in Timer} == set("ABCDEFGHIJKLM")


def test_timer_a_doubles_without_end_and_the_others_stop_at_t2() -> None:
    timers = TimerSettings()
    assert timers.backed_off(Timer.A, 8.0) == 16.0
    assert timers.backed_off(Timer.E, 2.0) == 4.0
    assert timers.backed_off(Timer.E, 4.0) == 4.0
    assert timers.backed_off(Timer.G, 4.0) == 4.0


def test_timer_d_is_never_under_32_seconds() -> None:
    assert TimerSettings(t1=0.1).seconds(Timer.D, reliable=False) == 32.0


def test_deadlines_come_due_in_order_and_once() -> None:
    deadlines: Deadlines[str] = Deadlines()
    deadlines.set("late", 3.0)
    deadlines.set("early", 1.0)
    deadlines.set("never", 2.0)
    deadlines.cancel("never")
    assert deadlines.next() == 1.0
    assert list(deadlines.due(0.9)) == []
    assert list(deadlines.due(3.0)) == ["early", "late"]
    assert deadlines.next() is None


def test_setting_a_deadline_again_moves_it() -> None:
    deadlines: Deadlines[str] = Deadlines()
    deadlines.set("timer", 1.0)
    deadlines.set("timer", 5.0)
    assert deadlines.next() == 5.0
    assert list(deadlines.due(4.0)) == []
    assert list(deadlines.due(5.0)) == ["timer"]


def test_what_is_set_while_others_come_due_is_told_too() -> None:
    deadlines: Deadlines[str] = Deadlines()
    deadlines.set("first", 1.0)
    seen = []
    for key in deadlines.due(2.0):
        seen.append(key)
        if key == "first":
            deadlines.set("second", 1.5)
    assert seen == ["first", "second"]


def test_cancelled_deadlines_do_not_pile_up() -> None:
    deadlines: Deadlines[int] = Deadlines()
    for number in range(10_000):
        deadlines.set(number, 32.0)
        deadlines.cancel(number)
    assert len(deadlines) == 0
    assert len(deadlines._heap) < 200


@given(st.lists(st.tuples(st.integers(0, 9), st.one_of(st.none(), st.floats(0, 100))), max_size=60))
def test_deadlines_agree_with_a_plain_dict(steps: list[tuple[int, float | None]]) -> None:
    deadlines: Deadlines[int] = Deadlines()
    model: dict[int, float] = {}
    for key, when in steps:
        if when is None:
            deadlines.cancel(key)
            model.pop(key, None)
        else:
            deadlines.set(key, when)
            model[key] = when
    assert deadlines.next() == min(model.values(), default=None)
    assert sorted(deadlines.due(100.0)) == sorted(model)
