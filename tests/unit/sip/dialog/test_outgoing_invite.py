"""Calls that we place: answered, refused, challenged, cancelled, forked, and never heard of."""

import pytest

from ringback.sip.digest import Challenge, Credentials, DigestGate, Passed, ha1
from ringback.sip.endpoint import Destination, EndpointSettings
from ringback.sip.errors import TooManySessions, WrongState
from ringback.sip.events import CallAnswered, CallProgressed, CallRefused, Flow
from ringback.sip.message.address import NameAddress
from ringback.sip.message.message import Request
from ringback.sip.message.uri import SipUri
from ringback.sip.message.validate import Refusal
from tests.unit.sip.conftest import (
    ANSWER,
    OFFER,
    Bench,
    Link,
    make_bench,
    make_link,
    only_request,
    response_text,
    summary,
)

CREDENTIALS = Credentials(username="alice", password="secret")


def told(bench: Bench) -> list[str]:
    return [type(event).__name__ for event in bench.endpoint.events()]


def refusal(bench: Bench) -> CallRefused:
    [event] = [event for event in bench.endpoint.events() if isinstance(event, CallRefused)]
    return event


def test_the_invite_has_what_the_standard_asks(bench: Bench) -> None:
    _, invite = bench.place_call(
        "sip:callee@192.0.2.9:5070;transport=udp?X-Not=this", headers=[("X-Mine", "yes")], call_id="chosen"
    )
    assert str(invite.uri) == "sip:callee@192.0.2.9:5070;transport=udp"
    assert invite.via.host == "192.0.2.1"
    assert invite.via.has_magic_cookie
    assert invite.via.wants_rport
    assert invite.from_.tag
    assert invite.to.tag is None
    assert (invite.call_id, str(invite.cseq), invite.max_forwards) == ("chosen", "1 INVITE", 70)
    assert str(invite.contact) == "<sip:us@192.0.2.1>"
    assert invite.headers.get("X-Mine") == "yes"
    assert invite.headers.get_all("Supported") == ["timer"]
    assert invite.body == OFFER


def test_the_route_and_the_destination_say_where_it_goes(bench: Bench) -> None:
    assert place(bench) == Destination(host="192.0.2.9")
    assert place(bench, route=[SipUri.parse("sip:proxy.example;lr")]) == Destination(host="proxy.example")
    elsewhere = Destination(transport="udp", host="192.0.2.50", port=5090)
    assert place(bench, destination=elsewhere) == elsewhere


def place(bench: Bench, **more: object) -> object:
    """Where the INVITE of a call goes."""
    bench.endpoint.invite(
        target=SipUri.parse("sip:callee@192.0.2.9"),
        from_=NameAddress.parse("<sip:us@192.0.2.1>"),
        sdp=OFFER,
        now=bench.now,
        **more,  # type: ignore[arg-type]
    )
    [outgoing] = bench.endpoint.outgoing()
    return outgoing.to


def test_progress_and_answer_are_told_and_acknowledged(bench: Bench) -> None:
    session, invite = bench.place_call()
    bench.receive(response_text(invite, 100))
    bench.receive(response_text(invite, 183, body="v=1\n"))
    ack = only_request(bench.receive(response_text(invite, 200, body="v=2\n")))
    progressed, answered = bench.endpoint.events()
    assert isinstance(progressed, CallProgressed)
    assert (progressed.status, progressed.sdp) == (183, b"v=1\n")
    assert isinstance(answered, CallAnswered)
    assert answered.sdp == b"v=2\n"
    assert (ack.method, str(ack.uri), str(ack.cseq), ack.to.tag) == ("ACK", "sip:callee@192.0.2.9", "1 ACK", "far")
    assert ack.via.branch != invite.via.branch
    assert session.state == "confirmed"


