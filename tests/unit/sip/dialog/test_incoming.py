"""Calls that come in: ring, answer, refuse, cancel, and the 200 that waits for its ACK."""

from collections.abc import Callable

import pytest

from ringback.sip.endpoint import EndpointSettings
from ringback.sip.errors import WrongState
from ringback.sip.events import CallConfirmed, CallHungUp, IncomingCall
from ringback.sip.message.errors import IllegalHeader
from ringback.sip.message.message import Response
from ringback.sip.message.validate import refuse
from tests.unit.sip.conftest import ANSWER, OFFER, Bench, Link, make_bench, make_link, only_response, request_text

SDP = "v=0\n"


def invite(**more: object) -> str:
    return request_text(body=SDP, **more)  # type: ignore[arg-type]


def test_a_call_is_rung_answered_and_hung_up(link: Link) -> None:
    link.call()
    link.run(1)
    yours = link.bob.session()
    yours.ring(link.now)
    link.run(1)
    yours.answer(ANSWER, link.now)
    link.run(1)
    yours.hang_up(link.now)
    link.run(1)
    assert link.ladder() == [
        "alice INVITE",
        "bob 100 INVITE",
        "bob 180 INVITE",
        "bob 200 INVITE",
        "alice ACK",
        "bob BYE",
        "alice 200 BYE",
    ]
    assert link.bob.told() == ["IncomingCall", "CallConfirmed"]
    assert link.alice.told() == ["CallProgressed", "CallAnswered", "CallHungUp"]


def test_100_is_sent_before_a_refusal() -> None:
    bench = make_bench(screen=lambda request, flow, now: refuse(403))
    assert [message.status for message in bench.receive(invite()) if isinstance(message, Response)] == [100, 403]
    assert bench.endpoint.events() == []


def test_a_copied_invite_makes_one_call(bench: Bench) -> None:
    bench.receive(invite())
    for _ in range(3):
        assert [str(message.cseq) for message in bench.receive(invite())] == ["1 INVITE"]
    assert [type(event) for event in bench.endpoint.events()] == [IncomingCall]
    assert bench.endpoint.open_sessions == 1


def test_a_lost_invite_still_makes_one_call(link: Link) -> None:
    link.drops = lambda sender, what, count: what == "100 INVITE" and count < 3
    link.call()
    link.run(3)
    assert link.sent_by(link.alice) == ["INVITE", "INVITE", "INVITE"]
    assert link.bob.told() == ["IncomingCall"]


def test_a_lost_ack_ends_the_call_after_32_seconds(link: Link) -> None:
    """IN-01."""
    link.drops = lambda sender, what, count: what == "ACK"
    link.call()
    link.run(1)
    link.bob.session().answer(ANSWER, link.now)
    link.run(40)
    times = [at - 1 for at in link.times(link.bob, "200 INVITE")]
    assert times == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert link.times(link.bob, "BYE") == [33]
    assert link.bob.told() == ["IncomingCall", "AckTimedOut"]
    assert link.alice.told() == ["CallAnswered", "CallHungUp"]
    assert len(link.times(link.alice, "ACK")) == len(times)


def test_the_200_is_sent_again_over_tcp_too() -> None:
    """RFC 3261 section 13.3.1.4: a proxy behind may have lost it on UDP."""
    link = make_link(transport="tcp")
    link.drops = lambda sender, what, count: what == "ACK" and count < 3
    link.call()
    link.run(1)
    link.bob.session().answer(ANSWER, link.now)
    link.run(40)
    assert len(link.times(link.bob, "200 INVITE")) == 3
    assert link.bob.told() == ["IncomingCall", "CallConfirmed"]


def test_cancel_while_ringing_gives_487(bench: Bench) -> None:
    bench.receive(invite())
    bench.take_call().ring(bench.now)
    bench.sent()
    assert [summary_of(message) for message in bench.receive(request_text("CANCEL"))] == ["200 CANCEL", "487 INVITE"]
    assert [type(event).__name__ for event in bench.endpoint.events()] == ["CallCancelled"]
    assert bench.endpoint.open_sessions == 0
    assert bench.wait(0.6)[0].to.tag is not None  # 487 again, until the ACK
    bench.receive(request_text("ACK", to_tag="any"))
    bench.wait(40)
    assert bench.endpoint.open_transactions == 0


def summary_of(message: object) -> str:
    assert isinstance(message, Response)
    return f"{message.status} {message.cseq.method}"


