"""Changing a running session: re-INVITE and UPDATE both ways, glare, and what may not happen at once."""

import pytest

from ringback.sip.dialog.session import InviteSession
from ringback.sip.errors import WrongState
from ringback.sip.events import CallConfirmed, RefreshAnswered, SessionRefreshed
from ringback.sip.message.message import Response
from tests.unit.sip.conftest import (
    ANSWER,
    OFFER,
    Bench,
    Link,
    make_link,
    only_request,
    only_response,
    request_text,
    response_text,
    summary,
)

HOLD = b"v=0\r\na=sendonly\r\n"
HELD = b"v=0\r\na=recvonly\r\n"


def reinvite_text(tag: str, number: int = 2, **more: object) -> str:
    body = more.pop("body", "v=9\n")
    return request_text(branch=f"z9hG4bKre{number}", to_tag=tag, number=number, body=body, **more)  # type: ignore[arg-type]


def statuses(bench: Bench, text: str) -> list[int]:
    return [message.status for message in bench.receive(text) if isinstance(message, Response)]


@pytest.mark.parametrize("caller_asks", [True, False])
def test_a_reinvite_is_answered_and_acknowledged_both_ways(link: Link, caller_asks: bool) -> None:
    mine, yours = link.established()
    one, other = (link.alice, link.bob) if caller_asks else (link.bob, link.alice)
    asking, asked = (mine, yours) if caller_asks else (yours, mine)
    asking.reinvite(HOLD, link.now)
    link.run(1)
    assert other.events == [SessionRefreshed(session_id=asked.id, sdp=HOLD)]
    asked.answer_reinvite(HELD, link.now)
    link.run(1)
    assert one.events == [RefreshAnswered(session_id=asking.id, status=200, sdp=HELD)]
    assert link.sent_by(one) == ["INVITE", "ACK"]
    assert link.sent_by(other) == ["100 INVITE", "200 INVITE"]


def test_a_refused_reinvite_leaves_the_session_as_it_was(link: Link) -> None:
    mine, yours = link.established()
    mine.reinvite(HOLD, link.now)
    link.run(1)
    yours.refuse_reinvite(488, link.now)
    link.run(1)
    assert link.alice.events == [RefreshAnswered(session_id=mine.id, status=488, sdp=b"")]
    assert (mine.state, yours.state) == ("confirmed", "confirmed")


def test_a_reinvite_without_an_offer_gets_one_and_the_ack_brings_the_answer(bench: Bench) -> None:
    session, tag = bench.answered_call()
    bench.receive(reinvite_text(tag, body=""))
    assert bench.endpoint.events() == [SessionRefreshed(session_id=session.id, sdp=b"")]
    session.answer_reinvite(OFFER, bench.now)
    assert only_response(bench.sent()).body == OFFER
    bench.receive(request_text("ACK", branch="z9hG4bKack2", to_tag=tag, number=2, body="v=7\n"))
    assert bench.endpoint.events() == [CallConfirmed(session_id=session.id, sdp=b"v=7\n")]


def test_the_ack_of_a_reinvite_with_an_offer_is_not_told(bench: Bench) -> None:
    session, tag = bench.answered_call()
    bench.receive(reinvite_text(tag))
    session.answer_reinvite(ANSWER, bench.now)
    bench.receive(request_text("ACK", branch="z9hG4bKack2", to_tag=tag, number=2))
    assert [type(event).__name__ for event in bench.endpoint.events()] == ["SessionRefreshed"]
    assert bench.wait(40) == []


def test_a_lost_ack_of_a_reinvite_ends_the_call(bench: Bench) -> None:
    session, tag = bench.answered_call()
    bench.receive(reinvite_text(tag))
    session.answer_reinvite(ANSWER, bench.now)
    bench.endpoint.events()
    sent = [summary(message) for message in bench.wait(32.1)]
    assert sent == ["200 INVITE"] * 11 + ["BYE"]
    assert [type(event).__name__ for event in bench.endpoint.events()] == ["AckTimedOut"]


