"""The transaction layer through its own door: when what is sent, what finds which transaction."""

from dataclasses import replace

import pytest

from ringback.sip.events import Flow, SessionId
from ringback.sip.message.message import Request, Response, reply
from ringback.sip.message.parser import parse_message
from ringback.sip.timers import TimerSettings
from ringback.sip.transaction.action import Failure
from ringback.sip.transaction.layer import AckReceived, ResponseReceived, TransactionFailed, TransactionLayer
from ringback.sip.transaction.outgoing import Destination, TransactionId
from tests.unit.sip.conftest import UDP_PEER, on_the_wire, request_text, summary

UDP = Destination(transport="udp", host="192.0.2.9", port=5060)
TCP = Destination(transport="tcp", host="192.0.2.9", port=5060)
TCP_PEER = replace(UDP_PEER, transport="tcp", connection_id=4)
OWNER = SessionId("owner")


def make_layer() -> TransactionLayer:
    branches = iter(range(1000))
    return TransactionLayer(
        TimerSettings(),
        sent_by=lambda transport: ("192.0.2.1", 5060),
        new_branch=lambda: f"z9hG4bK{next(branches)}",
    )


def parsed(text: str) -> Request:
    message = parse_message(on_the_wire(text))
    assert isinstance(message, Request)
    return message


def request(method: str = "INVITE", **more: str) -> Request:
    """A request of ours, still without Via."""
    made = parsed(request_text(method, **more))  # type: ignore[arg-type]
    made.headers.remove("Via")
    return made


def ladder(layer: TransactionLayer, seconds: float) -> list[tuple[float, str]]:
    """(time, summary) of everything sent until then."""
    sent = [(0.0, summary(parse_message(each.data))) for each in layer.take_outgoing()]
    while (when := layer.next_deadline()) is not None and when <= seconds:
        layer.handle_timeout(when)
        sent += [(when, summary(parse_message(each.data))) for each in layer.take_outgoing()]
    return sent


def failures(layer: TransactionLayer) -> list[Failure]:
    return [each.failure for each in layer.take_indications() if isinstance(each, TransactionFailed)]


def answer(request: Request, status: int, tag: str = "far") -> Response:
    return reply(request, status, to_tag=tag)


# --- clients


def test_an_invite_over_udp_is_sent_seven_times_and_gives_up_at_32_seconds() -> None:
    layer = make_layer()
    layer.send_request(request(), UDP, 0.0, owner=OWNER)
    assert [at for at, _ in ladder(layer, 31.999)] == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert failures(layer) == []
    assert ladder(layer, 32.0) == []
    assert failures(layer) == [Failure.TIMEOUT]
    assert len(layer) == 0
    assert layer.next_deadline() is None


def test_an_invite_over_tcp_is_sent_once_and_gives_up_at_32_seconds() -> None:
    layer = make_layer()
    layer.send_request(request(), TCP, 0.0, owner=OWNER)
    assert ladder(layer, 100) == [(0, "INVITE")]
    assert failures(layer) == [Failure.TIMEOUT]


def test_another_request_over_udp_slows_down_to_t2() -> None:
    layer = make_layer()
    layer.send_request(request("OPTIONS"), UDP, 0.0, owner=OWNER)
    times = [at for at, _ in ladder(layer, 100)]
    assert times == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert failures(layer) == [Failure.TIMEOUT]


def test_after_a_provisional_another_request_goes_each_4_seconds() -> None:
    layer = make_layer()
    sent = request("BYE")
    layer.send_request(sent, UDP, 0.0, owner=OWNER)
    layer.receive_response(answer(sent, 100), 0.1)
    assert [at for at, _ in ladder(layer, 13)] == [0, 0.5, 4.5, 8.5, 12.5]


def test_a_provisional_stops_the_invite_and_it_rings_for_ever() -> None:
    layer = make_layer()
    sent = request()
    layer.send_request(sent, UDP, 0.0, owner=OWNER)
    layer.receive_response(answer(sent, 180), 0.2)
    assert ladder(layer, 10_000) == [(0, "INVITE")]
    assert failures(layer) == []


