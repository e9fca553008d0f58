"""Where running calls are found, and how the server ends all of them."""

import asyncio
from dataclasses import dataclass, field

import pytest

from ringback.call.control import CallInfo
from ringback.call.live_call import EndStatus
from ringback.model.call_status import CallStatus, Direction
from ringback.model.sid import AccountSid, CallSid
from ringback.services.running_calls import HURRIED_SECONDS, LAST_REQUESTS_SECONDS, RunningCalls
from ringback.testing.clock import VirtualClock

MINE, THEIRS = AccountSid("AC" + "1" * 32), AccountSid("AC" + "2" * 32)


@dataclass
class Live:
    """A live call that takes `seconds` to be over after it was ended."""

    number: int
    account_sid: AccountSid = MINE
    has_finished: bool = False
    ended: list[EndStatus] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    status: CallStatus = CallStatus.IN_PROGRESS
    is_in_progress: bool = True
    call: None = None

    @property
    def info(self) -> CallInfo:
        return CallInfo(
            call_sid=CallSid(f"CA{self.number:032x}"),
            account_sid=self.account_sid,
            from_="a",
            to="b",
            direction=Direction.INBOUND,
        )

    @property
    def sid(self) -> CallSid:
        return self.info.call_sid

    def terminate(self, status: EndStatus) -> None:
        self.ended.append(status)
        self.has_finished = True
        self.over.set()

    def limit(self, seconds: float) -> None: ...

    def send_message(self, content: str, outcome: object) -> None: ...

    async def run(self) -> None:
        await self.over.wait()


class Documents:
    def redirect(self, first: object, *, fallback: object = None) -> None: ...


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def running(clock: VirtualClock) -> RunningCalls:
    return RunningCalls(clock)


async def test_a_call_is_found_by_its_sid_until_it_is_over(running: RunningCalls) -> None:
    live = Live(1)
    running.enter(live)
    assert running.find(live.sid) is live
    live.has_finished = True
    assert running.find(live.sid) is None
    assert running.find("CA-nobody") is None
    assert len(running) == 0


async def test_the_calls_of_an_account(running: RunningCalls) -> None:
    mine, theirs, over = Live(1), Live(2, THEIRS), Live(3, has_finished=True)
    for live in (mine, theirs, over):
        running.enter(live)
    assert running.of_account(MINE) == [mine]
    assert len(running) == 2


async def test_who_enters_later_takes_the_place(running: RunningCalls) -> None:
    """The attempt that rings a call, and then the call itself."""
    attempt, call = Live(1), Live(1)
    running.enter(attempt)
    running.enter(call)
    assert running.find(call.sid) is call


async def test_calls_that_are_over_are_forgotten(running: RunningCalls) -> None:
    stays = Live(0)
    running.enter(stays)
    for number in range(1, 10_000):
        running.enter(Live(number, has_finished=True))
    assert running.find(stays.sid) is stays
    assert len(running._calls) < 200


async def test_documents_belong_to_a_sid(running: RunningCalls) -> None:
    documents = Documents()
    running.enter_documents(Live(1).sid, documents)
    assert running.documents(Live(1).sid) is documents
    running.leave_documents(Live(1).sid)
    running.leave_documents(Live(1).sid)
    assert running.documents(Live(1).sid) is None


def begin(running: RunningCalls, live: Live) -> Live:
    running.enter(live)
    running.start(live.sid, live.run())
    return live


async def test_the_end_waits_for_calls_that_end_by_themselves(running: RunningCalls, clock: VirtualClock) -> None:
    live = begin(running, Live(1))
    finishing = asyncio.ensure_future(running.finish(30, asyncio.Event()))
    await clock.advance(10)
    assert not finishing.done()
    live.over.set()
    await clock.advance(1)
    assert finishing.done()


async def test_a_call_that_begins_meanwhile_is_waited_for_too(running: RunningCalls, clock: VirtualClock) -> None:
    first = begin(running, Live(1))
    finishing = asyncio.ensure_future(running.finish(30, asyncio.Event()))
    await clock.advance(1)
    second = begin(running, Live(2))
    first.over.set()
    await clock.advance(5)
    assert not finishing.done()
    second.over.set()
    await clock.advance(1)
    assert finishing.done()


@pytest.mark.parametrize(("grace", "hurried"), [(10.0, False), (0.0, False), (600.0, True)])
async def test_after_the_grace_time_or_in_a_hurry_all_are_ended(
    running: RunningCalls, clock: VirtualClock, grace: float, hurried: bool
) -> None:
    calls = [begin(running, Live(number)) for number in range(3)]
    rings = Live(9)  # a leg that somebody else's task rings
    running.enter(rings)
    hurry = asyncio.Event()
    finishing = asyncio.ensure_future(running.finish(grace, hurry))
    await clock.advance(0.1)
    if hurried:
        hurry.set()
    await clock.advance(0.1 if hurried else grace)
    assert finishing.done()
    assert [live.ended for live in (*calls, rings)] == [["completed"]] * 4


@pytest.mark.parametrize(("hurried", "seconds"), [(True, HURRIED_SECONDS), (False, LAST_REQUESTS_SECONDS)])
async def test_what_does_not_end_is_cancelled(
    running: RunningCalls, clock: VirtualClock, hurried: bool, seconds: float
) -> None:
    running.start(Live(1).sid, asyncio.Event().wait())  # type: ignore[arg-type]  # what it returns is of no interest
    hurry = asyncio.Event()
    if hurried:
        hurry.set()
    finishing = asyncio.ensure_future(running.finish(0, hurry))
    await clock.advance(seconds - 0.1)
    assert not finishing.done()
    await clock.advance(0.2)
    assert finishing.done()
    assert running.task_count == 0


async def test_a_task_that_fails_takes_no_other_with_it(running: RunningCalls, clock: VirtualClock) -> None:
    async def fail() -> None:
        raise RuntimeError("a fault")

    live = begin(running, Live(1))
    running.start(Live(2).sid, fail())
    await clock.advance(1)
    assert running.task_count == 1
    live.over.set()
    await clock.advance(1)
    assert running.task_count == 0
