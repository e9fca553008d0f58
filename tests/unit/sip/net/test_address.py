"""Addresses of sockets."""

import pytest

from ringback.sip.errors import BadAddress
from ringback.sip.net.address import ListenAddress, is_wildcard, numeric


@pytest.mark.parametrize(
    ("text", "transport", "host", "port"),
    [
        ("udp:127.0.0.1:5060", "udp", "127.0.0.1", 5060),
        ("tcp:0.0.0.0:0", "tcp", "0.0.0.0", 0),
        ("tls:[::1]:5061", "tls", "::1", 5061),
        ("udp:localhost:5060", "udp", "localhost", 5060),
    ],
)
def test_a_listen_address_is_read_and_written(text: str, transport: str, host: str, port: int) -> None:
    address = ListenAddress.parse(text)
    assert address == ListenAddress(transport=transport, host=host, port=port)
    assert str(address) == text


@pytest.mark.parametrize(
    "text", ["", "udp", "udp:5060", "sctp:127.0.0.1:5060", "udp:127.0.0.1:", "udp:127.0.0.1:x", "udp:a:65536", "udp::1"]
)
def test_what_is_no_listen_address_is_told(text: str) -> None:
    with pytest.raises(BadAddress, match="is not a listen address"):
        ListenAddress.parse(text)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("192.0.2.1", "192.0.2.1"), ("[2001:DB8::1]", "2001:db8::1"), ("a.example", None), ("", None)],
)
def test_a_numeric_host_is_told_from_a_name(host: str, expected: str | None) -> None:
    assert numeric(host) == expected


@pytest.mark.parametrize(("host", "expected"), [("0.0.0.0", True), ("::", True), ("127.0.0.1", False), ("::1", False)])
def test_a_wildcard_is_every_address(host: str, expected: bool) -> None:
    assert is_wildcard(host) is expected
