"""A REFER of the called party on real legs: RF-01 to RF-07, RF-10 to RF-16."""

import asyncio
import dataclasses
from dataclasses import dataclass, field
from typing import cast

import pytest

from ringback.call.control import CallControl, DialRequest, DialResult
from ringback.sip.events import NotifyReceived, ReferAnswered
from tests.unit.call.conftest import Bench, Phone, target


@dataclass
class Plan:
    """A `TransferPlan`: `dials` is what its document rings beside the talk."""

    loads: bool = True
    dials: DialRequest | None = None
    plays: bool = False
    targets: list[str] = field(default_factory=list)
    results: list[DialResult] = field(default_factory=list)

    async def load(self, target: str) -> bool:
        self.targets.append(target)
        return self.loads

    async def run(self, call: CallControl) -> None:
        if self.plays:
            await call.pause(3)
        if self.dials is not None:
            self.results.append(await call.dial(self.dials))


async def talking(bench: Bench, bob: Phone, plan: Plan | None, **more: object) -> "asyncio.Task[DialResult]":
    """Alice and bob talk by a `<Dial>` with this plan."""
    _, call = await bench.answered()
    request = dataclasses.replace(DialRequest(targets=[target(bob)], transfer=plan), **more)  # type: ignore[arg-type]
    task = await bench.dialling(call, request)
    await bench.wait(3)
    return task


@dataclass
class Seen:
    """What the transferor was told: the answer to its REFER, then sipfrags."""

    queue: "asyncio.Queue[ReferAnswered | NotifyReceived]"

    def statuses(self) -> list[int | None]:
        told: list[int | None] = []
        while not self.queue.empty():
            event = self.queue.get_nowait()
            told.append(event.status if isinstance(event, ReferAnswered) else event.sipfrag_status)
        return told


async def refer(bench: Bench, phone: Phone, to: str = "<sip:carol@192.0.2.99>") -> Seen:
    seen = Seen(phone.leg.refer(to))
    await bench.wait(0.5)
    return seen


async def test_rf_06_the_transferor_is_told_and_dropped_and_the_caller_stays(bench: Bench, bob: Phone) -> None:
    """RF-12, RF-15: 202, then NOTIFYs; the target keeps the headers that are in it."""
    plan = Plan()
    task = await talking(bench, bob, plan)
    seen = await refer(bench, bob, "<sip:carol@192.0.2.99?X-A=1>")
    result = await bench.run(task)
    assert plan.targets == ["sip:carol@192.0.2.99?X-A=1"]
    assert seen.statuses() == [202, 100, 200]
    assert bob.leg.has_ended
    assert (result.status, result.bridged, result.transferred) == ("completed", True, True)
    assert not bench.calls[-1].has_ended
    assert bench.audio(bench.calls[-1]).partner is None


async def test_rf_06_without_a_document_the_transferor_is_dropped_all_the_same(bench: Bench, bob: Phone) -> None:
    task = await talking(bench, bob, Plan(loads=False))
    seen = await refer(bench, bob)
    result = await bench.run(task)
    assert seen.statuses() == [202, 100, 503]
    assert result.transferred
    assert bob.leg.has_ended


async def test_rf_07_the_transferor_stays_until_the_target_answers(bench: Bench, bob: Phone, carol: Phone) -> None:
    """RF-16."""
    carol.ring_seconds = 4
    plan = Plan(dials=DialRequest(targets=[target(carol)]))
    task = await talking(bench, bob, plan, answer_on_bridge=True)
    call = bench.calls[-1]
    seen = await refer(bench, bob)
    await bench.wait(2)
    assert not bob.leg.has_ended
    assert bench.audio(call).partner is not None
    assert bench.audio(call).playing is None
    await bench.wait(3)
    assert bob.leg.has_ended
    assert seen.statuses() == [202, 100, 200]
    assert bench.audio(call).partner is not None
    assert not call.has_ended
    carol.leg.hang_up()
    result = await bench.run(task)
    assert (result.transferred, plan.results[0].status, plan.results[0].bridged) == (True, "completed", True)