def test_the_target_follows_the_contact_of_a_reinvite(bench: Bench) -> None:
    session, tag = bench.answered_call()
    bench.receive(reinvite_text(tag, contact="<sip:moved@192.0.2.9:5099>"))
    assert str(session.remote_target) == "sip:peer@192.0.2.9"
    session.answer_reinvite(ANSWER, bench.now)
    assert str(session.remote_target) == "sip:moved@192.0.2.9:5099"


def test_a_second_offer_before_the_first_is_answered_gets_500_with_retry_after(bench: Bench) -> None:
    _, tag = bench.answered_call()
    bench.receive(reinvite_text(tag))
    _, refused = bench.receive(reinvite_text(tag, number=3))
    assert isinstance(refused, Response)
    assert refused.status == 500
    assert 0 <= int(refused.headers.get("Retry-After") or "-1") <= 10


def test_an_offer_that_meets_ours_gets_491(bench: Bench) -> None:
    session, tag = bench.answered_call()
    session.reinvite(HOLD, bench.now)
    bench.sent()
    assert statuses(bench, reinvite_text(tag)) == [100, 491]


@pytest.mark.parametrize("seed", range(6))
def test_glare_is_resolved_by_waiting(seed: int) -> None:
    """RFC 3261 section 14.1: the owner of the Call-ID waits 2.1 to 4 seconds, the other 0 to 2."""
    link = make_link(seed=seed, delay=(0.05, 0.05))
    mine, yours = link.established()
    link.alice.on_event = lambda event: answer_offer(mine, event, link)
    link.bob.on_event = lambda event: answer_offer(yours, event, link)
    began = link.now
    mine.reinvite(HOLD, began)
    yours.reinvite(HELD, began)
    link.run(20)
    assert link.sent_by(link.alice).count("491 INVITE") == 1
    assert link.sent_by(link.bob).count("491 INVITE") == 1
    refreshed = [party.last(RefreshAnswered) for party in (link.alice, link.bob)]
    assert [event.status for event in refreshed if isinstance(event, RefreshAnswered)] == [200, 200]
    owners_wait = link.times(link.alice, "INVITE")[1] - began
    others_wait = link.times(link.bob, "INVITE")[1] - began
    assert 2.1 <= owners_wait <= 4.2
    assert others_wait <= 2.2


def answer_offer(session: InviteSession, event: object, link: Link) -> None:
    if isinstance(event, SessionRefreshed):
        session.answer_reinvite(ANSWER, link.now)


def test_an_offer_waits_for_the_one_before_and_the_latest_counts(bench: Bench) -> None:
    session, _ = bench.answered_call()
    for sdp in (b"v=1\r\n", b"v=2\r\n", b"v=3\r\n"):
        session.reinvite(sdp, bench.now)
    first = only_request(bench.sent())
    ack, second = bench.receive(response_text(first, 200))
    assert (first.body, second.body) == (b"v=1\r\n", b"v=3\r\n")
    assert summary(ack) == "ACK"


def test_an_offer_waits_for_the_ack_of_the_call(bench: Bench) -> None:
    bench.receive(request_text(body="v=0\n"))
    session = bench.take_call()
    session.answer(ANSWER, bench.now)
    tag = only_response(bench.sent()).to.tag or ""
    session.reinvite(HOLD, bench.now)
    assert bench.sent() == []
    sent = bench.receive(request_text("ACK", branch="z9hG4bKack", to_tag=tag))
    assert [summary(message) for message in sent] == ["INVITE"]


def test_a_copy_of_the_200_to_a_reinvite_is_acknowledged_again(bench: Bench) -> None:
    session, _ = bench.answered_call()
    session.reinvite(HOLD, bench.now)
    invite = only_request(bench.sent())
    acks = [only_request(bench.receive(response_text(invite, 200))).to_bytes() for _ in range(2)]
    assert acks[0] == acks[1]
    assert len(bench.endpoint.events()) == 1


