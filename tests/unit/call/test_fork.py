"""The phones of one user ring as one call: RC-01, RC-02, RC-07."""

from dataclasses import dataclass, replace

import pytest

from ringback.call.control import CallInfo, DialRequest, DialTarget, StatusEvents
from ringback.call.dialling import Dialler
from ringback.call.exchange import Invitation
from ringback.call.fork import best_end
from ringback.call.leg_event import LegEnd
from ringback.call.route import Caller, Route
from ringback.sip.message.address import NameAddress
from ringback.sip.message.uri import SipUri
from tests.unit.call.conftest import OURS, Bench, Phone


@dataclass
class ForkingRouter:
    """Every target is all of these phones."""

    phones: list[Phone]

    def route(self, target: DialTarget, *, call: CallInfo, caller: Caller) -> Route:
        from_ = NameAddress(display_name=None, uri=SipUri(user="caller", host=OURS))
        first, *others = [Invitation(target=SipUri.parse(phone.uri), from_=from_) for phone in self.phones]
        return Route(invitation=first, to="client:bob", others=tuple(others))


@pytest.fixture
def phones(bench: Bench) -> list[Phone]:
    """Three phones of bob, and a server that rings all of them."""
    made = [bench.phone(f"bob{number}") for number in range(3)]
    dialler = Dialler(exchange=bench.exchange, router=ForkingRouter(made), tones=bench.tones)
    bench.parts = replace(bench.parts, dial=lambda call, request: dialler.dial(call, request, bench.parts))
    return made


BOB = DialRequest(
    targets=[DialTarget(kind="client", address="bob", status=StatusEvents(url="http://app.example/st"))],
    timeout_seconds=20,
)


async def test_rc_01_the_first_to_answer_stays_and_the_others_are_cancelled(bench: Bench, phones: list[Phone]) -> None:
    slow, quick, silent = phones
    slow.ring_seconds, quick.ring_seconds, silent.status = 9, 2, None
    _, call = await bench.answered()
    task = await bench.dialling(call, BOB)
    await bench.wait(3)
    assert [phone.leg.is_answered for phone in phones] == [False, True, False]
    assert [phone.leg.has_ended for phone in phones] == [True, False, True]
    assert bench.audio(call).partner is not None
    quick.leg.hang_up()
    result = await bench.run(task)
    assert (result.status, result.sip_response_code) == ("completed", 200)
    assert result.sip_call_id == quick.invites[0].request.call_id


async def test_rc_02_all_of_them_are_one_call(bench: Bench, phones: list[Phone]) -> None:
    _, call = await bench.answered()
    task = await bench.dialling(call, BOB)
    await bench.wait(3)
    for phone in phones:
        phone.leg.hang_up()
    result = await bench.run(task)
    (opened,) = bench.journal.opened
    assert opened.info.call_sid == result.call_sid
    assert opened.info.to == "client:bob"
    sids = [info.call_sid for info, _ in bench.journal.progressed if info.call_sid != call.info.call_sid]
    assert sids == [result.call_sid] * 2
    assert [info.call_sid for info, _, _ in bench.journal.ended] == [result.call_sid]


async def test_two_that_answer_at_the_same_time_leave_one(bench: Bench, phones: list[Phone]) -> None:
    _, call = await bench.answered()
    task = await bench.dialling(call, BOB)
    await bench.wait(5)
    up = [phone for phone in phones if not phone.leg.has_ended]
    assert len(up) == 1
    up[0].leg.hang_up()
    assert (await bench.run(task)).bridged


async def test_rc_07_all_refuse_and_the_best_response_is_the_calls(bench: Bench, phones: list[Phone]) -> None:
    for phone, status in zip(phones, (503, 404, 486), strict=True):
        phone.status = status
    phones[1].ring_seconds = 3
    _, call = await bench.answered()
    result = await bench.run(call.dial(BOB))
    assert (result.status, result.sip_response_code) == ("busy", 486)
    assert bench.journal.ends == [("busy", 486)]


async def test_a_603_of_one_phone_is_for_all_of_them(bench: Bench, phones: list[Phone]) -> None:
    phones[0].status, phones[0].ring_seconds = 603, 1
    for phone in phones[1:]:
        phone.ring_seconds = 9
    _, call = await bench.answered()
    result = await bench.run(call.dial(BOB))
    await bench.wait(1)
    assert (result.status, result.sip_response_code) == ("no-answer", 603)
    assert all(phone.leg.has_ended for phone in phones)


async def test_the_timeout_is_for_all_of_them(bench: Bench, phones: list[Phone]) -> None:
    for phone in phones:
        phone.status = None
    _, call = await bench.answered()
    result = await bench.run(call.dial(BOB))
    await bench.wait(1)
    assert (result.status, result.sip_response_code) == ("no-answer", 487)
    assert all(phone.leg.has_ended for phone in phones)


async def test_early_media_of_one_of_several_is_not_heard(bench: Bench, phones: list[Phone]) -> None:
    phones[0].early_media = True
    phones[0].ring_seconds = 9
    for phone in phones[1:]:
        phone.ring_seconds = 9
    _, call = await bench.answered()
    task = await bench.dialling(call, BOB)
    await bench.wait(3)
    assert bench.audio(call).partner is None
    assert bench.audio(call).playing is bench.tones.ringing
    call.leg.hang_up()
    await bench.run(task)


@pytest.mark.parametrize(
    ("statuses", "best"),
    [
        ((404, 503), 404),
        ((503, 302), 302),
        ((486, 603), 603),
        ((486, 407), 407),
        ((480, 404), 480),
        ((404, 486), 486),
        ((None, 500), 500),
        ((None, None), None),
        ((), None),
    ],
)
def test_the_best_response_is_that_of_rfc_3261(statuses: tuple[int | None, ...], best: int | None) -> None:
    end = best_end([LegEnd(by="peer", status=status) for status in statuses])
    assert (end.status if end else None) == best
