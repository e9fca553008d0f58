"""Asynchronous callbacks: in order per call, bounded, reported, drained (SB-04, H-11)."""

import asyncio
from dataclasses import dataclass, field

import pytest

from ringback.model.sid import CallSid
from ringback.webhooks.cookies import CookieJar
from ringback.webhooks.delivery import Callback, CallbackProblem, Delivery
from ringback.webhooks.errors import FetchFailed
from ringback.webhooks.response import Fetched
from ringback.webhooks.signature import Parameters
from ringback.webhooks.transport import HttpResponse, Method
from tests.unit.webhooks.conftest import HandClock, settle


@dataclass
class Inbox:
    """Takes callbacks one by one, each when the test lets it."""

    open: bool = True
    failures: dict[str, Exception] = field(default_factory=dict)
    arrived: list[str] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    running: int = 0
    most_running: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def notify(
        self,
        url: str,
        method: Method,
        parameters: Parameters,
        *,
        cookies: CookieJar | None = None,
        token: str | None = None,
    ) -> Fetched:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            if not self.open:
                await self.gate.wait()
            self.arrived.append(url)
            self.tokens.append(token)
            if url in self.failures:
                raise self.failures[url]
        finally:
            self.running -= 1
        response = HttpResponse(status=200)
        return Fetched(url=url, shown_url=url, method=method, parameters=parameters, response=response)


def callback(call: str, url: str) -> Callback:
    return Callback(call_sid=CallSid(call), url=url, parameters=(("CallSid", call),))


def failed(code: int, status: int | None) -> FetchFailed:
    return FetchFailed(code, "no good", url="u", status=status)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def problems() -> list[CallbackProblem]:
    return []


@pytest.fixture
def delivery(inbox: Inbox, clock: HandClock, problems: list[CallbackProblem]) -> Delivery:
    return Delivery(inbox, clock, problems.append, max_waiting=5, max_running=2, queue_seconds=60)


async def test_callbacks_of_one_call_arrive_in_order_one_at_a_time(delivery: Delivery, inbox: Inbox) -> None:
    for number in range(4):
        delivery.post(callback("CA1", str(number)))
    await settle()
    assert inbox.arrived == ["0", "1", "2", "3"]
    assert inbox.most_running == 1


async def test_a_slow_app_of_one_call_does_not_hold_up_another(delivery: Delivery, inbox: Inbox) -> None:
    inbox.open = False
    delivery.post(callback("CA1", "slow"))
    await settle()
    inbox.open = True
    delivery.post(callback("CA1", "behind"))
    delivery.post(callback("CA2", "quick"))
    await settle()
    assert inbox.arrived == ["quick"]
    inbox.gate.set()
    await settle()
    assert inbox.arrived == ["quick", "slow", "behind"]


async def test_no_more_run_at_once_than_allowed(delivery: Delivery, inbox: Inbox) -> None:
    inbox.open = False
    for number in range(4):
        delivery.post(callback(f"CA{number}", str(number)))
    await settle()
    assert (inbox.running, delivery.waiting_count) == (2, 2)
    inbox.gate.set()
    await settle()
    assert len(inbox.arrived) == 4


@pytest.mark.parametrize(
    ("failure", "code", "level"),
    [
        (failed(11200, 404), 15003, "warning"),
        (failed(11200, 500), 15003, "warning"),
        (failed(11202, None), 11202, "error"),
        (failed(11215, 302), 11215, "error"),
    ],
)
async def test_a_failure_is_reported_and_the_next_one_is_sent(
    delivery: Delivery,
    inbox: Inbox,
    problems: list[CallbackProblem],
    failure: FetchFailed,
    code: int,
    level: str,
) -> None:
    """SB-04."""
    inbox.failures["bad"] = failure
    delivery.post(callback("CA1", "bad"))
    delivery.post(callback("CA1", "good"))
    await settle()
    assert [(problem.code, problem.level, problem.callback.url) for problem in problems] == [(code, level, "bad")]
    assert problems[0].failure is failure
    assert inbox.arrived == ["bad", "good"]


async def test_a_fault_of_ours_is_reported_and_the_next_one_is_sent(
    delivery: Delivery, inbox: Inbox, problems: list[CallbackProblem]
) -> None:
    inbox.failures["bad"] = RuntimeError("a bug")
    delivery.post(callback("CA1", "bad"))
    delivery.post(callback("CA1", "good"))
    await settle()
    assert [(problem.code, problem.message) for problem in problems] == [
        (15000, "callback not sent: RuntimeError: a bug")
    ]
    assert inbox.arrived == ["bad", "good"]


async def test_a_full_queue_drops_the_newest_and_says_so(
    delivery: Delivery, inbox: Inbox, problems: list[CallbackProblem]
) -> None:
    inbox.open = False
    delivery.post(callback("CA1", "running"))
    await settle()
    for number in range(6):
        delivery.post(callback("CA1", str(number)))
    assert [(problem.code, problem.callback.url) for problem in problems] == [(15002, "5")]


async def test_a_callback_that_waited_too_long_is_15002(
    delivery: Delivery, inbox: Inbox, clock: HandClock, problems: list[CallbackProblem]
) -> None:
    inbox.open = False
    delivery.post(callback("CA1", "running"))
    delivery.post(callback("CA1", "late"))
    await clock.advance(61)
    inbox.gate.set()
    await settle()
    assert inbox.arrived == ["running"]
    assert [(problem.code, problem.level) for problem in problems] == [(15002, "error")]


async def test_closing_sends_what_waits(delivery: Delivery, inbox: Inbox, problems: list[CallbackProblem]) -> None:
    for number in range(3):
        delivery.post(callback("CA1", str(number)))
    await delivery.close(5)
    assert inbox.arrived == ["0", "1", "2"]
    assert problems == []


async def test_closing_gives_up_after_the_grace_and_reports_each(
    delivery: Delivery, inbox: Inbox, clock: HandClock, problems: list[CallbackProblem]
) -> None:
    inbox.open = False
    for number in range(3):
        delivery.post(callback("CA1", str(number)))
    closing = asyncio.ensure_future(delivery.close(5))
    await clock.advance(4.9)
    assert not closing.done()
    await clock.advance(0.2)
    await closing
    assert [problem.callback.url for problem in problems] == ["0", "1", "2"]
    assert (inbox.running, delivery.waiting_count) == (0, 0)


async def test_a_closed_delivery_takes_nothing(delivery: Delivery, problems: list[CallbackProblem]) -> None:
    await delivery.close(1)
    delivery.post(callback("CA1", "after"))
    assert [problem.code for problem in problems] == [15002]


async def test_a_lane_is_gone_when_it_is_empty(delivery: Delivery, inbox: Inbox) -> None:
    delivery.post(callback("CA1", "0"))
    await settle()
    delivery.post(callback("CA1", "1"))
    await settle()
    assert inbox.arrived == ["0", "1"]
    assert not delivery._lanes
    assert not delivery._tasks


def test_a_callback_does_not_show_what_it_carries() -> None:
    assert "CA1" not in repr(callback("CA9", "http://u:secret@h/")).replace("CA9", "")
    assert "secret" not in repr(callback("CA9", "http://u:secret@h/"))
