"""Two of our own stacks over real sockets: UDP, TCP, TLS, broken peers, limits."""

import asyncio
import contextlib
import socket
import ssl
from pathlib import Path

import pytest

from ringback.clock import SystemClock
from ringback.sip.endpoint import Endpoint, EndpointSettings
from ringback.sip.errors import BadAddress
from ringback.sip.events import (
    CallAnswered,
    CallConfirmed,
    CallHungUp,
    CallProgressed,
    CallRefused,
    Event,
    IncomingCall,
)
from ringback.sip.net.address import address_toward, is_wildcard, shown_address
from ringback.sip.net.connection import ConnectionLimits
from ringback.sip.net.lookup import Found, Naptr, Srv
from ringback.sip.net.resolver import Resolver
from ringback.sip.net.server import ListenAddress, SipServer
from ringback.sip.transaction.outgoing import Outgoing
from tests.integration.sip.conftest import SDP, OpenParty, Party
from tests.peers.certificate import self_signed

OPTIONS = (
    "OPTIONS sip:us@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/{transport} 127.0.0.1:9;branch=z9hG4bK{branch};rport\r\n"
    "Max-Forwards: 70\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:us@127.0.0.1>\r\nCall-ID: {branch}\r\n"
    "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)


def answer_calls(party: Party, event: Event) -> None:
    if isinstance(event, IncomingCall):
        session = party.session(event)
        party.do(session.ring)
        party.do(lambda now: session.answer(SDP, now))


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_call_from_end_to_end(open_party: OpenParty, transport: str) -> None:
    alice, bob = await open_party(transport), await open_party(transport)
    bob.on_event = answer_calls
    session = alice.call(bob.uri(transport))
    await alice.told(CallAnswered)
    await bob.told(CallConfirmed)
    alice.do(session.hang_up)
    await bob.told(CallHungUp)
    assert alice.kinds() == ["CallProgressed", "CallAnswered"]
    assert bob.kinds() == ["IncomingCall", "CallConfirmed", "CallHungUp"]
    assert [line.summary.split()[0] for line in bob.trace] == ["INVITE", "100", "180", "200", "ACK", "BYE", "200"]
    if transport == "tcp":
        assert bob.server.open_connections == 1  # the callee answers, and the caller goes on, on one connection


async def test_a_burst_that_comes_while_we_are_busy_is_not_lost(open_party: OpenParty) -> None:
    """The system's usual buffer has room for about 170 of these."""
    party = await open_party("udp")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        for number in range(300):  # without a turn of the loop between them
            message = OPTIONS.format(transport="UDP", branch=f"z9hG4bK{number}")
            phone.sendto(message.encode(), ("127.0.0.1", party.bound["udp"].port))
        async with asyncio.timeout(10):
            while party.server.endpoint.statistics.received < 300:  # noqa: ASYNC110 - nobody tells of each
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("transport", ["foo", "ws", "f%20o", "%0d%0aX"])
async def test_a_peer_that_names_a_transport_nobody_has_cannot_be_sent_to(
    open_party: OpenParty, transport: str
) -> None:
    alice = await open_party("udp")
    alice.call(f"sip:bob@127.0.0.1:9;transport={transport}")
    await alice.told(CallRefused)
    assert alice.server.internal_errors == 0


async def test_a_message_that_cannot_be_sent_takes_no_event_with_it(
    open_party: OpenParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = await open_party("udp"), await open_party("udp")
    bob.on_event = answer_calls
    alice.call(bob.uri("udp"))
    await bob.told(CallConfirmed)
    deliver = alice.server._delivery.deliver

    def fail_once(outgoing: Outgoing) -> None:
        monkeypatch.setattr(alice.server._delivery, "deliver", deliver)
        raise KeyError(outgoing.data[:20])

    monkeypatch.setattr(alice.server._delivery, "deliver", fail_once)
    bob.do(bob.session(await bob.told(IncomingCall)).hang_up)
    await alice.told(CallHungUp)  # although its 200 was lost; the copy of the BYE is answered
    assert alice.server.internal_errors == 1
    alice.server.internal_errors = 0  # else the fixture tells of it


async def test_the_callee_hangs_up_on_the_callers_connection(open_party: OpenParty) -> None:
    alice, bob = await open_party("tcp"), await open_party("tcp")
    bob.on_event = answer_calls
    alice.call(bob.uri("tcp"))
    call = await bob.told(IncomingCall)
    await bob.told(CallConfirmed)
    bob.do(bob.session(call).hang_up)
    await alice.told(CallHungUp)
    assert alice.server.open_connections == bob.server.open_connections == 1


async def test_the_callee_hangs_up_over_a_new_connection_when_the_old_one_is_gone(open_party: OpenParty) -> None:
    alice, bob = await open_party("tcp"), await open_party("tcp")
    bob.on_event = answer_calls
    alice.call(bob.uri("tcp"))
    call = await bob.told(IncomingCall)
    await bob.told(CallConfirmed)
    bob.server._pool.close()
    await asyncio.sleep(0.1)
    assert alice.server.open_connections == bob.server.open_connections == 0
    bob.do(bob.session(call).hang_up)
    await alice.told(CallHungUp)


async def test_a_call_whose_connection_breaks_before_any_answer_is_503_at_once(open_party: OpenParty) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    alice = await open_party("tcp")
    alice.call(f"sip:x@127.0.0.1:{server.sockets[0].getsockname()[1]};transport=tcp")
    refused = await alice.told(CallRefused)
    assert isinstance(refused, CallRefused)
    assert (refused.status, refused.response) == (503, None)
    server.close()


async def test_cancel_over_real_sockets(open_party: OpenParty) -> None:
    alice, bob = await open_party(), await open_party()
    bob.on_event = lambda party, event: party.do(party.session(event).ring) if isinstance(event, IncomingCall) else None
    session = alice.call(bob.uri())
    await alice.told(CallProgressed)
    alice.do(session.hang_up)
    refused = await alice.told(CallRefused)
    assert isinstance(refused, CallRefused)
    assert refused.status == 487
    assert bob.kinds() == ["IncomingCall", "CallCancelled"]


async def test_a_call_over_tls_with_a_certificate_that_is_checked(open_party: OpenParty, tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(certificate, key)
    client_context = ssl.create_default_context(cafile=str(certificate))
    alice = await open_party("udp", client_tls=client_context)
    bob = await open_party("tls", tls=server_context)
    bob.on_event = answer_calls
    session = alice.call(f"sips:bob@localhost:{bob.bound['tls'].port}")
    await alice.told(CallAnswered)
    alice.do(session.hang_up)
    await bob.told(CallHungUp)
    stranger = await open_party("udp")
    stranger.call(f"sips:bob@localhost:{bob.bound['tls'].port}")
    refused = await stranger.told(CallRefused)
    assert isinstance(refused, CallRefused)
    assert (refused.status, refused.response) == (503, None)


async def test_a_connection_that_is_refused_is_503_at_once(open_party: OpenParty) -> None:
    alice = await open_party()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    alice.call(f"sip:nobody@127.0.0.1:{port};transport=tcp")
    refused = await alice.told(CallRefused)
    assert isinstance(refused, CallRefused)
    assert (refused.status, refused.reason, refused.response) == (503, "Service Unavailable", None)
    assert not refused.no_such_host


async def test_a_name_that_dns_does_not_know_is_503(open_party: OpenParty) -> None:
    async def nothing(name: str, kind: str) -> Found:
        return Found()

    alice = await open_party(resolver=Resolver(SystemClock(), lookup=nothing))
    for _ in range(2):  # asked, and then remembered
        alice.call("sip:nobody@nowhere.invalid")
        refused = await alice.told(CallRefused)
        assert isinstance(refused, CallRefused)
        assert (refused.status, refused.response, refused.no_such_host) == (503, None, True)


async def test_the_second_address_is_tried_when_the_first_refuses(open_party: OpenParty) -> None:
    bob = await open_party("tcp", host="127.0.0.1")

    async def two(name: str, kind: str) -> Found:
        return Found(addresses=("127.0.0.9", "127.0.0.1")) if kind == "ADDRESS" else Found()

    alice = await open_party("tcp", resolver=Resolver(SystemClock(), lookup=two))
    bob.on_event = answer_calls
    alice.call(f"sip:bob@two.example:{bob.bound['tcp'].port};transport=tcp")
    await alice.told(CallAnswered)


async def test_dns_that_names_tcp_moves_the_call_there(open_party: OpenParty) -> None:
    """RFC 3263 with no transport in the URI: the Via follows what DNS chose."""
    bob = await open_party("tcp")
    bob.on_event = answer_calls
    port = bob.bound["tcp"].port

    async def zone(name: str, kind: str) -> Found:
        if kind == "NAPTR":
            naptr = Naptr(order=1, preference=1, flags="s", service="SIP+D2T", replacement="_sip._tcp.bob.example")
            return Found(naptr=(naptr,))
        if kind == "SRV" and name == "_sip._tcp.bob.example":
            return Found(srv=(Srv(priority=1, weight=1, port=port, host="host.example"),))
        return Found(addresses=("127.0.0.1",)) if kind == "ADDRESS" else Found()

    alice = await open_party("udp", "tcp", resolver=Resolver(SystemClock(), lookup=zone))
    session = alice.call("sip:bob@bob.example")
    await alice.told(CallAnswered)
    assert "SIP/2.0/TCP" in bob.trace[0].text
    alice.do(session.hang_up)
    await bob.told(CallHungUp)


async def test_noise_does_not_end_the_server(open_party: OpenParty) -> None:
    alice, bob = await open_party(), await open_party()
    bob.on_event = answer_calls
    at = bob.bound["udp"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as noise:
        for data in (
            b"",
            b"\x00",
            b"\r\n\r\n",
            b"\xff" * 65_000,
            b"INVITE sip:x SIP/2.0\r\n\r\n",
            b"SIP/2.0 200 OK\r\n",
        ):
            noise.sendto(data, (at.host, at.port))
    alice.call(bob.uri())
    await alice.told(CallAnswered)
    assert bob.server.endpoint.statistics.malformed_dropped >= 3


async def test_a_handler_that_raises_does_not_end_the_server(open_party: OpenParty) -> None:
    alice, bob = await open_party(), await open_party()

    def fail(party: Party, event: Event) -> None:
        if isinstance(event, IncomingCall) and len(party.events) == 1:
            raise RuntimeError("a defect above")
        answer_calls(party, event)

    bob.on_event = fail
    alice.call(bob.uri())
    await bob.told(IncomingCall)
    alice.call(bob.uri())
    await alice.told(CallAnswered)
    assert bob.server.internal_errors == 1
    bob.server.internal_errors = 0


async def stream(party: Party) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    at = party.bound["tcp"]
    return await asyncio.open_connection(at.host, at.port)


async def closed(reader: asyncio.StreamReader) -> bool:
    """Whether the far end closes within a few seconds."""
    with contextlib.suppress(ConnectionError):
        return await asyncio.wait_for(reader.read(), 5) == b""
    return True


async def test_messages_on_a_stream_are_framed_and_pings_answered(open_party: OpenParty) -> None:
    bob = await open_party("tcp")
    reader, writer = await stream(bob)
    data = "".join(OPTIONS.format(transport="TCP", branch=f"f{number}") for number in range(3)).encode()
    for byte in data[:50]:
        writer.write(bytes([byte]))
        await asyncio.sleep(0)
    writer.write(data[50:])
    async with asyncio.timeout(5):
        for number in range(3):
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"SIP/2.0 200")
            assert f"Call-ID: f{number}".encode() in head
        writer.write(b"\r\n\r\n")
        assert await reader.readexactly(2) == b"\r\n"
    writer.close()


@pytest.mark.parametrize(
    "data",
    [
        b"INVITE sip:x SIP/2.0\r\nContent-Length: 99999999\r\n\r\n",
        b"INVITE sip:x SIP/2.0\r\nContent-Length: x\r\n\r\n",
        b"x" * 100_000,
    ],
)
async def test_a_stream_that_cannot_be_framed_is_closed(open_party: OpenParty, data: bytes) -> None:
    bob = await open_party("tcp")
    reader, writer = await stream(bob)
    writer.write(data)
    assert await closed(reader)
    writer.close()


LIMITS = ConnectionLimits(connections=3, idle_seconds=0.4, unfinished_seconds=0.2, sweep_seconds=0.05)


@pytest.mark.parametrize("data", [b"", b"OPTIONS sip:x SIP/2.0\r\nVia: "])
async def test_a_connection_that_says_nothing_whole_is_closed(open_party: OpenParty, data: bytes) -> None:
    bob = await open_party("tcp", limits=LIMITS)
    reader, writer = await stream(bob)
    writer.write(data)
    assert await closed(reader)
    writer.close()


async def test_an_idle_connection_is_closed(open_party: OpenParty) -> None:
    bob = await open_party("tcp", limits=LIMITS)
    reader, writer = await stream(bob)
    writer.write(OPTIONS.format(transport="TCP", branch="idle").encode())
    assert await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    assert await closed(reader)
    writer.close()


async def test_there_is_a_limit_on_connections(open_party: OpenParty) -> None:
    limits = ConnectionLimits(connections=3)
    bob = await open_party("tcp", limits=limits)
    streams = [await stream(bob) for _ in range(5)]
    for reader, _ in streams[3:]:
        assert await closed(reader)
    assert bob.server.open_connections == 3
    for _, writer in streams:
        writer.close()


async def test_an_address_that_is_taken_is_told_and_nothing_stays_open() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        server = SipServer(Endpoint(EndpointSettings(), entropy=lambda count: bytes(count)), SystemClock())
        free = ListenAddress(transport="udp", host="127.0.0.1", port=0)
        with pytest.raises(OSError, match=r"in use|bind"):
            await server.start([free, ListenAddress(transport="udp", host="127.0.0.1", port=port)])
    await server.close()


@pytest.mark.parametrize("transport", ["tls", "sctp"])
async def test_tls_without_a_certificate_and_unknown_transports_are_misuse(transport: str) -> None:
    server = SipServer(Endpoint(EndpointSettings(), entropy=lambda count: bytes(count)), SystemClock())
    with pytest.raises(BadAddress):
        await server.start([ListenAddress(transport=transport, host="127.0.0.1", port=0)])


async def test_credentials_do_not_reach_the_trace(open_party: OpenParty) -> None:
    bob = await open_party()
    at = bob.bound["udp"]
    text = OPTIONS.format(transport="UDP", branch="t").replace("CSeq", "Authorization: Digest secret\r\nCSeq")
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.setblocking(False)
        phone.sendto(text.encode(), (at.host, at.port))
        assert (await asyncio.wait_for(loop.sock_recv(phone, 65_536), 5)).startswith(b"SIP/2.0 200")
    assert "Authorization: ***" in bob.trace[0].text
    assert [line.is_sent for line in bob.trace] == [False, True]


async def test_a_wildcard_listener_names_an_address_that_can_be_reached(open_party: OpenParty) -> None:
    alice, bob = await open_party("udp"), await open_party("udp", host="0.0.0.0")
    bob.on_event = answer_calls
    session = alice.call(f"sip:bob@127.0.0.1:{bob.bound['udp'].port}")
    await alice.told(CallAnswered)
    assert str(session.remote_target) == f"sip:bob@127.0.0.1:{bob.bound['udp'].port}"
    alice.do(session.hang_up)
    await bob.told(CallHungUp)


def test_our_own_addresses_are_found_without_a_packet() -> None:
    assert address_toward("127.0.0.1") == "127.0.0.1"
    assert shown_address("192.0.2.1") == "192.0.2.1"
    assert not is_wildcard(shown_address("0.0.0.0"))
    assert not is_wildcard(shown_address("::"))