def test_the_200_of_a_cancel_bears_the_tag_of_the_call(bench: Bench) -> None:
    """RFC 3261 section 9.2."""
    bench.receive(invite())
    ok, terminated = bench.receive(request_text("CANCEL"))
    assert ok.to.tag == terminated.to.tag


def test_cancel_after_the_answer_changes_nothing(bench: Bench) -> None:
    bench.receive(invite())
    session = bench.take_call()
    session.answer(ANSWER, bench.now)
    bench.sent()
    assert only_response(bench.receive(request_text("CANCEL"))).status == 200
    assert bench.endpoint.events() == []
    assert session.state == "confirmed"


def test_cancel_of_nothing_gets_481(bench: Bench) -> None:
    assert only_response(bench.receive(request_text("CANCEL"))).status == 481


def test_bye_in_an_early_dialog_cancels_the_call(bench: Bench) -> None:
    bench.receive(invite())
    session = bench.take_call()
    session.ring(bench.now)
    [ringing] = bench.sent()
    answers = bench.receive(request_text("BYE", branch="z9hG4bKb", to_tag=ringing.to.tag or "", number=2))
    assert [summary_of(message) for message in answers] == ["200 BYE", "487 INVITE"]
    assert [type(event).__name__ for event in bench.endpoint.events()] == ["CallCancelled"]


def test_an_invite_that_expires_is_cancelled(bench: Bench) -> None:
    bench.receive(invite(headers="Expires: 5"))
    bench.take_call()
    sent = bench.wait(5.1)
    assert [summary_of(message) for message in sent] == ["487 INVITE"]
    assert [type(event).__name__ for event in bench.endpoint.events()] == ["CallCancelled"]


def test_an_answered_call_does_not_expire(bench: Bench) -> None:
    bench.receive(invite(headers="Expires: 5"))
    session = bench.take_call()
    session.answer(ANSWER, bench.now)
    bench.wait(6)
    assert session.state == "confirmed"


def test_ringing_is_told_again_each_minute(bench: Bench) -> None:
    bench.receive(invite())
    bench.take_call().ring(bench.now)
    bench.sent()
    assert [summary_of(message) for message in bench.wait(125)] == ["180 INVITE", "180 INVITE"]


def test_early_media_and_headers_are_in_the_provisional(bench: Bench) -> None:
    bench.receive(invite())
    bench.take_call().ring(bench.now, status=183, sdp=ANSWER, headers=[("X-Early", "yes")])
    progress = only_response(bench.sent())
    assert progress.status == 183
    assert progress.body == ANSWER
    assert progress.content_type == "application/sdp"
    assert progress.headers.get("X-Early") == "yes"


def test_an_answer_bears_contact_allow_supported_and_the_record_routes(bench: Bench) -> None:
    routes = "Record-Route: <sip:one.example;lr>\nRecord-Route: <sip:two.example;lr>"
    bench.receive(invite(headers=routes, uri="sip:desk@192.0.2.1"))
    bench.take_call().answer(ANSWER, bench.now)
    response = only_response(bench.sent())
    assert str(response.contact) == "<sip:desk@192.0.2.1>"
    assert "UPDATE" in response.headers.get_all("Allow")
    assert response.headers.get_all("Supported") == ["timer"]
    assert [str(route) for route in response.record_routes] == ["<sip:one.example;lr>", "<sip:two.example;lr>"]


def test_contact_and_via_name_the_advertised_address() -> None:
    bench = make_bench(settings=EndpointSettings(advertise="203.0.113.7"))
    bench.receive(invite())
    session = bench.take_call()
    session.answer(ANSWER, bench.now)
    response = only_response(bench.sent())
    assert response.contact is not None
    assert response.contact.sip_uri.host == "203.0.113.7"
    bench.receive(request_text("ACK", branch="z9hG4bKack", to_tag=response.to.tag or ""))
    session.hang_up(bench.now)
    [bye] = bench.sent()
    assert bye.via.host == "203.0.113.7"


def test_a_refusal_with_its_own_words_and_headers(bench: Bench) -> None:
    bench.receive(invite())
    bench.take_call().refuse(603, bench.now, reason="Not Today", headers=[("Retry-After", "60")])
    response = only_response(bench.sent())
    assert (response.status, response.reason, response.headers.get("Retry-After")) == (603, "Not Today", "60")
    assert bench.endpoint.open_sessions == 0


def test_hanging_up_an_unanswered_call_refuses_it_with_480(bench: Bench) -> None:
    bench.receive(invite())
    bench.take_call().hang_up(bench.now)
    assert only_response(bench.sent()).status == 480


