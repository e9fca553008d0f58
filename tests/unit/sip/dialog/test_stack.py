"""Our own addresses in Via and Contact, and where requests go when NAT or a connection is in between."""

from dataclasses import replace

import pytest

from ringback.sip.dialog.dialog import Dialog
from ringback.sip.dialog.stack import EndpointSettings, Hop, LocalAddress, Stack, is_behind_nat
from ringback.sip.events import Flow
from ringback.sip.message.message import Request
from ringback.sip.message.parser import parse_message
from ringback.sip.transaction.outgoing import Destination
from tests.unit.sip.conftest import UDP_PEER, on_the_wire, request_text, seeded

TCP_PEER = replace(UDP_PEER, transport="tcp", remote_port=41_000, connection_id=7)


def stack(*listeners: LocalAddress, advertise: str | None = None) -> Stack:
    made = Stack(EndpointSettings(advertise=advertise), seeded(1))
    for listener in listeners or (LocalAddress("udp", "192.0.2.1", 5060), LocalAddress("tcp", "192.0.2.1", 5070)):
        made.listen_on(listener)
    return made


def dialog(contact: str, headers: str = "") -> Dialog:
    request = parse_message(on_the_wire(request_text(contact=contact, headers=headers)))
    assert isinstance(request, Request)
    return Dialog.as_server(request, "ours")


def test_contact_names_the_listener_of_the_transport_in_use() -> None:
    made = stack()
    assert str(made.contact(UDP_PEER, user="us")) == "sip:us@192.0.2.1"
    assert str(made.contact(TCP_PEER, user="us")) == "sip:us@192.0.2.1:5070;transport=tcp"
    assert str(made.contact(Destination(host="x"), user=None)) == "sip:192.0.2.1"


def test_contact_of_a_sips_call_is_sips() -> None:
    made = stack(LocalAddress("tls", "192.0.2.1", 5061))
    assert str(made.contact(None, user="us", secure=True)).startswith("sips:us@192.0.2.1")


def test_the_advertised_host_is_shown_with_our_port() -> None:
    made = stack(LocalAddress("udp", "10.0.0.1", 5080), advertise="203.0.113.7")
    assert str(made.contact(UDP_PEER, user="us")) == "sip:us@203.0.113.7:5080"
    assert made.sent_by("udp") == ("203.0.113.7", 5080)


def test_a_wildcard_listener_is_shown_as_the_address_the_peer_reached() -> None:
    made = stack(LocalAddress("udp", "10.0.0.1", 5060, is_wildcard=True))
    reached = replace(UDP_PEER, local_address="192.168.7.1")
    assert str(made.contact(reached, user=None)) == "sip:192.168.7.1"
    assert made.sent_by("udp") == ("10.0.0.1", 5060)


def test_a_transport_we_do_not_listen_on_shows_where_we_do() -> None:
    made = stack(LocalAddress("udp", "192.0.2.1", 5060))
    assert str(made.contact(TCP_PEER, user="us")) == "sip:us@192.0.2.1"


def test_a_request_goes_to_the_contact() -> None:
    assert stack().hop(dialog("<sip:peer@192.0.2.9:5099>"), UDP_PEER) == Hop(Destination(host="192.0.2.9", port=5099))
    assert stack().hop(dialog("<sip:peer@phone.example>"), UDP_PEER) == Hop(Destination(host="phone.example"))


def test_behind_nat_it_goes_where_the_peer_sends_from() -> None:
    public = replace(UDP_PEER, remote_address="9.9.9.9", remote_port=33_333)
    assert stack().hop(dialog("<sip:peer@192.168.1.20:5060>"), public) == Hop(public)
    routed = dialog("<sip:peer@192.168.1.20:5060>", "Record-Route: <sip:9.9.9.9;lr>")
    assert stack().hop(routed, public) == Hop(Destination(host="9.9.9.9"))


@pytest.mark.parametrize(
    ("contact", "headers", "expected"),
    [
        ("<sip:peer@10.0.0.9;transport=tcp>", "", Hop(TCP_PEER, Destination(transport="tcp", host="10.0.0.9"))),
        ("<sip:peer@10.0.0.9>", "", Hop(TCP_PEER, Destination(transport="tcp", host="10.0.0.9"))),
        ("<sip:peer@10.0.0.9;transport=udp>", "", Hop(Destination(transport="udp", host="10.0.0.9"))),
        (
            "<sip:peer@10.0.0.9>",
            "Record-Route: <sip:192.0.2.9;transport=tcp;lr>",
            Hop(TCP_PEER, Destination(transport="tcp", host="192.0.2.9")),
        ),
        (
            "<sip:peer@10.0.0.9>",
            "Record-Route: <sip:elsewhere.example;transport=tcp;lr>",
            Hop(Destination(transport="tcp", host="elsewhere.example")),
        ),
    ],
)
def test_over_tcp_the_peers_connection_is_used_when_it_leads_there(contact: str, headers: str, expected: Hop) -> None:
    assert stack().hop(dialog(contact, headers), TCP_PEER) == expected


def test_before_anything_came_it_goes_by_name() -> None:
    flow: Flow | None = None
    assert stack().hop(dialog("<sip:peer@192.0.2.9>"), flow) == Hop(Destination(host="192.0.2.9"))


@pytest.mark.parametrize(
    ("host", "source", "expected"),
    [
        ("192.168.0.1", "9.9.9.9", True),
        ("10.1.2.3", "192.168.0.1", False),
        ("8.8.8.8", "9.9.9.9", False),
        ("phone.example", "9.9.9.9", False),
        ("fd00::1", "2606:4700::1", True),
    ],
)
def test_nat_is_a_private_address_from_a_public_one(host: str, source: str, expected: bool) -> None:
    assert is_behind_nat(host, source) is expected


def test_random_seconds_are_in_their_range_in_steps_of_10_ms() -> None:
    made = stack()
    drawn = [made.random_seconds(2.1, 4.0) for _ in range(200)]
    assert min(drawn) >= 2.1
    assert max(drawn) <= 4.0 + 1e-9
    assert all(abs(value * 100 - round(value * 100)) < 1e-6 for value in drawn)
    assert len(set(drawn)) > 50


def test_identifiers_are_unique_and_branches_bear_the_cookie() -> None:
    made = stack()
    assert len({made.new_token() for _ in range(100)}) == 100
    assert made.new_branch().startswith("z9hG4bK")
