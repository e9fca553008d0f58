"""What a request that could be parsed is owed when it is wrong (RFC 3261 section 8.2)."""

from collections.abc import Collection
from dataclasses import dataclass

from ringback.sip.message.errors import MalformedHeader
from ringback.sip.message.grammar import is_token
from ringback.sip.message.message import Request, reason_phrase
from ringback.sip.message.parser import MAX_VIAS
from ringback.sip.message.uri import SipUri

SDP_TYPE = "application/sdp"
_OFFER_METHODS = frozenset({"INVITE", "UPDATE", "PRACK"})
_ACCEPTABLE = frozenset({SDP_TYPE, "application/*", "*/*"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer that ends a request before anybody above hears of it."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = ()


def refuse(status: int, reason: str | None = None, *headers: tuple[str, str]) -> Refusal:
    """A `Refusal` with the standard's words where none are given."""
    return Refusal(status=status, reason=reason or reason_phrase(status), headers=headers)


def validate_request(request: Request, *, supported_extensions: Collection[str] = ()) -> Refusal | None:
    """The refusal that a request is owed, or None for a good one.

    Afterwards every typed read of the request is safe. What depends on state is not looked at here: methods (405),
    dialogs (481), merged requests (482). For ACK the answer means: drop it.
    """
    try:
        _read_headers(request)
    except MalformedHeader as malformed:
        return refuse(400, f"Bad {malformed.name} Header")
    return (
        _check_consistency(request)
        or _check_request_uri(request)
        or _check_hops(request)
        or _check_extensions(request, supported_extensions)
        or _check_content(request)
    )


def _read_headers(request: Request) -> None:
    """Read every typed header once, so that a malformed one raises here."""
    _ = (request.via, request.vias, request.from_, request.to, request.call_id, request.cseq)
    _ = (request.contacts, request.routes, request.record_routes)
    _ = (request.max_forwards, request.expires, request.content_type)


def _check_consistency(request: Request) -> Refusal | None:
    if request.cseq.method != request.method:
        return refuse(400, "CSeq Method Does Not Match")
    if len(request.vias) > MAX_VIAS:
        return refuse(400, "Too Many Via Headers")
    if request.is_wildcard_contact and request.method != "REGISTER":
        return refuse(400, "Bad Contact Header")
    if request.method == "INVITE" and [type(contact.uri) for contact in request.contacts] != [SipUri]:
        # RFC 3261 section 8.1.1.8: one Contact, exactly, with a sip or sips URI.
        return refuse(400, "Bad Contact Header")
    return None


def _check_request_uri(request: Request) -> Refusal | None:
    if not isinstance(request.uri, SipUri):
        return refuse(416)
    if request.uri.headers:
        # RFC 3261 section 19.1.1, table 1: no headers in a Request-URI.
        return refuse(400, "Headers In Request-URI")
    return None


def _check_hops(request: Request) -> Refusal | None:
    # IN-02: a call whose hops are used up is refused. Other requests have reached us, who are their target: RFC 3261
    # section 16.3 lets OPTIONS be answered, and a BYE with no hops left still ends its call.
    if request.method == "INVITE" and request.max_forwards == 0 and request.to.tag is None:
        return refuse(483)
    return None


def _check_extensions(request: Request, supported: Collection[str]) -> Refusal | None:
    # RFC 3261 section 8.2.2.3: Require in ACK and CANCEL is ignored.
    if request.method in ("ACK", "CANCEL"):
        return None
    known = {tag.lower() for tag in supported}
    unsupported = [tag for tag in request.headers.get_all("Require") if tag.lower() not in known]
    if not unsupported:
        return None
    return refuse(420, None, ("Unsupported", ", ".join(tag for tag in unsupported if is_token(tag))))


def _check_content(request: Request) -> Refusal | None:
    """RFC 3261 section 8.2.3: what the body is, for the requests whose body we read as an offer."""
    if request.method not in _OFFER_METHODS:
        return None
    encodings = [coding.lower() for coding in request.headers.get_all("Content-Encoding")]
    if request.body and any(coding != "identity" for coding in encodings):
        return refuse(415, None, ("Accept-Encoding", "identity"))
    if request.body and request.content_type != SDP_TYPE:
        return refuse(415, None, ("Accept", SDP_TYPE))
    accepted = {value.partition(";")[0].strip().lower() for value in request.headers.get_all("Accept")}
    if "Accept" in request.headers and not accepted & _ACCEPTABLE:
        return refuse(406, None, ("Accept", SDP_TYPE))
    return None
