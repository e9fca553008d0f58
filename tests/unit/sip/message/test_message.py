"""`Request`, `Response` and `reply`: typed reads, writing, and RFC 3261 section 8.2.6."""

import pytest

from ringback.sip.message.errors import MalformedHeader
from ringback.sip.message.headers import Headers
from ringback.sip.message.message import Request, Response, reply
from ringback.sip.message.uri import AbsoluteUri, SipUri

LINES = [
    ("Via", "SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/TCP b"),
    ("v", "SIP/2.0/TLS c"),
    ("From", "<sip:a@b>;tag=1"),
    ("To", "sip:c@d"),
    ("Call-ID", "x@y"),
    ("CSeq", "7 INVITE"),
    ("Contact", "<sip:a@192.0.2.1>"),
    ("Record-Route", "<sip:p1;lr>, <sip:p2;lr>"),
    ("Route", "<sip:p3;lr>"),
    ("Max-Forwards", "70"),
    ("Expires", "3600"),
    ("Content-Type", "Application/SDP ; charset=x"),
    ("Timestamp", "54"),
    ("X-A", "1"),
]


def make_request(*changes: tuple[str, str], method: str = "INVITE", body: bytes = b"") -> Request:
    headers = Headers(LINES)
    for name, value in changes:
        headers.set(name, value)
    return Request(method=method, uri=SipUri(user="c", host="d"), headers=headers, body=body)


def test_headers_are_read_as_values() -> None:
    request = make_request()
    assert (request.via.host, [via.host for via in request.vias]) == ("a", ["a", "b", "c"])
    assert (request.from_.tag, request.to.tag, request.call_id) == ("1", None, "x@y")
    assert (request.cseq.number, request.cseq.method) == (7, "INVITE")
    assert request.contact == request.contacts[0]
    assert [str(hop.uri) for hop in request.record_routes] == ["sip:p1;lr", "sip:p2;lr"]
    assert [str(hop.uri) for hop in request.routes] == ["sip:p3;lr"]
    assert (request.max_forwards, request.expires, request.content_type) == (70, 3600, "application/sdp")


def test_a_changed_header_is_read_anew() -> None:
    request = make_request()
    assert request.via.host == "a"
    request.headers.remove_first("Via")
    assert request.via.host == "b"


def test_what_is_not_there_is_none_or_empty() -> None:
    request = Request(method="OPTIONS", uri=SipUri(host="d"))
    assert (request.contact, request.max_forwards, request.expires, request.content_type) == (None, None, None, None)
    assert [request.contacts, request.routes, request.record_routes] == [(), (), ()]
    assert request.vias == ()


@pytest.mark.parametrize("name", ["via", "from_", "to", "call_id", "cseq"])
def test_a_missing_mandatory_header_raises(name: str) -> None:
    with pytest.raises(MalformedHeader, match="missing"):
        getattr(Request(method="OPTIONS", uri=SipUri(host="d")), name)


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("Via", "x", "via"),
        ("From", '"x <sip:a@b>', "from_"),
        ("To", "<sip:a", "to"),
        ("Call-ID", "a b", "call_id"),
        ("Call-ID", "", "call_id"),
        ("CSeq", "x", "cseq"),
        ("Contact", "<>", "contacts"),
        ("Route", "<sip:a>, b", "routes"),
        ("Max-Forwards", "256", "max_forwards"),
        ("Max-Forwards", "-1", "max_forwards"),
        ("Expires", str(2**32), "expires"),
        ("Expires", "1.5", "expires"),
        ("Content-Type", "sdp", "content_type"),
    ],
)
def test_a_malformed_header_raises_and_is_named(name: str, value: str, read: str) -> None:
    request = make_request((name, value))
    with pytest.raises(MalformedHeader) as caught:
        getattr(request, read)
    assert caught.value.name == name


@pytest.mark.parametrize(("name", "read"), [("From", "from_"), ("CSeq", "cseq"), ("Max-Forwards", "max_forwards")])
def test_a_single_header_that_is_there_twice_raises(name: str, read: str) -> None:
    request = make_request()
    request.headers.add(name, "1")
    with pytest.raises(MalformedHeader, match="there twice"):
        getattr(request, read)


def test_a_wildcard_contact_is_no_address() -> None:
    request = make_request(("Contact", "*"))
    assert request.is_wildcard_contact
    assert request.contacts == ()
    assert request.contact is None
    assert not make_request().is_wildcard_contact


def test_only_a_sip_request_uri_is_a_sip_uri() -> None:
    assert make_request().sip_uri.user == "c"
    with pytest.raises(MalformedHeader):
        _ = Request(method="OPTIONS", uri=AbsoluteUri(text="tel:1")).sip_uri


def test_a_request_is_written_with_its_length() -> None:
    request = Request(method="MESSAGE", uri=SipUri(host="d"), headers=Headers([("X-A", "ü")]), body=b"hi")
    assert request.to_bytes() == "MESSAGE sip:d SIP/2.0\r\nX-A: ü\r\nContent-Length: 2\r\n\r\nhi".encode()


def test_a_content_length_is_put_right_in_its_place_and_written_once() -> None:
    headers = Headers([("l", "99"), ("X-A", "1"), ("Content-Length", "7")])
    response = Response(status=200, reason="OK", headers=headers, body=b"abc")
    assert response.to_bytes() == b"SIP/2.0 200 OK\r\nl: 3\r\nX-A: 1\r\n\r\nabc"


def test_a_start_line_cannot_be_broken_out_of() -> None:
    with pytest.raises(ValueError, match="start line"):
        Response(status=200, reason="OK\r\nX: y").to_bytes()


def test_a_reply_copies_what_the_standard_says() -> None:
    response = reply(make_request(), 180, to_tag="t")
    assert (response.status, response.reason) == (180, "Ringing")
    assert list(response.headers.items()) == [*LINES[:3], ("To", "sip:c@d;tag=t"), *LINES[4:6]]


def test_a_tag_that_is_there_is_kept() -> None:
    assert reply(make_request(("To", "<sip:c@d>;tag=old")), 200, to_tag="new").to.tag == "old"
    assert reply(make_request(), 100).to.tag is None
    assert reply(make_request(("To", "<sip:c@d;tag=uri>")), 200, to_tag="new").to.tag == "new"


def test_record_route_and_timestamp_are_copied_where_they_belong() -> None:
    assert [str(hop.uri) for hop in reply(make_request(), 200, copy_record_route=True).record_routes] == [
        "sip:p1;lr",
        "sip:p2;lr",
    ]
    assert reply(make_request(), 100).headers.get("Timestamp") == "54"
    assert reply(make_request(), 200).headers.get("Timestamp") is None


def test_a_reply_bears_its_own_headers_reason_and_body() -> None:
    response = reply(make_request(), 488, "No", headers=[("Warning", "304 x y")], body=b"b")
    assert (response.reason, response.body, response.headers.get("Warning")) == ("No", b"b", "304 x y")


def test_a_reply_to_a_broken_request_can_be_made() -> None:
    broken = Request(method="INVITE", uri=AbsoluteUri(text="?"), headers=Headers([("To", '"x <sip:a')]))
    assert reply(broken, 400, to_tag="t").headers.get("To") == '"x <sip:a;tag=t'
    assert reply(Request(method="INVITE", uri=AbsoluteUri(text="?")), 400, to_tag="t").headers.get("To") is None