@pytest.mark.parametrize(("destination", "expected"), [(UDP, 32.2), (TCP, 0.2)])
def test_a_refused_invite_is_acknowledged_each_time_and_lingers_on_udp_only(
    destination: Destination, expected: float
) -> None:
    layer = make_layer()
    sent = request()
    layer.send_request(sent, destination, 0.0, owner=OWNER)
    layer.receive_response(answer(sent, 486), 0.2)
    assert [what for _, what in ladder(layer, 0.3)] == ["INVITE", "ACK"]
    layer.receive_response(answer(sent, 486), 0.25)
    assert len(layer.take_outgoing()) == (1 if expected > 1 else 0)
    assert len([each for each in layer.take_indications() if isinstance(each, ResponseReceived)]) == 1
    ladder(layer, expected)
    assert len(layer) == 0


def test_the_ack_of_a_refusal_has_the_invites_uri_route_and_branch() -> None:
    layer = make_layer()
    sent = request(headers="Route: <sip:proxy.example;lr>\nRoute: <sip:second.example;lr>")
    layer.send_request(sent, UDP, 0.0, owner=OWNER)
    layer.take_outgoing()
    layer.receive_response(answer(sent, 404, tag="theirs"), 0.1)
    [outgoing] = layer.take_outgoing()
    ack = parse_message(outgoing.data)
    assert isinstance(ack, Request)
    assert ack.method == "ACK"
    assert ack.uri == sent.uri
    assert ack.via.branch == sent.via.branch
    assert [str(route) for route in ack.routes] == ["<sip:proxy.example;lr>", "<sip:second.example;lr>"]
    assert ack.to.tag == "theirs"
    assert ack.cseq.number == sent.cseq.number
    assert len(ack.vias) == 1
    assert outgoing.to == UDP


def test_each_2xx_goes_up_until_timer_m() -> None:
    layer = make_layer()
    sent = request()
    layer.send_request(sent, UDP, 0.0, owner=OWNER)
    for tag in ("one", "one", "two"):
        layer.receive_response(answer(sent, 200, tag=tag), 0.1)
    assert len(layer.take_indications()) == 3
    ladder(layer, 32.05)
    assert len(layer) == 1
    ladder(layer, 32.1)
    assert not layer.receive_response(answer(sent, 200), 33)


def test_a_response_that_nobody_asked_for_is_not_taken() -> None:
    layer = make_layer()
    stray = parsed(request_text("OPTIONS", branch="z9hG4bKnobody"))
    assert not layer.receive_response(answer(stray, 200), 0)


def test_cancel_is_a_transaction_of_its_own_with_the_same_branch() -> None:
    layer = make_layer()
    invite = request()
    layer.send_request(invite, UDP, 0.0, owner=OWNER)
    layer.receive_response(answer(invite, 180), 0.1)
    cancel = request("CANCEL")
    layer.send_request(cancel, UDP, 0.2, owner=OWNER, branch=invite.via.branch)
    assert cancel.via == invite.via
    layer.receive_response(answer(cancel, 200), 0.3)
    layer.receive_response(answer(invite, 487), 0.3)
    assert [summary(parse_message(each.data)) for each in layer.take_outgoing()] == ["INVITE", "CANCEL", "ACK"]


def test_a_request_that_cannot_be_sent_fails_at_once() -> None:
    layer = make_layer()
    transaction_id = layer.send_request(request(), TCP, 0.0, owner=OWNER)
    layer.delivery_failed(transaction_id, 0.1)
    assert failures(layer) == [Failure.TRANSPORT]
    assert layer.next_deadline() is None


def test_a_request_to_a_host_that_dns_does_not_know_says_so() -> None:
    layer = make_layer()
    transaction_id = layer.send_request(request(), TCP, 0.0, owner=OWNER)
    layer.delivery_failed(transaction_id, 0.1, no_such_host=True)
    assert failures(layer) == [Failure.NO_SUCH_HOST]


