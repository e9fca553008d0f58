"""Callbacks are written before they are sent, and what was not sent is not lost (webhooks.md H-12)."""

import asyncio
import itertools
from dataclasses import dataclass, field, replace

import pytest

from ringback.model.record import CallbackKind, CallbackRecord, CallbackState
from ringback.model.sid import CallSid
from ringback.webhooks.cookies import CookieJar
from ringback.webhooks.delivery import Callback, CallbackProblem, Delivery
from ringback.webhooks.errors import FetchFailed
from ringback.webhooks.outbox import SECURE_SECONDS, CallbackBook
from ringback.webhooks.response import Fetched
from ringback.webhooks.signature import Parameters
from ringback.webhooks.transport import HttpResponse, Method
from tests.unit.webhooks.conftest import ACCOUNT, HandClock, settle


@dataclass
class Paper:
    """An `Outbox` whose ink dries when the test says so."""

    dry: asyncio.Event = field(default_factory=asyncio.Event)
    dry_up_to: int = 0
    asked: list[int | None] = field(default_factory=list)
    states: list[CallbackRecord] = field(default_factory=list)
    clock: HandClock = field(default_factory=HandClock)

    def put(self, record: CallbackRecord) -> None:
        self.states.append(record)

    @property
    def position(self) -> int:
        return len(self.states)

    async def written(self, timeout_seconds: float | None = None, *, up_to: int | None = None) -> bool:
        assert timeout_seconds is not None, "nobody waits for ever"
        self.asked.append(up_to)
        if up_to is not None and up_to <= self.dry_up_to:
            return True
        dry = asyncio.ensure_future(self.dry.wait())
        late = asyncio.ensure_future(self.clock.sleep(timeout_seconds))
        await asyncio.wait({dry, late}, return_when=asyncio.FIRST_COMPLETED)
        for one in (dry, late):
            one.cancel()
        return self.dry.is_set()

    @property
    def newest(self) -> dict[str, CallbackRecord]:
        """By URL."""
        return {record.url: record for record in self.states}


@dataclass
class App:
    """Remembers what came; `fails` names the URLs that do not work, `silent` keeps all waiting."""

    fails: dict[str, FetchFailed] = field(default_factory=dict)
    arrived: list[tuple[str, Parameters, str | None]] = field(default_factory=list)
    silent: bool = False
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
        self.arrived.append((url, parameters, token))
        if self.silent:
            await self.gate.wait()
        if url in self.fails:
            raise self.fails[url]
        response = HttpResponse(status=204)
        return Fetched(url=url, shown_url=url, method=method, parameters=parameters, response=response, tries=2)

    @property
    def urls(self) -> list[str]:
        return [url for url, _, _ in self.arrived]


@dataclass
class Bench:
    clock: HandClock = field(default_factory=HandClock)
    app: App = field(default_factory=App)
    problems: list[CallbackProblem] = field(default_factory=list)
    unsecured: int = 0

    def __post_init__(self) -> None:
        self.paper = Paper(clock=self.clock)
        self.delivery = self.new_delivery()

    def new_delivery(self, first: int = 1) -> Delivery:
        """As another process would have it."""
        count = itertools.count(first)
        book = CallbackBook(self.paper, self.clock, ACCOUNT.sid, lambda: next(count))

        def unsecured() -> None:
            self.unsecured += 1

        return Delivery(
            self.app, self.clock, self.problems.append, book=book, report_unsecured=unsecured, max_waiting=3
        )

    def post(self, url: str, call: str = "CA1") -> None:
        parameters = (("CallSid", call), ("CallbackSource", "call-progress-events"), ("Z", "1"), ("A", "é"))
        self.delivery.post(Callback(call_sid=CallSid(call), url=url, parameters=parameters, method="POST"))

    async def end(self, delivery: Delivery) -> int:
        """Close it after five seconds."""
        closing = asyncio.ensure_future(delivery.close(5))
        await self.clock.advance(5.1)
        return await closing


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_nothing_is_sent_before_it_is_written(bench: Bench) -> None:
    bench.post("a")
    bench.post("b")
    await settle()
    assert bench.app.arrived == []
    assert [record.url for record in bench.paper.states] == ["a", "b"]
    bench.paper.dry.set()
    await settle()
    assert bench.app.urls == ["a", "b"]


async def test_what_is_written_is_what_is_sent(bench: Bench) -> None:
    bench.paper.dry.set()
    bench.post("a")
    await settle()
    record = bench.paper.states[0]
    assert (record.state, record.kind, record.method) == (CallbackState.WAITING, CallbackKind.STATUS, "POST")
    assert (record.account_sid, record.call_sid) == (ACCOUNT.sid, "CA1")
    assert record.created_at == record.queued_at == bench.clock.utc_now()
    assert bench.app.arrived == [("a", record.parameters, record.token)]


async def test_what_became_of_it_is_written(bench: Bench) -> None:
    """SB-07: once, an answer 500 too; what is tried again is the business of the URL (`rp`)."""
    bench.paper.dry.set()
    bench.app.fails["bad"] = FetchFailed(11200, "no", url="bad", status=500, tries=3)
    bench.post("good")
    bench.post("bad")
    await settle()
    newest = bench.paper.newest
    good, bad = newest["good"], newest["bad"]
    assert (good.state, good.tries, good.error_code) == (CallbackState.SENT, 2, None)
    assert (bad.state, bad.tries, bad.error_code) == (CallbackState.FAILED, 3, 15003)
    assert good.finished_at == bad.finished_at == bench.clock.utc_now()
    assert [problem.code for problem in bench.problems] == [15003]


