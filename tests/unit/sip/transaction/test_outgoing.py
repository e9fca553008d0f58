"""Where things go: responses by RFC 3261 section 18.2.2 and RFC 3581, requests by their URI."""

from dataclasses import replace

import pytest

from ringback.sip.message.message import Request
from ringback.sip.message.parser import parse_message
from ringback.sip.message.uri import SipUri
from ringback.sip.transaction.outgoing import Destination, response_route, stamp_source
from tests.unit.sip.conftest import UDP_PEER, on_the_wire, request_text

FLOW = replace(UDP_PEER, remote_port=40_000)


def received(via: str) -> Request:
    message = parse_message(on_the_wire(request_text(via=via)))
    assert isinstance(message, Request)
    return message


def test_with_rport_the_response_goes_to_the_port_it_came_from() -> None:
    request = received("SIP/2.0/UDP 10.0.0.5:5070;branch=z9hG4bKa;rport")
    stamp_source(request, FLOW)
    assert response_route(request, FLOW) == (FLOW, None)
    assert request.via.received == "192.0.2.9"
    assert request.via.rport == 40_000


def test_without_rport_it_goes_to_the_address_it_came_from_and_the_port_in_via() -> None:
    request = received("SIP/2.0/UDP 10.0.0.5:5070;branch=z9hG4bKa")
    stamp_source(request, FLOW)
    assert response_route(request, FLOW) == (replace(FLOW, remote_port=5070), None)
    assert request.via.received == "192.0.2.9"
    assert "rport" not in request.via.parameters


def test_without_any_port_in_via_it_is_5060() -> None:
    request = received("SIP/2.0/UDP 10.0.0.5;branch=z9hG4bKa")
    assert response_route(request, FLOW)[0].remote_port == 5060


def test_over_tcp_it_goes_back_on_the_connection_or_to_the_port_in_via() -> None:
    flow = replace(FLOW, transport="tcp", connection_id=3)
    request = received("SIP/2.0/TCP 10.0.0.5:5070;branch=z9hG4bKa")
    assert response_route(request, flow) == (flow, Destination(transport="tcp", host="192.0.2.9", port=5070))


def test_maddr_does_not_let_a_stranger_choose_whom_we_send_to() -> None:
    request = received("SIP/2.0/UDP 10.0.0.5;branch=z9hG4bKa;maddr=198.51.100.1")
    assert response_route(request, FLOW)[0].remote_address == "192.0.2.9"


def test_only_the_top_via_is_stamped() -> None:
    request = received("SIP/2.0/UDP proxy.example;branch=z9hG4bKa, SIP/2.0/UDP phone.example;branch=z9hG4bKb")
    stamp_source(request, FLOW)
    assert [via.received for via in request.vias] == ["192.0.2.9", None]


@pytest.mark.parametrize(
    ("uri", "destination"),
    [
        ("sip:a@example.com", Destination(host="example.com")),
        ("sip:a@example.com:5070", Destination(host="example.com", port=5070)),
        ("sip:a@example.com;transport=TCP", Destination(transport="tcp", host="example.com")),
        ("sips:a@example.com", Destination(transport="tls", host="example.com")),
        ("sip:a@example.com;maddr=192.0.2.5", Destination(host="192.0.2.5")),
    ],
)
def test_a_uri_says_where_to_begin(uri: str, destination: Destination) -> None:
    assert Destination.of(SipUri.parse(uri)) == destination
