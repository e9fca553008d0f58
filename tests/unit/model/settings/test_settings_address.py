"""Listen addresses: what is read, what is refused, and that writing is the inverse of reading."""

import pytest

from ringback.model.settings.address import HostPort, PortRange, SipListen, is_host_name


@pytest.mark.parametrize(
    "text", ["udp:127.0.0.1:5060", "tcp:0.0.0.0:0", "tls:sip.example.com:5061", "udp:[::1]:5060", "tcp:localhost:65535"]
)
def test_a_sip_listener_is_written_as_it_was_read(text: str) -> None:
    assert str(SipListen.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "udp",
        "udp:",
        "udp:127.0.0.1",
        "udp:127.0.0.1:",
        "udp:127.0.0.1:x",
        "udp:127.0.0.1:65536",
        "udp:127.0.0.1:-1",
        "sctp:127.0.0.1:5060",
        "UDP:127.0.0.1:5060",
        "ws:127.0.0.1:80",
        "127.0.0.1:5060",
        "udp:::1:5060",
        "udp:127.0.0.999:5060",
        "udp:1.2.3:5060",
        "udp:bad_host:5060",
        "udp:-bad:5060",
        "udp: 127.0.0.1:5060",
        "udp:127.0.0.1:5060 ",
        "udp:127.0.0.1:٣",
    ],
)
def test_anything_else_is_no_sip_listener(text: str) -> None:
    with pytest.raises(ValueError, match=r"\A"):
        SipListen.parse(text)


def test_an_ipv6_address_stands_in_brackets() -> None:
    assert HostPort.parse("[2001:db8::1]:80") == HostPort(host="2001:db8::1", port=80)
    assert str(HostPort(host="::", port=0)) == "[::]:0"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("a.example", False),
    ],
)
def test_loopback_is_what_only_this_machine_reaches(host: str, loopback: bool) -> None:
    assert HostPort(host=host, port=1).is_loopback is loopback


def test_the_real_port_takes_the_place_of_zero() -> None:
    assert str(SipListen.parse("udp:127.0.0.1:0").with_port(41000)) == "udp:127.0.0.1:41000"


@pytest.mark.parametrize(
    ("low", "high", "first", "last"),
    [
        (10000, 19999, 10000, 19999),
        (10001, 10004, 10002, 10003),
        (10000, 10002, 10000, 10001),
        (1024, 65535, 1024, 65535),
    ],
)
def test_a_port_range_is_whole_pairs(low: int, high: int, first: int, last: int) -> None:
    ports = PortRange.of(low, high)
    assert (ports.first, ports.last) == (first, last)
    assert ports.capacity == (last - first + 1) // 2


@pytest.mark.parametrize(
    ("low", "high"), [(10000, 10000), (10001, 10002), (20000, 10000), (1023, 2000), (60000, 65536)]
)
def test_a_port_range_without_a_pair_is_none(low: int, high: int) -> None:
    with pytest.raises(ValueError, match=f"{low}-{high}"):
        PortRange.of(low, high)


def test_a_port_range_knows_its_ports() -> None:
    ports = PortRange(first=10000, last=10003)
    assert 10003 in ports
    assert 10004 not in ports
    assert "10000" not in ports


@pytest.mark.parametrize("name", ["a", "a.b", "demo.sip.localhost", "x" * 63 + ".example", "1a.example"])
def test_host_names(name: str) -> None:
    assert is_host_name(name)


@pytest.mark.parametrize(
    "name", ["", ".", "a..b", "a.", "x" * 64, "a_b", "-a", "a-", "127.0.0.1", "::1", "a b", "a." * 130]
)
def test_what_is_no_host_name(name: str) -> None:
    assert not is_host_name(name)
