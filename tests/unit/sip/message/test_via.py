"""Via: RFC 3261 section 20.42, and `received`/`rport` by section 18.2.1 and RFC 3581."""

import pytest

from ringback.sip.message.errors import MalformedHeader
from ringback.sip.message.via import Via


@pytest.mark.parametrize(
    ("text", "transport", "host", "port", "branch"),
    [
        ("SIP/2.0/UDP erlang.bell.com:5060;branch=z9hG4bK87", "UDP", "erlang.bell.com", 5060, "z9hG4bK87"),
        (
            "SIP / 2.0 / UDP a.com: 4000;ttl=16 ;maddr=224.2.0.1 ;branch=z9hG4bKa7.1",
            "UDP",
            "a.com",
            4000,
            "z9hG4bKa7.1",
        ),
        ("sip/2.0/tcp [2001:db8::9:255]:5070;BRANCH=z9hG4bKas3", "TCP", "2001:db8::9:255", 5070, "z9hG4bKas3"),
        ("SIP/2.0/TLS my_host", "TLS", "my_host", None, None),
    ],
)
def test_hops_are_read(text: str, transport: str, host: str, port: int | None, branch: str | None) -> None:
    via = Via.parse(text)
    assert (via.transport, via.host, via.port, via.branch) == (transport, host, port, branch)
    assert Via.parse(str(via)) == via


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SIP/2.0/UDP",
        "SIP/2.0 host",
        "HTTP/2.0/UDP host",
        "SIP/2.0/UDP host:0",
        "SIP/2.0/UDP host:99999",
        "SIP/2.0/UDP [::g]",
        "SIP/2.0/UDP host;;branch=1",
        "SIP/2.0/UDP host, SIP/2.0/UDP other",
        "SIP/2.0/UDP <host>",
    ],
)
def test_malformed_hops_raise(text: str) -> None:
    with pytest.raises(MalformedHeader):
        Via.parse(text)


@pytest.mark.parametrize(
    ("branch", "unique"), [("z9hG4bKx", True), ("Z9HG4BKx", True), ("z9hG4bK", False), ("1", False)]
)
def test_the_magic_cookie_needs_something_after_it(branch: str, unique: bool) -> None:
    assert Via.parse(f"SIP/2.0/UDP h;branch={branch}").has_magic_cookie is unique
    assert not Via.parse("SIP/2.0/UDP h").has_magic_cookie


def test_a_request_from_where_it_says_needs_no_mark() -> None:
    via = Via.parse("SIP/2.0/UDP 192.0.2.1;branch=1")
    assert via.with_received("192.0.2.1", 6000) == via


def test_another_source_is_marked_as_received() -> None:
    via = Via.parse("SIP/2.0/UDP phone.local:5060;branch=1").with_received("192.0.2.1", 6000)
    assert str(via) == "SIP/2.0/UDP phone.local:5060;branch=1;received=192.0.2.1"
    assert (via.received, via.rport) == ("192.0.2.1", None)


def test_rport_is_filled_in_where_it_is_asked_for() -> None:
    via = Via.parse("SIP/2.0/UDP 192.0.2.1;rport;branch=1")
    assert via.wants_rport
    assert via.rport is None
    marked = via.with_received("192.0.2.1", 6000)
    assert str(marked) == "SIP/2.0/UDP 192.0.2.1;rport=6000;branch=1;received=192.0.2.1"
    assert marked.rport == 6000


def test_a_received_that_the_sender_made_up_is_replaced() -> None:
    via = Via.parse("SIP/2.0/UDP 192.0.2.1;received=203.0.113.9").with_received("192.0.2.1", 5060)
    assert via.received is None
    via = Via.parse("SIP/2.0/UDP h;received=203.0.113.9").with_received("2001:db8::1", 5060)
    assert via.received == "2001:db8::1"
    assert Via.parse(str(via)).received == "2001:db8::1"
    assert Via.parse("SIP/2.0/UDP h;received=[::1]").received == "::1"


@pytest.mark.parametrize("value", ["x", "٣", "123456", "-1"])
def test_an_rport_that_is_no_port_is_none(value: str) -> None:
    assert Via.parse(f"SIP/2.0/UDP h;rport={value}").rport is None