async def test_a_store_that_is_away_does_not_silence_the_callbacks(bench: Bench) -> None:
    """They go after the bound, counted from when each was posted, and the operator is told."""
    bench.post("a")
    bench.post("b")
    await bench.clock.advance(SECURE_SECONDS - 0.1)
    assert bench.app.arrived == []
    await bench.clock.advance(0.2)
    await bench.clock.advance(0.0)
    assert bench.app.urls == ["a", "b"], "the second does not wait for the bound once more"
    assert bench.unsecured >= 1


async def test_the_end_leaves_what_was_not_sent_to_the_next_start(bench: Bench) -> None:
    """Also what was on its way, and what is posted too late: not lost, not 15002."""
    bench.paper.dry.set()
    bench.app.silent = True
    for url in ("on its way", "second", "third"):
        bench.post(url)
    await settle()
    assert await bench.end(bench.delivery) == 2
    bench.post("late")
    await settle()
    assert bench.problems == []
    assert {record.state for record in bench.paper.states} == {CallbackState.WAITING}
    assert set(bench.paper.newest) == {"on its way", "second", "third", "late"}


async def test_the_next_start_sends_the_rest_before_newer_ones_with_the_same_tokens(bench: Bench) -> None:
    bench.app.silent = True
    bench.paper.dry.set()
    bench.post("first")
    bench.post("second")
    await settle()
    await bench.end(bench.delivery)
    kept = list(bench.paper.newest.values())
    bench.app.silent, bench.app.arrived = False, []
    bench.delivery = bench.new_delivery(first=3)
    for record in kept:
        bench.delivery.resume(record)
    bench.post("newer")
    await settle()
    newest = bench.paper.newest
    assert bench.app.urls == ["first", "second", "newer"]
    assert bench.app.arrived[:2] == [(record.url, record.parameters, record.token) for record in kept]
    assert {record.state for record in newest.values()} == {CallbackState.SENT}
    assert newest["newer"].sequence == 3


async def test_what_comes_from_before_does_not_count_as_too_many(bench: Bench) -> None:
    records = []
    for number in range(5):
        bench.post(str(number), call=f"CA{number}")
        records.append(bench.paper.states[-1])
    assert [problem.code for problem in bench.problems] == [15002, 15002]
    assert [bench.paper.newest[url].state for url in ("3", "4")] == [CallbackState.FAILED] * 2
    other = bench.new_delivery()
    for record in records:
        other.resume(record)
    assert other.waiting_count == 5
    await bench.end(other)
    await bench.end(bench.delivery)
    assert len(bench.app.arrived) == 5 + 3


async def test_a_callback_is_sent_again_unchanged_behind_those_that_wait(bench: Bench) -> None:
    bench.app.fails["a"] = FetchFailed(11202, "refused", url="a", tries=2)
    bench.paper.dry.set()
    bench.post("a")
    await settle()
    failed = bench.paper.newest["a"]
    assert (failed.state, failed.error_code) == (CallbackState.FAILED, 11202)
    del bench.app.fails["a"]
    bench.paper.dry.clear()
    bench.post("b")
    again = bench.delivery.send_again(failed)
    assert (again.state, again.finished_at, again.error_code) == (CallbackState.WAITING, None, None)
    assert (again.token, again.parameters, again.created_at) == (failed.token, failed.parameters, failed.created_at)
    assert again.sequence > bench.paper.newest["b"].sequence
    bench.paper.dry.set()
    await settle()
    assert bench.app.urls == ["a", "b", "a"]
    sent = bench.paper.newest["a"]
    assert (sent.state, sent.tries) == (CallbackState.SENT, 4)


async def test_what_comes_from_before_may_wait_longer_than_what_is_new(bench: Bench) -> None:
    """However many there are, and however slow the app: they have a bound of their own at the start."""
    bench.app.silent = True
    bench.paper.dry.set()
    bench.post("on its way")
    await settle()
    bench.post("new")
    bench.delivery.resume(replace(bench.paper.states[0], url="from before"))
    await bench.clock.advance(61)
    bench.app.gate.set()
    await settle()
    assert bench.app.urls == ["on its way", "from before"]
    assert [(problem.code, problem.callback.url) for problem in bench.problems] == [(15002, "new")]


async def test_a_callback_waits_for_what_was_written_before_it_and_not_for_what_came_later(bench: Bench) -> None:
    """However long it waited for its turn: a store that has it is not called away because it is busy with others."""
    bench.app.silent = True
    bench.paper.dry_up_to = 2
    bench.post("first")
    bench.post("second")
    await bench.clock.advance(SECURE_SECONDS + 1)
    bench.post("another call's", call="CA2")
    bench.app.silent = False
    bench.app.gate.set()
    await settle()
    assert bench.app.urls == ["first", "second"]
    assert bench.paper.asked == [1, 3, 2]
    assert bench.unsecured == 0
    await bench.end(bench.delivery)