def test_what_waits_on_a_broken_connection_fails_at_once() -> None:
    layer = make_layer()
    layer.send_request(request("OPTIONS"), TCP_PEER, 0.0, owner=OWNER)
    layer.send_request(request("BYE"), UDP, 0.0, owner=OWNER)
    layer.connection_lost(TCP_PEER, 0.1)
    assert failures(layer) == [Failure.TRANSPORT]
    assert len(layer) == 1


def test_when_dns_chooses_tcp_the_via_says_so_and_nothing_is_sent_twice() -> None:
    layer = make_layer()
    anywhere = Destination(host="example.com")
    sent = request()
    transaction_id = layer.send_request(sent, anywhere, 0.0, owner=OWNER)
    assert sent.via.transport == "UDP"
    data = layer.route_chosen(transaction_id, TCP_PEER)
    assert data is not None
    assert parse_message(data).via.transport == "TCP"
    assert [at for at, _ in ladder(layer, 31)] == [0]
    layer.receive_response(answer(sent, 486), 31)
    [ack] = layer.take_outgoing()
    assert ack.to == TCP_PEER
    assert b"SIP/2.0/TCP" in ack.data


def test_copies_go_where_the_first_went() -> None:
    layer = make_layer()
    transaction_id = layer.send_request(request(), Destination(host="example.com"), 0.0, owner=OWNER)
    layer.take_outgoing()
    assert layer.route_chosen(transaction_id, UDP_PEER) is None
    layer.handle_timeout(0.5)
    assert [each.to for each in layer.take_outgoing()] == [UDP_PEER]


# --- servers


def served(layer: TransactionLayer, flow: Flow = UDP_PEER, method: str = "INVITE") -> tuple[Request, TransactionId]:
    received = parsed(request_text(method))
    return received, layer.open_server(received, flow, 0.0).id


def copy(layer: TransactionLayer, received: Request, now: float) -> None:
    transaction = layer.find(received)
    assert transaction is not None
    layer.receive_copy(transaction, received, now)


def test_a_refusal_over_udp_is_sent_until_the_ack() -> None:
    layer = make_layer()
    received, transaction_id = served(layer)
    layer.respond(transaction_id, answer(received, 486), 0.0)
    assert [at for at, _ in ladder(layer, 8)] == [0, 0.5, 1.5, 3.5, 7.5]
    copy(layer, parsed(request_text("ACK", to_tag="far")), 8)
    assert ladder(layer, 12.9) == []
    assert len(layer) == 1
    ladder(layer, 13)
    assert len(layer) == 0


def test_a_refusal_that_is_never_acknowledged_is_forgotten_after_32_seconds() -> None:
    layer = make_layer()
    received, transaction_id = served(layer)
    layer.respond(transaction_id, answer(received, 486), 0.0)
    times = [at for at, _ in ladder(layer, 100)]
    assert times == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert failures(layer) == [Failure.TIMEOUT]
    assert len(layer) == 0


def test_a_refusal_over_tcp_is_sent_once_and_forgotten_with_the_ack() -> None:
    layer = make_layer()
    received, transaction_id = served(layer, TCP_PEER)
    layer.respond(transaction_id, answer(received, 486), 0.0)
    assert [at for at, _ in ladder(layer, 10)] == [0]
    copy(layer, parsed(request_text("ACK", to_tag="far")), 10)
    assert len(layer) == 0


def test_a_copy_of_an_invite_gets_the_last_response_again() -> None:
    layer = make_layer()
    received, transaction_id = served(layer)
    for status in (100, 180):
        layer.respond(transaction_id, answer(received, status), 0.0)
    layer.take_outgoing()
    copy(layer, parsed(request_text()), 0.5)
    assert [what for _, what in ladder(layer, 0)] == ["180 INVITE"]


