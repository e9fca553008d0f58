"""Which parameters a TwiML request carries (webhooks.md section 2, sip.md 4.1)."""

from dataclasses import replace

import pytest

from ringback.model.call_status import CallStatus, Direction
from ringback.model.sid import AccountSid, CallSid
from ringback.webhooks.parameters import (
    CallFacts,
    call_parameters,
    common_parameters,
    fallback_parameters,
    sip_header_parameters,
    sip_parameters,
)

CALL = CallFacts(
    call_sid=CallSid("CA0123456789abcdef0123456789abcdef"),
    account_sid=AccountSid("AC0123456789abcdef0123456789abcdef"),
    from_="sip:alice@pbx.example.net",
    to="sip:+14155550100@acme.sip.example.com",
    direction=Direction.INBOUND,
    status=CallStatus.RINGING,
)
SIP = sip_parameters(
    domain="acme.sip.example.com",
    domain_sid="SD0123456789abcdef0123456789abcdef",
    username="alice",
    call_id="a84b4c76e66710@pbx.example.net",
    source_ip="192.0.2.10",
    headers=(("Subject", "no"), ("X-Route-Id", "42")),
)


def test_the_first_request_of_a_sip_call_is_the_one_of_section_9_4() -> None:
    expected = {
        "CallSid": "CA0123456789abcdef0123456789abcdef",
        "AccountSid": "AC0123456789abcdef0123456789abcdef",
        "From": "sip:alice@pbx.example.net",
        "To": "sip:+14155550100@acme.sip.example.com",
        "Caller": "sip:alice@pbx.example.net",
        "Called": "sip:+14155550100@acme.sip.example.com",
        "CallStatus": "ringing",
        "ApiVersion": "2010-04-01",
        "Direction": "inbound",
        "SipDomain": "acme.sip.example.com",
        "SipDomainSid": "SD0123456789abcdef0123456789abcdef",
        "SipUsername": "alice",
        "SipCallId": "a84b4c76e66710@pbx.example.net",
        "SipSourceIp": "192.0.2.10",
        "SipHeader_X-Route-Id": "42",
    }
    assert dict(call_parameters(replace(CALL, sip_parameters=SIP))) == expected


def test_what_is_not_known_is_not_sent() -> None:
    names = {name for name, _ in call_parameters(CALL)}
    assert not names & {"ForwardedFrom", "CallerName", "ParentCallSid", "AnsweredBy", "SipDomain"}


def test_a_field_that_exists_without_a_value_is_sent_empty() -> None:
    """H-17."""
    assert ("CallerName", "") in call_parameters(replace(CALL, caller_name=""))


def test_a_dialled_leg_names_its_parent() -> None:
    child = replace(CALL, direction=Direction.OUTBOUND_DIAL, parent_call_sid=CallSid("CA" + "1" * 32))
    parameters = dict(call_parameters(child))
    assert (parameters["Direction"], parameters["ParentCallSid"]) == ("outbound-dial", "CA" + "1" * 32)


def test_common_parameters_have_nothing_of_sip() -> None:
    """HD-09."""
    names = [name for name, _ in common_parameters(replace(CALL, sip_parameters=SIP))]
    assert not [name for name in names if name.startswith("Sip")]


def test_a_call_without_digest_has_no_username() -> None:
    found = dict(sip_parameters(domain="d", domain_sid=None, username=None, call_id="i", source_ip="192.0.2.1"))
    assert found == {"SipDomain": "d", "SipCallId": "i", "SipSourceIp": "192.0.2.1"}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([("X-Name", "v")], (("SipHeader_X-Name", "v"),)),
        ([("x-LOWER-case", "v")], (("SipHeader_x-LOWER-case", "v"),)),
        ([("User-to-User", "00ab;encoding=hex")], (("SipHeader_User-to-User", "00ab;encoding=hex"),)),
        ([("Via", "v"), ("Subject", "s"), ("Xylophone", "no")], ()),
        ([("X-A", "a=1;b=2")], (("SipHeader_X-A", "a=1;b=2"),)),
        ([("X-A", "1"), ("X-B", "2"), ("x-a", "3")], (("SipHeader_X-A", "1, 3"), ("SipHeader_X-B", "2"))),
    ],
)
def test_headers_for_the_app(headers: list[tuple[str, str]], expected: tuple[tuple[str, str], ...]) -> None:
    """HD-01 to HD-04."""
    assert sip_header_parameters(headers, "SipHeader_") == expected


def test_the_fallback_is_told_what_failed() -> None:
    """F-02."""
    assert fallback_parameters(11200, "http://h/p") == (("ErrorCode", "11200"), ("ErrorUrl", "http://h/p"))