def test_a_copy_of_the_200_is_acknowledged_again_and_told_once(bench: Bench) -> None:
    _, invite = bench.place_call()
    first = only_request(bench.receive(response_text(invite, 200)))
    again = only_request(bench.receive(response_text(invite, 200)))
    assert first.to_bytes() == again.to_bytes()
    assert told(bench) == ["CallAnswered"]


def test_a_copy_of_the_200_is_acknowledged_even_after_our_bye(bench: Bench) -> None:
    session, invite = bench.place_call()
    bench.receive(response_text(invite, 200))
    session.hang_up(bench.now)
    bench.sent()
    bench.now = 2.0
    assert [summary(message) for message in bench.receive(response_text(invite, 200))] == ["ACK"]


def test_a_second_fork_that_answers_is_acknowledged_and_hung_up(bench: Bench) -> None:
    session, invite = bench.place_call()
    bench.receive(response_text(invite, 180, tag="one"))
    bench.receive(response_text(invite, 180, tag="two"))
    bench.receive(response_text(invite, 200, tag="one"))
    contact = "Contact: <sip:two@192.0.2.22>"
    ack, bye = bench.receive(response_text(invite, 200, tag="two", headers=contact))
    assert isinstance(ack, Request)
    assert isinstance(bye, Request)
    assert (ack.method, bye.method) == ("ACK", "BYE")
    assert str(bye.uri) == "sip:two@192.0.2.22"
    assert bye.to.tag == "two"
    assert session.state == "confirmed"
    assert str(session.remote_target) == "sip:callee@192.0.2.9"
    assert told(bench) == ["CallProgressed", "CallProgressed", "CallAnswered"]


def test_a_flood_of_forks_is_bounded(bench: Bench) -> None:
    _, invite = bench.place_call()
    sent = [bench.receive(response_text(invite, 200, tag=f"fork{number}")) for number in range(40)]
    assert sum(map(len, sent)) == 1 + 2 * 19


def test_a_refusal_is_told_with_its_response(bench: Bench) -> None:
    session, invite = bench.place_call()
    bench.receive(response_text(invite, 486, headers="X-Why: busy"))
    event = refusal(bench)
    assert (event.status, event.reason) == (486, "Words")
    assert event.response is not None
    assert event.response.headers.get("X-Why") == "busy"
    assert session.state == "ended"


def test_a_redirect_is_a_refusal_too(bench: Bench) -> None:
    _, invite = bench.place_call()
    bench.receive(response_text(invite, 302))
    assert refusal(bench).status == 302


def test_silence_is_408_after_32_seconds(bench: Bench) -> None:
    bench.place_call()
    bench.wait(31.9)
    assert told(bench) == []
    bench.wait(0.2)
    event = refusal(bench)
    assert (event.status, event.reason, event.response) == (408, "Request Timeout", None)


def test_nobody_there_is_503_at_once(bench: Bench) -> None:
    bench.endpoint.invite(
        target=SipUri.parse("sip:callee@nowhere.invalid"),
        from_=NameAddress.parse("<sip:us@192.0.2.1>"),
        sdp=OFFER,
        now=bench.now,
    )
    [outgoing] = bench.endpoint.outgoing()
    bench.endpoint.delivery_failed(outgoing, bench.now)
    event = refusal(bench)
    assert (event.status, event.response) == (503, None)
    assert bench.endpoint.open_sessions == 0


# --- CANCEL


def test_hanging_up_while_it_rings_cancels(bench: Bench) -> None:
    session, invite = bench.place_call()
    bench.receive(response_text(invite, 180))
    session.hang_up(bench.now)
    cancel = only_request(bench.sent())
    assert (cancel.method, cancel.uri, cancel.via) == ("CANCEL", invite.uri, invite.via)
    assert str(cancel.cseq) == "1 CANCEL"
    assert cancel.to.tag is None
    bench.receive(response_text(cancel, 200))
    assert [summary(message) for message in bench.receive(response_text(invite, 487))] == ["ACK"]
    bench.endpoint.events()
    assert session.state == "ended"