@pytest.mark.parametrize("status", [408, 481])
def test_a_reinvite_that_finds_no_dialog_ends_the_call(bench: Bench, status: int) -> None:
    """RFC 3261 section 12.2.1.2."""
    session, _ = bench.answered_call()
    session.reinvite(HOLD, bench.now)
    invite = only_request(bench.sent())
    assert [summary(message) for message in bench.receive(response_text(invite, status))] == ["ACK", "BYE"]
    assert [type(event).__name__ for event in bench.endpoint.events()] == ["RefreshAnswered", "CallHungUp"]
    assert session.state == "ended"


def test_a_cancelled_reinvite_gets_487_and_its_answer_is_nothing(bench: Bench) -> None:
    session, tag = bench.answered_call()
    bench.receive(reinvite_text(tag))
    cancel = request_text("CANCEL", branch="z9hG4bKre2", to_tag=tag, number=2)
    assert [summary(message) for message in bench.receive(cancel)] == ["200 CANCEL", "487 INVITE"]
    session.answer_reinvite(ANSWER, bench.now)
    assert bench.sent() == []
    assert session.state == "confirmed"


def test_bye_ends_a_reinvite_that_waits(bench: Bench) -> None:
    """RFC 3261 section 15.1.2."""
    _, tag = bench.answered_call()
    bench.receive(reinvite_text(tag))
    bye = request_text("BYE", branch="z9hG4bKbye", to_tag=tag, number=3)
    assert [summary(message) for message in bench.receive(bye)] == ["200 BYE", "487 INVITE"]


def test_an_update_with_an_offer_is_a_refresh(bench: Bench) -> None:
    """RFC 3311."""
    session, tag = bench.answered_call()
    update = request_text("UPDATE", branch="z9hG4bKup", to_tag=tag, number=2, body="v=5\n")
    assert bench.receive(update) == []
    assert bench.endpoint.events() == [SessionRefreshed(session_id=session.id, sdp=b"v=5\n")]
    session.answer_reinvite(ANSWER, bench.now)
    response = only_response(bench.sent())
    assert (response.status, response.body) == (200, ANSWER)
    assert response.contact is not None
    assert bench.wait(20) == []


def test_an_update_without_an_offer_is_answered_and_moves_the_target(bench: Bench) -> None:
    session, tag = bench.answered_call()
    update = request_text("UPDATE", branch="z9hG4bKup", to_tag=tag, number=2, contact="<sip:new@192.0.2.9>")
    assert statuses(bench, update) == [200]
    assert bench.endpoint.events() == []
    assert str(session.remote_target) == "sip:new@192.0.2.9"


def test_an_update_with_an_offer_before_the_answer_gets_500(bench: Bench) -> None:
    """RFC 3311 section 5.2: the offer of the INVITE is not answered yet."""
    bench.receive(request_text(body="v=0\n"))
    bench.take_call().ring(bench.now)
    tag = only_response(bench.sent()).to.tag or ""
    update = request_text("UPDATE", branch="z9hG4bKup", to_tag=tag, number=2, body="v=5\n")
    assert statuses(bench, update) == [500]


def test_an_offer_in_a_call_that_we_are_placing_gets_491(bench: Bench) -> None:
    _, invite = bench.place_call()
    bench.receive(response_text(invite, 183, body="v=1\n"))
    update = request_text("UPDATE", to_tag=invite.from_.tag or "", from_tag="far", call_id=invite.call_id, body="v=5\n")
    assert statuses(bench, update) == [491]


def test_a_reinvite_before_the_answer_is_misuse(bench: Bench) -> None:
    session, _ = bench.place_call()
    with pytest.raises(WrongState):
        session.reinvite(HOLD, bench.now)
