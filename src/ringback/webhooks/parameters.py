"""What a request about a call says: Twilio's parameter names and how our facts become them. Pure.

`call_parameters` is what every TwiML request carries (webhooks.md section 2); the parameters of single verbs are in
`verb_parameters`, those of asynchronous callbacks in `callback_parameters`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ringback.model.call_status import CallStatus, Direction
from ringback.model.sid import AccountSid, CallSid
from ringback.webhooks.signature import Parameters

API_VERSION = "2010-04-01"

SIP_HEADER_PREFIX = "SipHeader_"
_USER_TO_USER = "user-to-user"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """What a request may tell about the call now. None: the parameter is not sent; "": it is sent empty (H-17)."""

    call_sid: CallSid
    account_sid: AccountSid
    from_: str
    to: str
    direction: Direction
    status: CallStatus
    parent_call_sid: CallSid | None = None
    caller_name: str | None = None
    forwarded_from: str | None = None
    answered_by: str | None = None
    sip_parameters: Parameters = ()


def call_parameters(call: CallFacts) -> Parameters:
    """The parameters of every TwiML request of a call, those of SIP included (webhooks.md section 2, HD-08)."""
    return common_parameters(call) + call.sip_parameters


def common_parameters(call: CallFacts, status: CallStatus | None = None) -> Parameters:
    """Section 2 alone, as status callbacks carry it (HD-09); `status` is given where an event names its own."""
    always: Parameters = (
        ("CallSid", call.call_sid),
        ("AccountSid", call.account_sid),
        ("From", call.from_),
        ("To", call.to),
        ("Caller", call.from_),
        ("Called", call.to),
        ("CallStatus", (status or call.status).value),
        ("ApiVersion", API_VERSION),
        ("Direction", call.direction.value),
    )
    return always + given(
        ("ForwardedFrom", call.forwarded_from),
        ("CallerName", call.caller_name),
        ("ParentCallSid", call.parent_call_sid),
        ("AnsweredBy", call.answered_by),
    )


def given(*parameters: tuple[str, str | int | None]) -> Parameters:
    """Only the parameters that have a value."""
    return tuple((name, str(value)) for name, value in parameters if value is not None)


def sip_parameters(
    *,
    domain: str | None,
    domain_sid: str | None,
    username: str | None,
    call_id: str,
    source_ip: str | None,
    headers: Iterable[tuple[str, str]] = (),
) -> Parameters:
    """The parameters of a call that came by SIP (sip.md 4.1). `headers` are all headers of the INVITE, in order."""
    return (
        *given(
            ("SipDomain", domain),
            ("SipDomainSid", domain_sid),
            ("SipUsername", username),
            ("SipCallId", call_id),
            ("SipSourceIp", source_ip),
        ),
        *sip_header_parameters(headers, SIP_HEADER_PREFIX),
    )


def sip_header_parameters(headers: Iterable[tuple[str, str]], prefix: str) -> Parameters:
    """`X-` and User-to-User headers only (HD-01), spelled as sent (HD-02), values whole (HD-03).

    A header that comes twice becomes one parameter, joined with a comma as RFC 3261 §7.3.1 joins it (HD-04).
    """
    spelled: dict[str, str] = {}
    values: dict[str, list[str]] = {}
    for name, value in headers:
        key = name.lower()
        if key.startswith("x-") or key == _USER_TO_USER:
            spelled.setdefault(key, name)
            values.setdefault(key, []).append(value)
    return tuple((prefix + spelled[key], ", ".join(values[key])) for key in spelled)


def fallback_parameters(error_code: int, error_url: str) -> Parameters:
    """What the fallback URL is told besides the parameters of the request that failed (F-02)."""
    return (("ErrorCode", str(error_code)), ("ErrorUrl", error_url))