def test_cancel_before_ringing_waits_for_a_provisional(bench: Bench) -> None:
    """RFC 3261 section 9.1."""
    session, invite = bench.place_call()
    session.hang_up(bench.now)
    session.hang_up(bench.now)
    assert bench.sent() == []
    assert [summary(message) for message in bench.receive(response_text(invite, 100))] == ["CANCEL"]
    assert bench.receive(response_text(invite, 180)) == []
    assert told(bench) == []


def test_cancel_after_a_challenge_waits_for_a_provisional_of_the_second_invite(bench: Bench) -> None:
    """RFC 3261 section 9.1. The first has its final response, and says nothing of the second."""
    session, invite = bench.place_call(credentials=CREDENTIALS)
    bench.receive(response_text(invite, 100))
    _, again = bench.receive(response_text(invite, 401, headers='WWW-Authenticate: Digest realm="r", nonce="n"'))
    assert isinstance(again, Request)
    session.hang_up(bench.now)
    assert bench.sent() == []
    assert [summary(message) for message in bench.receive(response_text(again, 100))] == ["CANCEL"]


def test_a_cancelled_call_that_nobody_ever_heard_of_is_408(bench: Bench) -> None:
    session, _ = bench.place_call()
    session.hang_up(bench.now)
    assert {summary(message) for message in bench.wait(33)} == {"INVITE"}
    assert refusal(bench).status == 408


def test_a_200_that_crosses_the_cancel_is_acknowledged_and_hung_up(bench: Bench) -> None:
    session, invite = bench.place_call()
    bench.receive(response_text(invite, 180))
    session.hang_up(bench.now)
    bench.sent()
    assert [summary(message) for message in bench.receive(response_text(invite, 200))] == ["ACK", "BYE"]
    assert told(bench) == ["CallProgressed", "CallRefused"]
    assert [summary(message) for message in bench.receive(response_text(invite, 200))] == ["ACK"]
    assert session.state == "ended"


def test_a_cancel_that_brings_no_487_ends_after_64_t1(bench: Bench) -> None:
    session, invite = bench.place_call()
    bench.receive(response_text(invite, 180))
    bench.endpoint.events()
    session.hang_up(bench.now)
    cancel = only_request(bench.sent())
    bench.receive(response_text(cancel, 200))
    bench.wait(31.9)
    assert told(bench) == []
    bench.wait(0.2)
    assert refusal(bench).status == 487


def test_a_challenge_after_the_cancel_is_not_answered(bench: Bench) -> None:
    session, invite = bench.place_call(credentials=CREDENTIALS)
    session.hang_up(bench.now)
    challenge = 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"'
    assert [summary(message) for message in bench.receive(response_text(invite, 401, headers=challenge))] == ["ACK"]
    assert refusal(bench).status == 401


# --- credentials


def gated(gate: DigestGate, seen: list[str]) -> object:
    def screen(request: Request, flow: Flow, now: float) -> Refusal | Challenge | None:
        value = request.headers.get("Proxy-Authorization")
        if value is None:
            return Challenge(values=tuple(gate.challenge(now)))
        verdict = gate.check(
            value, request.method, lambda user, algorithm: ha1(user, "realm", "secret", algorithm), now
        )
        seen.append(type(verdict).__name__)
        return None if isinstance(verdict, Passed) else Challenge(values=tuple(gate.challenge(now)))

    return screen


@pytest.mark.parametrize("algorithms", [("MD5",), ("SHA-256",), ("SHA-256", "MD5")])
def test_a_challenge_is_answered_once_with_the_next_number_and_a_new_branch(algorithms: tuple[str, ...]) -> None:
    """S-03."""
    seen: list[str] = []
    link = make_link(screen=gated(DigestGate("realm", b"key", algorithms=algorithms), seen))  # type: ignore[arg-type]
    session = link.call(credentials=CREDENTIALS)
    link.run(1)
    assert link.ladder() == [
        "alice INVITE",
        "bob 100 INVITE",
        "bob 407 INVITE",
        "alice ACK",
        "alice INVITE",
        "bob 100 INVITE",
    ]
    assert seen == ["Passed"]
    link.bob.session().answer(ANSWER, link.now)
    link.run(1)
    assert link.alice.told() == ["CallAnswered"]
    assert session.request.cseq.number == 2
    session.hang_up(link.now)
    link.run(1)
    assert link.bob.told()[-1] == "CallHungUp"


