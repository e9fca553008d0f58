"""What a request is owed: RFC 3261 section 8.2, IN-02."""

import pytest

from ringback.sip.message.headers import Headers
from ringback.sip.message.message import Request
from ringback.sip.message.parser import MAX_VIAS
from ringback.sip.message.uri import parse_uri
from ringback.sip.message.validate import Refusal, refuse, validate_request


def make_request(
    *headers: tuple[str, str], method: str = "INVITE", uri: str = "sip:c@d", body: bytes = b"", without: str = ""
) -> Request:
    lines = Headers(
        [
            ("Via", "SIP/2.0/UDP a;branch=z9hG4bK1"),
            ("From", "<sip:a@b>;tag=1"),
            ("To", "<sip:c@d>"),
            ("Call-ID", "x"),
            ("CSeq", f"1 {method}"),
            ("Contact", "<sip:a@192.0.2.1>"),
            ("Max-Forwards", "70"),
        ]
    )
    if without:
        lines.remove(without)
    for name, value in headers:
        lines.set(name, value)
    return Request(method=method, uri=parse_uri(uri), headers=lines, body=body)


def status_of(request: Request, **settings: tuple[str, ...]) -> int | None:
    refusal = validate_request(request, **settings)
    return None if refusal is None else refusal.status


@pytest.mark.parametrize("method", ["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "UNHEARD-OF"])
def test_a_good_request_is_owed_nothing(method: str) -> None:
    assert validate_request(make_request(method=method)) is None


@pytest.mark.parametrize("name", ["Via", "From", "To", "Call-ID", "CSeq"])
def test_a_missing_header_is_a_bad_request_that_names_it(name: str) -> None:
    assert validate_request(make_request(without=name)) == Refusal(status=400, reason=f"Bad {name} Header")


def test_max_forwards_may_be_missing() -> None:
    assert status_of(make_request(without="Max-Forwards")) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Via", "SIP/2.0/UDP a, x"),
        ("Contact", "<sip:a"),
        ("Route", "<sip:p>, x y"),
        ("Record-Route", "<>"),
        ("Max-Forwards", "many"),
        ("Expires", "soon"),
        ("Content-Type", "sdp"),
    ],
)
def test_any_malformed_header_is_a_bad_request(name: str, value: str) -> None:
    assert validate_request(make_request((name, value))) == Refusal(status=400, reason=f"Bad {name} Header")


def test_the_method_must_be_that_of_cseq() -> None:
    assert status_of(make_request(("CSeq", "1 BYE"))) == 400


def test_more_hops_than_max_forwards_allows_are_refused() -> None:
    hops = ", ".join(["SIP/2.0/UDP a"] * MAX_VIAS)
    assert status_of(make_request(("Via", hops))) is None
    assert status_of(make_request(("Via", hops + ", SIP/2.0/UDP b"))) == 400


def test_an_invite_needs_one_contact() -> None:
    assert status_of(make_request(without="Contact")) == 400
    assert status_of(make_request(("Contact", "<sip:a@b>, <sip:c@d>"))) == 400
    assert status_of(make_request(("Contact", "<tel:+1555>"))) == 400
    assert status_of(make_request(method="BYE", without="Contact")) is None


def test_only_register_may_have_a_wildcard_contact() -> None:
    assert status_of(make_request(("Contact", "*"), method="REGISTER")) is None
    assert status_of(make_request(("Contact", "*"), method="OPTIONS")) == 400


@pytest.mark.parametrize("uri", ["tel:+1555", "http://a", "urn:x"])
def test_another_scheme_is_unsupported(uri: str) -> None:
    assert status_of(make_request(uri=uri)) == 416


def test_headers_in_the_request_uri_are_refused() -> None:
    assert status_of(make_request(uri="sip:c@d?Route=x")) == 400


@pytest.mark.parametrize(("method", "status"), [("INVITE", 483), ("OPTIONS", None), ("REGISTER", None), ("BYE", None)])
def test_a_call_whose_hops_are_used_up_is_refused(method: str, status: int | None) -> None:
    assert status_of(make_request(("Max-Forwards", "0"), method=method)) == status
    assert status_of(make_request(("Max-Forwards", "1"), method=method)) is None


def test_a_reinvite_with_no_hops_left_has_arrived() -> None:
    assert status_of(make_request(("Max-Forwards", "0"), ("To", "<sip:c@d>;tag=2"))) is None


def test_unsupported_extensions_are_listed() -> None:
    refusal = validate_request(make_request(("Require", "Timer, 100rel, x")), supported_extensions=("timer",))
    assert refusal == refuse(420, None, ("Unsupported", "100rel, x"))
    assert status_of(make_request(("Require", "timer")), supported_extensions=("timer",)) is None


def test_an_option_tag_that_is_no_token_is_not_echoed() -> None:
    refusal = validate_request(make_request(("Require", "<a b>, 100rel")))
    assert refusal is not None
    assert refusal.headers == (("Unsupported", "100rel"),)


@pytest.mark.parametrize("method", ["ACK", "CANCEL"])
def test_require_in_ack_and_cancel_is_ignored(method: str) -> None:
    assert status_of(make_request(("Require", "100rel"), method=method)) is None


def test_a_body_of_another_type_is_unsupported() -> None:
    refusal = validate_request(make_request(("Content-Type", "text/plain"), body=b"x"))
    assert refusal == refuse(415, None, ("Accept", "application/sdp"))
    assert status_of(make_request(body=b"x")) == 415
    assert status_of(make_request(("Content-Type", "Application/SDP;x=y"), body=b"x")) is None
    assert status_of(make_request(("Content-Type", "text/plain"))) is None


def test_bodies_of_other_methods_are_not_looked_at() -> None:
    assert status_of(make_request(("Content-Type", "text/plain"), method="INFO", body=b"x")) is None


def test_an_encoded_body_is_unsupported() -> None:
    sdp = ("Content-Type", "application/sdp")
    refusal = validate_request(make_request(sdp, ("Content-Encoding", "gzip"), body=b"x"))
    assert refusal == refuse(415, None, ("Accept-Encoding", "identity"))
    assert status_of(make_request(sdp, ("e", "Identity"), body=b"x")) is None


@pytest.mark.parametrize("value", ["application/sdp", "text/plain, Application/SDP;q=0.5", "*/*", "application/*"])
def test_a_caller_who_takes_sdp_is_welcome(value: str) -> None:
    assert status_of(make_request(("Accept", value))) is None


@pytest.mark.parametrize("value", ["text/plain", "application/xml"])
def test_a_caller_who_takes_no_sdp_is_refused(value: str) -> None:
    assert status_of(make_request(("Accept", value))) == 406
