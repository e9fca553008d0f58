"""A leg as a ladder: what is said on the wire, and what the floor above is told."""

import asyncio
from typing import cast

import pytest

from ringback.call.leg import Leg, LegState
from ringback.call.leg_event import MediaRefused
from ringback.sdp.description import SessionDescription
from ringback.sip.events import Event
from tests.peers.memory_media import MemoryLeg
from tests.peers.memory_sip import MemorySip, Sent
from tests.unit.call.conftest import OURS, Bench, steps
from tests.unit.sip.conftest import UDP_PEER, on_the_wire, request_text


def offer(*, codec: str = "0", direction: str = "sendrecv", address: str = "192.0.2.9", port: int = 4000) -> str:
    return (
        f"v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP {codec}\r\na={direction}\r\n"
    )


class TextPeer:
    """A peer at 192.0.2.9 that says exactly what a test writes."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.sip = MemorySip(bench.wire, name="peer", address="192.0.2.9")
        self.heard: list[Sent] = []

    async def say(self, text: str) -> None:
        self.bench.sip.receive(on_the_wire(text), UDP_PEER)
        await self.bench.wait(0.01)

    async def invite(self, body: str = "") -> Leg:
        await self.say(request_text(body=body))
        return self.bench.calls[-1].leg

    async def in_dialog(self, leg: Leg, method: str, number: int, body: str = "") -> None:
        tag = leg.session.local_tag
        await self.say(request_text(method, branch=f"z9hG4bK{method}{number}", to_tag=tag, number=number, body=body))

    @property
    def answers(self) -> list[str]:
        return self.bench.wire.to("peer")

    def last_sdp(self) -> SessionDescription:
        return SessionDescription.parse(self.bench.wire.last("200 INVITE", to="peer").body.decode())


@pytest.fixture
def peer(bench: Bench) -> TextPeer:
    return TextPeer(bench)


async def test_an_answered_call_is_a_ladder(bench: Bench) -> None:
    theirs, call = await bench.answered()
    assert bench.wire.ladder("alice", "us") == [
        "alice INVITE",
        "us 100 INVITE",
        "us 180 INVITE",
        "us 200 INVITE",
        "alice ACK",
    ]
    assert steps(theirs) == ["180", "answered"]
    assert call.leg.state is LegState.ANSWERED
    assert call.leg.negotiated is not None
    assert call.leg.negotiated.remote_address == bench.caller.sip.address


@pytest.mark.parametrize("status", [486, 603])
async def test_a_refusal_reaches_the_caller_and_takes_no_port(bench: Bench, status: int) -> None:
    theirs, call = await bench.ringing()
    call.leg.refuse(status)
    end = await bench.run(theirs.ended)
    assert (end.by, end.status) == ("peer", status)
    assert bench.media.opened == []
    assert bench.exchange.leg_count == 0


async def test_a_hang_up_by_either_side_is_one_bye_and_closes_the_audio(bench: Bench) -> None:
    theirs, call = await bench.answered()
    theirs.hang_up()
    end = await bench.run(call.leg.ended)
    assert end.by == "peer"
    assert bench.wire.ladder("alice", "us")[-2:] == ["alice BYE", "us 200 BYE"]
    assert bench.media.leg_count == 0
    call.leg.hang_up()
    await bench.wait(1)
    assert bench.wire.to("alice").count("BYE") == 0


async def test_cancel_while_it_rings_is_487(bench: Bench) -> None:
    theirs, call = await bench.ringing()
    theirs.hang_up()
    end = await bench.run(call.leg.ended)
    await bench.wait(0.1)
    assert (end.by, end.status) == ("peer", 487)
    assert bench.wire.ladder("alice", "us")[-4:] == ["alice CANCEL", "us 200 CANCEL", "us 487 INVITE", "alice ACK"]


async def test_hanging_up_an_unanswered_call_is_480(bench: Bench) -> None:
    theirs, call = await bench.ringing()
    call.leg.hang_up()
    end = await bench.run(theirs.ended)
    assert end.status == 480
    assert (await call.leg.ended).status == 480


async def test_in_01_without_an_ack_the_call_ends_after_32_seconds(bench: Bench) -> None:
    bench.wire.drops = lambda sent: sent.summary == "ACK"
    _, call = await bench.ringing()
    began = bench.clock.now()
    answering = asyncio.ensure_future(call.leg.answer())
    end = await bench.run(call.leg.ended)
    assert (end.by, end.status) == ("failure", 408)
    assert bench.clock.now() - began == pytest.approx(32, abs=0.1)
    await bench.wait(0.1)
    assert answering.done()
    assert bench.wire.to("alice").count("BYE") == 1
    assert bench.media.leg_count == 0


async def test_in_08_an_answered_call_without_audio_ends(bench: Bench) -> None:
    theirs, call = await bench.answered()
    bench.audio(call).timed_out.set_result(300.0)
    end = await bench.run(call.leg.ended)
    await bench.wait(0.1)
    assert (end.by, end.code, end.reason) == ("failure", 32014, "no audio was received for 300 seconds")
    assert bench.wire.to("alice").count("BYE") == 1
    assert theirs.has_ended
    assert bench.journal.reports == [(32014, "no audio was received for 300 seconds")]
    assert bench.journal.ends == [("completed", 200)]
    assert bench.media.leg_count == 0


async def test_in_08_a_call_that_was_quiet_while_it_rang_ends_too(bench: Bench) -> None:
    phone = bench.phone("bob")
    phone.ring_seconds, phone.early_media = 2.0, True
    leg = bench.caller.call(phone.uri)
    await bench.wait(0.1)
    audio = cast(MemoryLeg, leg.media)
    audio.timed_out.set_result(300.0)
    await bench.wait(4)
    assert leg.is_answered
    audio.timed_out.set_result(301.0)
    assert (await bench.run(leg.ended)).code == 32014


async def test_audio_that_stops_before_the_answer_or_after_the_end_ends_nothing(bench: Bench) -> None:
    phone = bench.phone("bob")
    phone.status, phone.early_media = None, True
    leg = bench.caller.call(phone.uri)
    await bench.wait(0.1)
    cast(MemoryLeg, leg.media).timed_out.set_result(300.0)
    await bench.wait(0.1)
    assert not leg.has_ended
    _, call = await bench.answered()
    call.leg.hang_up()
    bench.audio(call).timed_out.set_result(300.0)
    await bench.wait(0.1)
    assert bench.journal.reports == []


async def test_in_12_a_retransmitted_invite_is_one_call(bench: Bench, peer: TextPeer) -> None:
    for _ in range(3):
        await peer.say(request_text(body=offer()))
    assert len(bench.calls) == 1


async def test_a_late_180_does_not_revive_a_call_that_was_cancelled(bench: Bench) -> None:
    bench.caller.status = None
    phone = bench.phone("bob")
    phone.status = None
    leg = bench.caller.call(phone.uri)
    leg.hang_up()
    await bench.wait(40)
    assert leg.has_ended
    assert phone.leg.has_ended


async def test_events_of_a_leg_that_has_ended_change_nothing(bench: Bench) -> None:
    phone = bench.phone("bob")
    phone.status = None
    leg = bench.caller.call(phone.uri)
    events: list[Event] = []
    bench.caller.sip.on_event = events.append
    await bench.wait(0.1)
    leg.hang_up()
    for event in events:
        leg.receive(event)
    assert leg.has_ended
    assert leg.progress.empty()


@pytest.mark.parametrize(
    ("direction", "address", "expected"),
    [
        ("sendonly", "192.0.2.9", "recvonly"),
        ("inactive", "192.0.2.9", "inactive"),
        ("recvonly", "192.0.2.9", "sendonly"),
        ("sendrecv", "0.0.0.0", "recvonly"),
    ],
)
async def test_md_02_hold_is_answered_and_the_call_goes_on(
    bench: Bench, peer: TextPeer, direction: str, address: str, expected: str
) -> None:
    """RFC 3264 section 8.4."""
    leg = await peer.invite(offer())
    answering = asyncio.ensure_future(leg.answer())
    await bench.wait(0.01)
    await peer.in_dialog(leg, "ACK", 1)
    await answering
    first = peer.last_sdp().origin.version
    await peer.in_dialog(leg, "INVITE", 2, offer(direction=direction, address=address))
    await peer.in_dialog(leg, "ACK", 2)
    held = peer.last_sdp()
    assert held.direction_of(held.media[0]).value == expected
    assert held.origin.version == first + 1
    assert leg.negotiated is not None
    assert leg.negotiated.is_on_hold is (direction != "recvonly")
    await peer.in_dialog(leg, "INVITE", 3, offer())
    await peer.in_dialog(leg, "ACK", 3)
    resumed = peer.last_sdp()
    assert resumed.direction_of(resumed.media[0]).value == "sendrecv"
    assert not leg.has_ended
    assert bench.media.leg_count == 1


async def test_a_reinvite_that_cannot_be_met_is_488_and_the_call_goes_on(bench: Bench, peer: TextPeer) -> None:
    leg = await peer.invite(offer())
    answering = asyncio.ensure_future(leg.answer())
    await bench.wait(0.01)
    await peer.in_dialog(leg, "ACK", 1)
    await answering
    await peer.in_dialog(leg, "INVITE", 2, offer(codec="18"))
    assert peer.answers[-1] == "488 INVITE"
    assert not leg.has_ended


async def test_a_delayed_offer_is_ours_and_the_ack_has_the_answer(bench: Bench, peer: TextPeer) -> None:
    """RFC 3261 section 13.3.1.4: an INVITE without a session description."""
    leg = await peer.invite("")
    leg.check_offer()
    answering = asyncio.ensure_future(leg.answer())
    await bench.wait(0.01)
    ours = peer.last_sdp().media[0]
    assert [int(one) for one in ours.formats[:2]] == [0, 8]
    await peer.in_dialog(leg, "ACK", 1, offer(codec="8", port=4002))
    await answering
    assert leg.negotiated is not None
    assert (leg.negotiated.codec, leg.negotiated.remote_port) == ("PCMA", 4002)


async def test_a_delayed_offer_that_nobody_answers_ends_the_call(bench: Bench, peer: TextPeer) -> None:
    leg = await peer.invite("")
    answering = asyncio.ensure_future(leg.answer())
    await bench.wait(0.01)
    await peer.in_dialog(leg, "ACK", 1)
    await answering
    assert leg.has_ended
    assert peer.answers[-1] == "BYE"
    assert bench.media.leg_count == 0


async def test_no_free_port_is_503(bench: Bench) -> None:
    bench.media.ports = 0
    theirs, call = await bench.ringing()
    with pytest.raises(MediaRefused) as refusal:
        await call.leg.answer()
    assert refusal.value.status == 503
    assert (await bench.run(theirs.ended)).status == 503


async def test_in_04_no_common_codec_is_488_before_it_rings(bench: Bench, peer: TextPeer) -> None:
    leg = await peer.invite(offer(codec="18"))
    with pytest.raises(MediaRefused) as refusal:
        leg.check_offer()
    assert (refusal.value.status, bench.media.opened) == (488, [])


async def test_a_refer_nobody_asked_for_is_declined(bench: Bench, peer: TextPeer) -> None:
    leg = await peer.invite(offer())
    answering = asyncio.ensure_future(leg.answer())
    await bench.wait(0.01)
    await peer.in_dialog(leg, "ACK", 1)
    await answering
    tag = leg.session.local_tag
    await peer.say(
        request_text("REFER", branch="z9hG4bKrefer", to_tag=tag, number=2, headers="Refer-To: <sip:x@192.0.2.9>")
    )
    assert peer.answers[-1] == "603 REFER"
    assert not leg.has_ended


async def test_an_answer_without_audio_ends_an_outbound_call(bench: Bench) -> None:
    phone = bench.phone("bob")

    def take(leg: Leg, event: object) -> None:
        leg.session.answer(b"", bench.clock.now())

    phone.exchange.on_call = take
    leg = bench.caller.call(phone.uri)
    end = await bench.run(leg.ended)
    assert (end.by, end.status) == ("failure", 488)
    await bench.wait(0.1)
    assert bench.wire.to("bob")[-1] == "BYE"
    assert bench.caller.media.leg_count == 0


async def test_a_peer_that_cannot_be_reached_is_503(bench: Bench) -> None:
    leg = bench.caller.call("sip:nobody@192.0.2.99")
    end = await bench.run(leg.ended)
    assert (end.by, end.status) == ("failure", 503)


async def test_the_session_id_and_version_follow_rfc_3264(bench: Bench, peer: TextPeer) -> None:
    """Section 8: the same answer again keeps its version."""
    leg = await peer.invite(offer())
    answering = asyncio.ensure_future(leg.answer())
    await bench.wait(0.01)
    await peer.in_dialog(leg, "ACK", 1)
    await answering
    first = peer.last_sdp().origin
    await peer.in_dialog(leg, "INVITE", 2, offer())
    assert peer.last_sdp().origin == first
    assert OURS in str(peer.last_sdp())