@pytest.mark.parametrize(("status", "told"), [(486, 486), (None, 487)])
async def test_rf_07_when_the_target_does_not_answer_the_two_go_on_talking(
    bench: Bench, bob: Phone, carol: Phone, status: int | None, told: int
) -> None:
    carol.status = status
    plan = Plan(dials=DialRequest(targets=[target(carol)], timeout_seconds=5))
    task = await talking(bench, bob, plan, answer_on_bridge=True)
    seen = await refer(bench, bob)
    await bench.wait(8)
    assert seen.statuses() == [202, 100, told]
    assert not bob.leg.has_ended
    assert bench.audio(bench.calls[-1]).partner is not None
    bob.leg.hang_up()
    result = await bench.run(task)
    assert (result.status, result.bridged, result.transferred) == ("completed", True, False)


async def test_rf_07_a_document_that_plays_first_lets_the_transferor_go_first(bench: Bench, bob: Phone) -> None:
    task = await talking(bench, bob, Plan(plays=True), answer_on_bridge=True)
    seen = await refer(bench, bob)
    assert bob.leg.has_ended
    assert seen.statuses() == [202, 100, 200]
    assert (await bench.run(task)).transferred


async def test_rf_07_a_document_that_does_nothing_changes_nothing(bench: Bench, bob: Phone) -> None:
    task = await talking(bench, bob, Plan(), answer_on_bridge=True)
    assert (await refer(bench, bob)).statuses() == [202, 100, 603]
    assert not bob.leg.has_ended
    bob.leg.hang_up()
    assert not (await bench.run(task)).transferred


async def test_rf_07_a_second_refer_after_a_failed_one_is_followed(bench: Bench, bob: Phone) -> None:
    plan = Plan(loads=False)
    task = await talking(bench, bob, plan, answer_on_bridge=True)
    assert (await refer(bench, bob)).statuses() == [202, 100, 503]
    plan.loads, plan.plays = True, True
    assert (await refer(bench, bob)).statuses() == [202, 100, 200]
    assert (await bench.run(task)).transferred


@pytest.mark.parametrize(
    ("plan", "to", "status"),
    [
        (None, "<sip:carol@192.0.2.99>", 603),
        (Plan(), f"<sip:carol@192.0.2.99?X-A={'1' * 240}>", 603),
        (Plan(), "<sip:carol@192.0.2.99?Replaces=1%3Bto-tag%3D2>", 603),
        (Plan(), "<sip:@>", 400),
    ],
    ids=["RF-05", "RF-13", "RF-14", "malformed"],
)
async def test_a_refer_that_cannot_be_followed_is_refused_and_reported(
    bench: Bench, bob: Phone, plan: Plan | None, to: str, status: int
) -> None:
    task = await talking(bench, bob, plan)
    assert (await refer(bench, bob, to)).statuses() == [status]
    assert [code for code, _ in bench.journal.reports] == [13802]
    assert not bob.leg.has_ended
    assert bench.audio(bench.calls[-1]).partner is not None
    bob.leg.hang_up()
    assert not (await bench.run(task)).transferred


async def test_rf_11_a_refer_of_the_caller_itself_is_refused(bench: Bench) -> None:
    theirs, _ = await bench.answered()
    seen = Seen(theirs.refer("<sip:carol@192.0.2.99>"))
    await bench.wait(0.5)
    assert seen.statuses() == [603]
    assert [code for code, _ in bench.journal.reports] == [13802]


async def test_a_caller_who_hangs_up_while_the_target_rings_ends_everything(
    bench: Bench, bob: Phone, carol: Phone
) -> None:
    carol.status = None
    plan = Plan(dials=DialRequest(targets=[target(carol)]))
    theirs, call = await bench.answered()
    task = await bench.dialling(call, DialRequest(targets=[target(bob)], transfer=plan, answer_on_bridge=True))
    await bench.wait(3)
    await refer(bench, bob)
    theirs.hang_up()
    result = await bench.run(task)
    await bench.wait(1)
    assert (result.caller_hung_up, result.transferred) == (True, False)
    assert bob.leg.has_ended
    assert carol.leg.has_ended


async def test_a_transferor_who_leaves_while_the_target_rings_does_not_stop_it(
    bench: Bench, bob: Phone, carol: Phone
) -> None:
    carol.ring_seconds = 4
    plan = Plan(dials=DialRequest(targets=[target(carol)]))
    task = await talking(bench, bob, plan, answer_on_bridge=True)
    await refer(bench, bob)
    bob.leg.hang_up()
    await bench.wait(5)
    assert cast(object, bench.audio(bench.calls[-1]).partner) is not None
    carol.leg.hang_up()
    assert (await bench.run(task)).transferred
