"""A leg without a phone: how a call between two legs of ours begins and ends, and where its audio goes."""

import asyncio
from typing import cast

import pytest

from ringback.call.control import CallInfo
from ringback.call.inside_leg import InsideInvitation
from ringback.call.leg import Leg, LegState
from ringback.call.leg_event import Answered, LegEnd, MediaRefused, Ringing
from ringback.media.errors import MediaError
from ringback.model.call_status import Direction
from ringback.model.sid import new_call_sid
from ringback.sdp.negotiation import NegotiatedMedia
from ringback.sip.dialog.conversation import Body
from ringback.sip.events import ReferAnswered
from tests.peers.memory_media import MemoryLeg
from tests.unit.call.conftest import ACCOUNT, Bench

INVITATION = InsideInvitation(
    application_sid="AP" + "1" * 32,
    call=CallInfo(
        call_sid=new_call_sid(), account_sid=ACCOUNT, from_="desk", to="app:AP", direction=Direction.OUTBOUND_API
    ),
    parameters=(("mood", "merry"),),
)


class Pair:
    """The leg that calls, and the one that is called."""

    def __init__(self, calling: Leg, called: Leg, invitation: InsideInvitation) -> None:
        self.calling, self.called, self.invitation = calling, called, invitation

    def progress(self) -> list[object]:
        """What the calling side has heard since it was asked."""
        return [self.calling.progress.get_nowait() for _ in range(self.calling.progress.qsize())]

    @property
    def ends(self) -> tuple[LegEnd, LegEnd]:
        return self.calling.ended.result(), self.called.ended.result()


@pytest.fixture
async def pair(bench: Bench) -> Pair:
    return await called_inside(bench)


async def called_inside(bench: Bench) -> Pair:
    taken: list[tuple[Leg, InsideInvitation]] = []
    bench.exchange.on_inside = lambda leg, invitation: taken.append((leg, invitation))
    calling = bench.exchange.place(INVITATION)
    assert taken == []  # the caller has its leg before anything comes of it
    await asyncio.sleep(0)
    return Pair(calling, *taken[0])


async def test_it_rings_is_answered_and_each_is_the_far_end_of_the_other(bench: Bench, pair: Pair) -> None:
    assert pair.invitation is INVITATION
    assert (pair.calling.call_id, pair.called.call_id, bench.wire.to("alice")) == (None, None, [])
    pair.called.check_offer()
    pair.called.ring()
    assert pair.called.ring_with_audio() is False
    assert pair.progress() == [Ringing(status=180, early_media=False)]
    assert (pair.calling.state, pair.calling.has_media) == (LegState.RINGING, False)
    await bench.run(pair.called.answer())
    await pair.called.answer()
    assert pair.progress() == [Answered(headers=())]
    for leg, far in ((pair.calling, pair.called), (pair.called, pair.calling)):
        (agreed,) = cast(MemoryLeg, leg.media).connected
        assert (agreed.remote_address, agreed.remote_port, agreed.codec) == ("127.0.0.1", far.media.port, "PCMU")
        assert (leg.is_answered, leg.has_media) == (True, True)


@pytest.mark.parametrize("by_called", [True, False])
async def test_the_end_of_an_answered_one_is_the_end_of_both(bench: Bench, pair: Pair, by_called: bool) -> None:
    await bench.run(pair.called.answer())
    first, second = (pair.called, pair.calling) if by_called else (pair.calling, pair.called)
    first.hang_up()
    first.hang_up()
    second.hang_up()
    assert (first.ended.result(), second.ended.result()) == (LegEnd(by="us"), LegEnd(by="peer"))
    assert bench.media.open_legs == []


async def test_one_that_rings_is_cancelled_declined_or_refused(bench: Bench, pair: Pair) -> None:
    pair.called.ring()
    pair.calling.hang_up()
    assert pair.ends == (LegEnd(by="us"), LegEnd(by="peer", status=487, reason="Request Terminated"))
    declined = await called_inside(bench)
    declined.called.hang_up()
    assert [end.status for end in declined.ends] == [480, 480]
    refused = await called_inside(bench)
    refused.called.refuse(486, "Busy Here")
    assert refused.ends[0] == LegEnd(by="peer", status=486, reason="Busy Here")
    refused.called.ring()
    assert refused.progress() == []
    await refused.called.answer()
    assert bench.media.open_legs == []


async def test_one_that_is_given_up_at_once_is_told_to_nobody(bench: Bench) -> None:
    taken: list[Leg] = []
    bench.exchange.on_inside = lambda leg, _: taken.append(leg)
    bench.exchange.place(INVITATION).hang_up()
    await asyncio.sleep(0)
    assert (taken, bench.media.open_legs) == ([], [])


async def test_whoever_cannot_be_called_is_refused(bench: Bench) -> None:
    def fail(leg: Leg, invitation: InsideInvitation) -> None:
        raise RuntimeError("no such thing")

    bench.exchange.on_inside = fail
    calling = bench.exchange.place(INVITATION)
    await asyncio.sleep(0)
    assert calling.ended.result() == LegEnd(by="peer", status=500)


async def test_without_a_port_for_either_there_is_no_leg(bench: Bench) -> None:
    bench.media.ports = 1
    with pytest.raises(MediaRefused) as refused:
        bench.exchange.place(INVITATION)
    assert (refused.value.status, bench.media.open_legs) == (503, [])


async def test_audio_that_cannot_be_joined_ends_both(bench: Bench, pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(negotiated: NegotiatedMedia) -> None:
        raise MediaError("no")

    monkeypatch.setattr(pair.calling.media, "connect", refuse)
    with pytest.raises(MediaRefused):
        await pair.called.answer()
    assert [end.status for end in pair.ends] == [488, 488]


async def test_in_08_one_that_hears_nothing_any_more_ends_both(bench: Bench, pair: Pair) -> None:
    await bench.run(pair.called.answer())
    cast(MemoryLeg, pair.calling.media).timed_out.set_result(300.0)
    await asyncio.sleep(0)
    assert pair.ends == (
        LegEnd(by="failure", reason="no audio was received for 300 seconds", code=32014),
        LegEnd(by="peer"),
    )
    assert bench.media.open_legs == []


async def test_what_only_phones_do_is_not_allowed(bench: Bench, pair: Pair) -> None:
    await bench.run(pair.called.answer())
    told: list[int | None] = []
    pair.called.send_message(Body(content_type="text/plain", data=b"hello"), told.append)
    answer = pair.called.refer("sip:other@example.com").get_nowait()
    assert isinstance(answer, ReferAnswered)
    assert (told, answer.status) == ([405], 405)
    pair.called.hang_up()
    pair.called.send_message(Body(content_type="text/plain", data=b"hello"), told.append)
    assert told == [405, None]
