"""The rate of calls that come in (IN-06)."""

from ringback.model.sid import AccountSid
from ringback.services.limit_rate import CallRate
from ringback.testing.clock import VirtualClock

ONE, OTHER = AccountSid("AC1"), AccountSid("AC2")


async def test_in_06_no_second_has_more_calls_of_an_account_than_the_limit() -> None:
    clock = VirtualClock()
    rate = CallRate(clock, 2)
    assert [rate.take(ONE) for _ in range(3)] == [True, True, False]
    assert rate.take(OTHER)
    await clock.advance(0.9)
    assert not rate.take(ONE)
    await clock.advance(0.1)
    assert [rate.take(ONE) for _ in range(3)] == [True, True, False]


async def test_calls_that_are_spread_over_the_second_are_counted_in_any_second() -> None:
    clock = VirtualClock()
    rate = CallRate(clock, 2)
    taken = []
    for _ in range(8):
        taken.append(rate.take(ONE))
        await clock.advance(0.3)
    assert taken == [True, True, False, False, True, True, False, False]


def test_without_a_limit_every_call_comes_in() -> None:
    rate = CallRate(VirtualClock())
    assert all(rate.take(ONE) for _ in range(1000))