def test_a_copy_of_an_answered_invite_is_absorbed_until_timer_l() -> None:
    layer = make_layer()
    received, transaction_id = served(layer)
    layer.respond(transaction_id, answer(received, 200), 0.0)
    assert ladder(layer, 1) == [(0, "200 INVITE")]
    copy(layer, parsed(request_text()), 1)
    assert ladder(layer, 31) == []
    ladder(layer, 32)
    assert len(layer) == 0


def test_an_ack_with_the_invites_branch_reaches_the_user_of_an_accepted_invite() -> None:
    layer = make_layer()
    received, transaction_id = served(layer)
    layer.respond(transaction_id, answer(received, 200), 0.0)
    copy(layer, parsed(request_text("ACK", to_tag="far")), 1)
    assert [type(each) for each in layer.take_indications()] == [AckReceived]


def test_another_request_gets_its_response_again_for_32_seconds() -> None:
    layer = make_layer()
    received, transaction_id = served(layer, method="BYE")
    copy(layer, received, 0.5)
    assert ladder(layer, 1) == []
    layer.respond(transaction_id, answer(received, 200), 1.0)
    layer.take_outgoing()
    copy(layer, received, 2)
    assert [what for _, what in ladder(layer, 2)] == ["200 BYE"]
    ladder(layer, 33)
    assert len(layer) == 0


def test_a_response_after_the_end_is_discarded() -> None:
    layer = make_layer()
    received, transaction_id = served(layer, TCP_PEER, method="BYE")
    assert layer.respond(transaction_id, answer(received, 200), 0.0)
    assert not layer.respond(transaction_id, answer(received, 200), 0.0)


def test_a_second_final_response_is_discarded() -> None:
    layer = make_layer()
    received, transaction_id = served(layer)
    layer.respond(transaction_id, answer(received, 486), 0.0)
    layer.respond(transaction_id, answer(received, 200), 0.0)
    assert ladder(layer, 0) == [(0, "486 INVITE")]


def test_the_same_branch_from_another_sender_is_another_transaction() -> None:
    layer = make_layer()
    served(layer)
    other = parsed(request_text(via="SIP/2.0/UDP 192.0.2.77;branch=z9hG4bKone;rport"))
    assert layer.find(other) is None


def test_a_request_that_came_by_two_paths_is_merged() -> None:
    layer = make_layer()
    received, _ = served(layer)
    assert not layer.is_merged(received)
    assert layer.is_merged(parsed(request_text(branch="z9hG4bKtwo")))
    assert not layer.is_merged(parsed(request_text(branch="z9hG4bKtwo", number=2)))


def test_a_forgotten_request_does_not_make_later_ones_merged() -> None:
    layer = make_layer()
    received, transaction_id = served(layer, TCP_PEER, method="OPTIONS")
    layer.respond(transaction_id, answer(received, 200), 0)
    assert len(layer) == 0
    assert not layer.is_merged(parsed(request_text("OPTIONS", branch="z9hG4bKtwo")))


def test_a_peer_of_rfc_2543_is_matched_without_a_branch() -> None:
    layer = make_layer()
    old = "SIP/2.0/UDP 192.0.2.9"
    received = parsed(request_text(via=old))
    transaction = layer.open_server(received, UDP_PEER, 0.0)
    assert layer.find(parsed(request_text(via=old))) is transaction
    assert layer.find(parsed(request_text("ACK", via=old, to_tag="far"))) is transaction
    assert layer.find(parsed(request_text("CANCEL", via=old)), method="INVITE") is transaction
    assert layer.find(parsed(request_text(via=old, number=2))) is None
    assert layer.find(parsed(request_text(via=old, call_id="other"))) is None


def test_cancel_finds_its_invite() -> None:
    layer = make_layer()
    _, transaction_id = served(layer)
    found = layer.find(parsed(request_text("CANCEL")), method="INVITE")
    assert found is not None
    assert found.id == transaction_id
    assert layer.find(parsed(request_text("CANCEL"))) is None