def test_a_wrong_password_is_refused_after_one_try() -> None:
    seen: list[str] = []
    link = make_link(screen=gated(DigestGate("realm", b"key"), seen))  # type: ignore[arg-type]
    link.call(credentials=Credentials(username="alice", password="wrong"))
    link.run(1)
    assert seen == ["Failed"]
    assert link.sent_by(link.alice, of="INVITE") == ["INVITE", "INVITE"]
    [event] = link.alice.events
    assert isinstance(event, CallRefused)
    assert event.status == 407


def test_without_credentials_a_challenge_is_a_refusal(bench: Bench) -> None:
    """S-03: no credentials means the leg fails."""
    _, invite = bench.place_call()
    bench.receive(response_text(invite, 407, headers='Proxy-Authenticate: Digest realm="r", nonce="n"'))
    assert refusal(bench).status == 407


def test_a_challenge_that_we_cannot_answer_is_a_refusal(bench: Bench) -> None:
    _, invite = bench.place_call(credentials=CREDENTIALS)
    challenge = (
        'WWW-Authenticate: Digest realm="r", nonce="n", algorithm=SHA-512-256\nWWW-Authenticate: Basic realm="r"'
    )
    bench.receive(response_text(invite, 401, headers=challenge))
    assert refusal(bench).status == 401


def test_the_ack_of_a_200_bears_the_credentials_of_its_invite(bench: Bench) -> None:
    """RFC 3261 section 22.1."""
    _, invite = bench.place_call(credentials=CREDENTIALS)
    _, again = bench.receive(response_text(invite, 401, headers='WWW-Authenticate: Digest realm="r", nonce="n"'))
    assert isinstance(again, Request)
    assert again.via.branch != invite.via.branch
    assert (again.call_id, again.from_.tag) == (invite.call_id, invite.from_.tag)
    ack = only_request(bench.receive(response_text(again, 200)))
    assert ack.headers.get("Authorization") == again.headers.get("Authorization") is not None
    assert ack.cseq.number == again.cseq.number == 2


# --- limits and misuse


def test_there_is_a_limit_on_calls() -> None:
    bench = make_bench(settings=EndpointSettings(max_sessions=1))
    bench.place_call()
    with pytest.raises(TooManySessions):
        bench.place_call()


def test_our_own_call_cannot_be_answered_by_us(bench: Bench) -> None:
    session, _ = bench.place_call()
    with pytest.raises(WrongState):
        session.answer(ANSWER, bench.now)


@pytest.mark.parametrize("seed", range(8))
def test_calls_come_up_and_go_down_over_a_bad_link(seed: int) -> None:
    """A third of everything is lost, and what arrives is out of order."""
    link: Link = make_link(seed=seed, loss=0.33, delay=(0.01, 0.3))

    def answer(event: object) -> None:
        if type(event).__name__ == "IncomingCall":
            link.bob.session().ring(link.now)
            link.bob.session().answer(ANSWER, link.now)

    link.bob.on_event = answer
    session = link.call()
    link.run(40)
    assert "CallAnswered" in link.alice.told()
    assert link.bob.told()[:2] == ["IncomingCall", "CallConfirmed"]
    session.hang_up(link.now)
    link.run(150)
    assert link.bob.told().count("CallHungUp") == 1
    for party in (link.alice, link.bob):
        assert party.endpoint.open_sessions == party.endpoint.open_transactions == 0
