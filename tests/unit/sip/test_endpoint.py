"""The endpoint's door: what is answered at once, refused, dropped and counted; limits; hostile bytes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringback.sip.endpoint import Challenge, EndpointSettings
from ringback.sip.events import Flow, RegisterReceived
from ringback.sip.message.message import Request, Response
from ringback.sip.message.validate import Refusal, refuse
from tests.unit.sip.conftest import (
    ANSWER,
    UDP_PEER,
    Bench,
    make_bench,
    on_the_wire,
    only_response,
    request_text,
    response_text,
    summary,
)


def invite(**more: object) -> str:
    return request_text(body="v=0\n", **more)  # type: ignore[arg-type]


def names(bench: Bench, text: str) -> list[str]:
    return [summary(message) for message in bench.receive(text)]


# --- answered at once


def test_options_says_what_we_can_do(bench: Bench) -> None:
    response = only_response(bench.receive(request_text("OPTIONS")))
    assert response.status == 200
    assert {"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS"} <= set(response.headers.get_all("Allow"))
    assert response.headers.get("Accept") == "application/sdp"
    assert response.headers.get_all("Supported") == ["timer"]
    assert bench.endpoint.events() == []


@pytest.mark.parametrize("method", ["MESSAGE", "SUBSCRIBE", "PUBLISH", "PRACK", "DANCE"])
def test_an_unknown_method_gets_405_with_allow(bench: Bench, method: str) -> None:
    response = only_response(bench.receive(request_text(method)))
    assert response.status == 405
    assert "INVITE" in response.headers.get_all("Allow")


@pytest.mark.parametrize("method", ["BYE", "INFO", "UPDATE", "REFER", "NOTIFY"])
def test_a_request_that_needs_a_dialog_and_names_none_gets_481(bench: Bench, method: str) -> None:
    assert only_response(bench.receive(request_text(method))).status == 481


def test_what_requires_100rel_gets_420(bench: Bench) -> None:
    response = only_response(bench.receive(invite(headers="Require: 100rel, timer")))
    assert (response.status, response.headers.get("Unsupported")) == (420, "100rel")
    assert bench.endpoint.open_transactions == 0


def test_a_merged_request_gets_482(bench: Bench) -> None:
    """RFC 3261 section 8.2.2.2."""
    assert names(bench, invite()) == ["100 INVITE"]
    assert names(bench, invite(branch="z9hG4bKother")) == ["482 INVITE"]
    assert bench.endpoint.open_sessions == 1


def test_a_register_is_delivered_and_answered(bench: Bench) -> None:
    assert bench.receive(request_text("REGISTER")) == []
    [event] = bench.endpoint.events()
    assert isinstance(event, RegisterReceived)
    bench.endpoint.respond(event, 200, bench.now, headers=[("Expires", "600")])
    response = only_response(bench.sent())
    assert (response.status, response.headers.get("Expires")) == (200, "600")
    assert response.to.tag is not None


def test_responses_go_where_the_request_came_from(bench: Bench) -> None:
    flow = Flow(
        transport="udp", remote_address="198.51.100.7", remote_port=40_000, local_address="192.0.2.1", local_port=5060
    )
    bench.endpoint.receive_datagram(on_the_wire(request_text("OPTIONS")), flow, bench.now)
    [outgoing] = bench.endpoint.outgoing()
    assert outgoing.to == flow
    assert b"received=198.51.100.7" in outgoing.data
    assert b"rport=40000" in outgoing.data


# --- the screen


def test_the_screen_sees_the_request_its_flow_and_the_time() -> None:
    seen: list[tuple[str, Flow, float]] = []

    def screen(request: Request, flow: Flow, now: float) -> Refusal | Challenge | None:
        seen.append((request.method, flow, now))
        return None

    bench = make_bench(screen=screen)
    bench.now = 5.0
    bench.receive(invite())
    bench.receive(invite())
    bench.receive(request_text("REGISTER", call_id="r"))
    bench.receive(request_text("OPTIONS", call_id="o"))
    assert seen == [("INVITE", UDP_PEER, 5.0), ("REGISTER", UDP_PEER, 5.0)]


def test_a_refused_call_is_forgotten_when_its_transaction_ends() -> None:
    bench = make_bench(screen=lambda request, flow, now: refuse(403, None, ("X-Twilio-Error", "32201 not in ACL")))
    _, refused = bench.receive(invite())
    assert isinstance(refused, Response)
    assert (refused.status, refused.headers.get("X-Twilio-Error")) == (403, "32201 not in ACL")
    assert bench.endpoint.open_sessions == 0
    bench.receive(request_text("ACK", to_tag=refused.to.tag or ""))
    bench.wait(6)
    assert bench.endpoint.open_transactions == 0
    assert bench.endpoint.events() == []
    assert bench.endpoint.statistics.refused_by_screen == 1


def test_a_challenge_is_a_407_with_each_value() -> None:
    """DG-02."""
    bench = make_bench(screen=lambda request, flow, now: Challenge(values=("Digest one", "Digest two")))
    for method in ("INVITE", "REGISTER"):
        response = only_response(bench.receive(request_text(method, call_id=method))[-1:])
        assert response.status == 407
        assert response.headers.get_lines("Proxy-Authenticate") == ["Digest one", "Digest two"]


def test_requests_in_a_dialog_are_not_screened() -> None:
    """DG-04."""
    asked: list[str] = []

    def screen(request: Request, flow: Flow, now: float) -> None:
        asked.append(request.method)

    bench = make_bench(screen=screen)
    _, tag = bench.answered_call()
    bench.receive(request_text("INFO", branch="z9hG4bKi", to_tag=tag, number=2))
    bench.receive(request_text("BYE", branch="z9hG4bKb", to_tag=tag, number=3))
    assert asked == ["INVITE"]


def test_in_a_flood_a_refusal_is_sent_once_and_nothing_is_kept() -> None:
    """RFC 3261 section 26.3.2.4."""
    bench = make_bench(screen=challenge_strangers, settings=EndpointSettings(max_refused=3))
    for number in range(3):
        assert names(bench, invite(call_id=f"f{number}", branch=f"z9hG4bKf{number}")) == ["100 INVITE", "407 INVITE"]
    flood = [invite(call_id=f"g{number}", branch=f"z9hG4bKg{number}") for number in range(20)]
    assert [names(bench, each) for each in flood] == [["407 INVITE"]] * 20
    assert bench.endpoint.open_transactions == 3
    assert names(bench, flood[0]) == ["407 INVITE"], "a copy is answered afresh"
    assert names(bench, request_text("REGISTER", call_id="r", branch="z9hG4bKr")) == ["407 REGISTER"]


def test_in_a_flood_who_has_a_password_is_let_in_and_the_flood_passes() -> None:
    bench = make_bench(screen=challenge_strangers, settings=EndpointSettings(max_refused=1))
    for number in range(5):
        bench.receive(invite(call_id=f"f{number}", branch=f"z9hG4bKf{number}"))
    headers = "Proxy-Authorization: Digest right"
    assert names(bench, invite(call_id="ours", branch="z9hG4bKo", headers=headers)) == ["100 INVITE"]
    assert [type(event).__name__ for event in bench.endpoint.events()] == ["IncomingCall"]
    bench.wait(40)
    assert names(bench, invite(call_id="late", branch="z9hG4bKl")) == ["100 INVITE", "407 INVITE"]


def challenge_strangers(request: Request, flow: Flow, now: float) -> Challenge | None:
    return None if "Proxy-Authorization" in request.headers else Challenge(values=("Digest one",))


# --- limits


def test_above_the_limit_of_sessions_a_call_gets_503_and_nothing_is_kept() -> None:
    bench = make_bench(settings=EndpointSettings(max_sessions=1))
    bench.receive(invite())
    response = only_response(bench.receive(invite(call_id="second", branch="z9hG4bK2")))
    assert (response.status, response.headers.get("Retry-After")) == (503, "10")
    assert bench.endpoint.open_transactions == 1
    assert bench.endpoint.statistics.refused_for_load == 1


def test_above_the_limit_of_transactions_new_ones_get_503_and_calls_can_still_end() -> None:
    bench = make_bench(settings=EndpointSettings(max_transactions=3))
    _, tag = bench.answered_call()
    for number in range(5):
        bench.receive(request_text("OPTIONS", call_id=f"o{number}", branch=f"z9hG4bKo{number}"))
    assert bench.endpoint.open_transactions == 3
    assert bench.endpoint.statistics.refused_for_load == 3
    assert names(bench, request_text("BYE", branch="z9hG4bKbye", to_tag=tag, number=2)) == ["200 BYE"]


def test_even_requests_in_dialogs_are_bounded() -> None:
    bench = make_bench(settings=EndpointSettings(max_transactions=3))
    for number in range(20):
        bench.receive(request_text("BYE", to_tag="none", call_id=f"b{number}", branch=f"z9hG4bKb{number}"))
    assert bench.endpoint.open_transactions == 6


def test_while_draining_new_calls_get_503_and_running_ones_go_on(bench: Bench) -> None:
    session, tag = bench.answered_call()
    bench.endpoint.start_draining()
    response = only_response(bench.receive(invite(call_id="new", branch="z9hG4bKnew")))
    assert (response.status, response.headers.get("Retry-After")) == (503, "10")
    assert names(bench, request_text("INFO", branch="z9hG4bKi", to_tag=tag, number=2)) == ["200 INFO"]
    assert only_response(bench.receive(request_text("OPTIONS", call_id="o"))).status == 503
    assert session.state == "confirmed"


def test_a_stateless_answer_is_the_same_for_each_copy(bench: Bench) -> None:
    """RFC 3261 section 8.2.7."""
    bench.endpoint.start_draining()
    first, second = (only_response(bench.receive(invite())) for _ in range(2))
    assert first.to_bytes() == second.to_bytes()
    other = only_response(bench.receive(invite(call_id="other")))
    assert other.to.tag != first.to.tag


def test_a_flood_of_invites_that_are_never_acknowledged_passes() -> None:
    bench = make_bench(screen=lambda request, flow, now: refuse(403))
    for number in range(300):
        bench.receive(invite(call_id=f"flood{number}", branch=f"z9hG4bK{number}"))
    assert bench.endpoint.open_transactions == 300
    bench.wait(33)
    assert bench.endpoint.open_transactions == 0
    assert bench.endpoint.next_deadline() is None


# --- dropped and counted


@pytest.mark.parametrize("missing", ["From", "To", "Call-ID", "CSeq", "Via"])
def test_a_request_that_lacks_what_an_answer_copies_is_dropped(bench: Bench, missing: str) -> None:
    lines = invite().split("\n")
    assert bench.receive("\n".join(line for line in lines if not line.startswith(f"{missing}:"))) == []
    assert bench.endpoint.statistics.malformed_dropped == 1


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"\r\n", b"\x00\x00\x00\x00"])
def test_keep_alives_are_no_messages(bench: Bench, data: bytes) -> None:
    bench.endpoint.receive_datagram(data, UDP_PEER, 0.0)
    assert bench.sent() == []
    assert bench.endpoint.statistics.malformed_dropped == (1 if b"\x00" in data else 0)


def test_noise_is_dropped_and_counted(bench: Bench) -> None:
    for data in (b"hello", b"\xff" * 100, b"INVITE\r\n\r\n", b"SIP/2.0 200\r\n\r\n"):
        bench.endpoint.receive_datagram(data, UDP_PEER, 0.0)
    assert bench.sent() == []
    assert bench.endpoint.statistics.malformed_dropped == 4


def test_a_broken_request_that_can_be_answered_gets_400(bench: Bench) -> None:
    text = invite().replace("Content-Length: 4", "Content-Length: 400")
    assert only_response(bench.receive(text)).status == 400
    assert bench.endpoint.statistics.malformed_answered == 1
    assert bench.endpoint.open_transactions == 0


def test_a_request_with_a_wrong_header_gets_400_and_nothing_is_kept(bench: Bench) -> None:
    assert only_response(bench.receive(invite().replace("CSeq: 1 INVITE", "CSeq: 1 BYE"))).status == 400
    assert bench.endpoint.statistics.refused_as_wrong == 1
    assert bench.endpoint.open_transactions == 0


def test_a_request_whose_via_cannot_be_read_is_dropped(bench: Bench) -> None:
    assert bench.receive(invite(via="nonsense")) == []
    assert bench.endpoint.statistics.malformed_dropped == 1


def test_a_broken_request_whose_via_cannot_be_read_is_dropped(bench: Bench) -> None:
    """Found by the search below: broken twice over."""
    text = invite(via="nonsense").replace("SIP/2.0\n", "SIP/3.0\n", 1)
    assert bench.receive(text) == []
    assert bench.endpoint.statistics.malformed_dropped == 1


def test_a_wrong_ack_is_dropped(bench: Bench) -> None:
    assert bench.receive(request_text("ACK").replace("CSeq: 1 ACK", "CSeq: x ACK")) == []
    assert bench.receive(request_text("ACK", to_tag="nobody")) == []
    assert bench.endpoint.statistics.stray_acks == 1


def test_a_stray_response_is_counted(bench: Bench) -> None:
    head = request_text().split("\n", 1)[1]
    assert bench.receive("SIP/2.0 200 OK\n" + head) == []
    assert bench.endpoint.statistics.stray_responses == 1


def test_statistics_have_names() -> None:
    counted = make_bench().endpoint.statistics.as_dict()
    assert set(counted.values()) == {0}
    assert "malformed_dropped" in counted


# --- hostile input: whatever comes, nothing is raised and nothing is kept for ever

LINES = [
    "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx;rport",
    "Via: x",
    "From: <sip:a@b>;tag=1",
    "From: <tel:+1>",
    "To: <sip:us@192.0.2.1>",
    "To: <sip:us@192.0.2.1>;tag=nobody",
    "Call-ID: c",
    "CSeq: 1 INVITE",
    "CSeq: 4294967296 BYE",
    "Contact: <sip:a@b>",
    "Contact: *",
    "Contact: <tel:+1>",
    "Record-Route: <sip:x;lr>, <tel:+2>",
    "Route: <<>>",
    "Refer-To: ,,,",
    "Session-Expires: 1;refresher=",
    "Supported: timer,,",
    "Require: ;",
    "Max-Forwards: 0",
    "Expires: 99999999999999999999",
    "Proxy-Authorization: Digest",
    "Content-Type: /",
    "Event: ;id=",
    "Content-Length: -5",
]
STARTS = [
    "INVITE sip:us@192.0.2.1 SIP/2.0",
    "BYE sip:us@192.0.2.1 SIP/2.0",
    "ACK sip: SIP/2.0",
    "CANCEL tel:+1 SIP/2.0",
    "REFER sip:us@192.0.2.1 SIP/2.0",
    "REGISTER sip:us SIP/3.0",
    "UPDATE sips:[::1] SIP/2.0",
    "SIP/2.0 200 OK",
    "SIP/2.0 699 x",
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    messages=st.lists(
        st.tuples(st.sampled_from(STARTS), st.lists(st.sampled_from(LINES), max_size=14), st.binary(max_size=20)),
        max_size=6,
    )
)
def test_nothing_that_a_peer_says_raises(messages: list[tuple[str, list[str], bytes]]) -> None:
    bench = make_bench()
    for start, lines, body in messages:
        data = "\r\n".join([start, *lines, "", ""]).encode() + body
        bench.endpoint.receive_datagram(data, UDP_PEER, bench.now)
    for event in bench.endpoint.events():
        session = bench.endpoint.session(event.session_id) if hasattr(event, "session_id") else None
        if session is not None and session.state == "early":
            session.refuse(480, bench.now)
    bench.endpoint.outgoing()  # what copies a header that cannot be read cannot be read either
    bench.wait(100)
    assert bench.endpoint.open_sessions == 0


@settings(max_examples=200, deadline=None)
@given(
    method=st.sampled_from(["INVITE", "UPDATE", "BYE", "INFO", "REFER", "NOTIFY", "ACK", "CANCEL", "OPTIONS"]),
    lines=st.lists(st.sampled_from(LINES[9:]), max_size=6),
    number=st.integers(0, 3),
)
def test_nothing_that_a_peer_says_in_a_call_raises(method: str, lines: list[str], number: int) -> None:
    bench = make_bench()
    session, tag = bench.answered_call()
    text = request_text(
        method, branch="z9hG4bKfuzz", to_tag=tag, number=number, contact="", headers="\n".join(lines), body="x"
    )
    bench.receive(text)
    session.answer_reinvite(ANSWER, bench.now)
    bench.receive(text.replace("z9hG4bKfuzz", "z9hG4bKagain"))
    session.hang_up(bench.now)
    bench.wait(200)
    assert bench.endpoint.open_sessions == 0
    assert bench.endpoint.session(session.id) is None


@settings(max_examples=200, deadline=None)
@given(
    status=st.integers(100, 699),
    lines=st.lists(st.sampled_from(LINES[9:]), max_size=6),
    tags=st.lists(st.sampled_from(["a", "b", "c"]), max_size=3),
)
def test_nothing_that_a_callee_says_raises(status: int, lines: list[str], tags: list[str]) -> None:
    bench = make_bench()
    session, sent = bench.place_call()
    for tag in tags:
        bench.receive(response_text(sent, status, tag=tag, headers="\n".join(lines)))
        bench.receive(response_text(sent, 183, tag=tag, headers="\n".join(lines)))
    session.hang_up(bench.now)
    bench.wait(300)
    assert bench.endpoint.open_sessions == 0
    assert bench.endpoint.session(session.id) is None