def test_bye_waits_for_the_ack(bench: Bench) -> None:
    """RFC 3261 section 15: the callee may not send BYE before the ACK."""
    bench.receive(invite())
    session = bench.take_call()
    session.answer(ANSWER, bench.now)
    tag = only_response(bench.sent()).to.tag or ""
    session.hang_up(bench.now)
    assert bench.sent() == []
    ack = request_text("ACK", branch="z9hG4bKack", to_tag=tag)
    assert [str(message.cseq) for message in bench.receive(ack)] == ["1 BYE"]
    assert bench.endpoint.events() == []


def test_an_ack_that_answers_our_offer_brings_its_description(bench: Bench) -> None:
    bench.receive(request_text())  # without a body: the offer is ours
    session = bench.take_call()
    session.answer(OFFER, bench.now)
    tag = only_response(bench.sent()).to.tag or ""
    bench.receive(request_text("ACK", branch="z9hG4bKack", to_tag=tag, body="v=0\n"))
    assert bench.endpoint.events() == [CallConfirmed(session_id=session.id, sdp=b"v=0\n")]


def test_a_copy_of_the_ack_is_not_told_again(bench: Bench) -> None:
    bench.receive(invite())
    bench.take_call().answer(ANSWER, bench.now)
    tag = only_response(bench.sent()).to.tag or ""
    for branch in ("z9hG4bKack", "z9hG4bKack", "z9hG4bKother"):
        bench.receive(request_text("ACK", branch=branch, to_tag=tag))
    assert len(bench.endpoint.events()) == 1


def test_the_bye_of_the_caller_ends_the_call_and_bears_its_headers(link: Link) -> None:
    mine, yours = link.established()
    mine.hang_up(link.now, headers=[("X-Why", "enough")])
    link.run(1)
    assert link.ladder() == ["alice BYE", "bob 200 BYE"]
    [hung_up] = link.bob.events
    assert isinstance(hung_up, CallHungUp)
    assert hung_up.request is not None
    assert hung_up.request.headers.get("X-Why") == "enough"
    assert yours.state == "ended"


def test_crossing_byes_are_both_answered_with_200() -> None:
    link = make_link(delay=(0.1, 0.1))
    mine, yours = link.established()
    mine.hang_up(link.now)
    yours.hang_up(link.now)
    link.run(1)
    assert link.ladder() == ["alice BYE", "bob BYE", "bob 200 BYE", "alice 200 BYE"]


@pytest.mark.parametrize("action", ["ring", "answer", "refuse"])
def test_what_comes_after_the_end_is_misuse(bench: Bench, action: str) -> None:
    bench.receive(invite())
    session = bench.take_call()
    session.refuse(486, bench.now)
    with pytest.raises(WrongState):
        {
            "ring": lambda: session.ring(bench.now),
            "answer": lambda: session.answer(ANSWER, bench.now),
            "refuse": lambda: session.refuse(486, bench.now),
        }[action]()


@pytest.mark.parametrize("status", [100, 200])
def test_only_provisionals_ring_and_only_failures_refuse(bench: Bench, status: int) -> None:
    bench.receive(invite())
    session = bench.take_call()
    with pytest.raises(WrongState):
        session.ring(bench.now, status=status)
    with pytest.raises(WrongState):
        session.refuse(status, bench.now)
    assert session.state == "early"


@pytest.mark.parametrize("name", ["X-Bad\r\nEvil", "X-Bad"])
def test_a_header_that_may_not_be_written_is_misuse_and_changes_nothing(bench: Bench, name: str) -> None:
    """OU-09: nothing that an app says can break out of its line."""
    bench.receive(invite())
    session = bench.take_call()
    evil = [(name, "x\r\nEvil: 1")]
    actions: list[Callable[[], None]] = [
        lambda: session.ring(bench.now, headers=evil),
        lambda: session.answer(ANSWER, bench.now, headers=evil),
        lambda: session.refuse(486, bench.now, headers=evil),
        lambda: session.hang_up(bench.now, headers=evil),
    ]
    for action in actions:
        with pytest.raises(IllegalHeader):
            action()
    assert bench.sent() == []
    assert bench.wait(61) == []
    session.answer(ANSWER, bench.now)
    assert only_response(bench.sent()).status == 200


def test_an_ended_call_leaves_nothing_behind(link: Link) -> None:
    mine, _ = link.established()
    mine.hang_up(link.now)
    link.run(120)
    for party in (link.alice, link.bob):
        assert party.endpoint.open_sessions == 0
        assert party.endpoint.open_transactions == 0
        assert party.endpoint.next_deadline() is None
        assert party.endpoint.session(mine.id) is None
