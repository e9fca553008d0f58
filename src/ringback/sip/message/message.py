"""`Request` and `Response`: a start line, headers and a body, with typed reads of the headers every layer needs."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from ringback.sip.message.address import NameAddress
from ringback.sip.message.cseq import CSeq
from ringback.sip.message.errors import MalformedHeader
from ringback.sip.message.headers import Headers
from ringback.sip.message.status import reason_phrase
from ringback.sip.message.uri import SipUri, Uri
from ringback.sip.message.via import Via

__all__ = ["Message", "Request", "Response", "reason_phrase", "reply"]

T = TypeVar("T")

SIP_VERSION = "SIP/2.0"
MAX_MAX_FORWARDS = 255
"""RFC 3261 section 20.22."""
MAX_DELTA_SECONDS = 2**32 - 1
"""RFC 3261 section 20.19."""

_DIGITS = re.compile(r"[0-9]{1,20}")
_MEDIA_TYPE = re.compile(r"[ \t]*+([^\s;,/\"]++)[ \t]*+/[ \t]*+([^\s;,/\"]++)")


class _TypedHeaders:
    """Reads that requests and responses share. A missing or malformed header raises `MalformedHeader`."""

    __slots__ = ()

    headers: Headers

    @property
    def via(self) -> Via:
        """The topmost Via."""
        vias = self.vias
        if not vias:
            raise MalformedHeader("Via", "", "missing")
        return vias[0]

    @property
    def vias(self) -> tuple[Via, ...]:
        """Every Via, topmost first."""
        return self.headers.parsed("Via", self._parse_vias)

    @property
    def from_(self) -> NameAddress:
        """Who sent the first request."""
        return self.headers.parsed("From", self._parse_address)

    @property
    def to(self) -> NameAddress:
        """Whom the first request was for."""
        return self.headers.parsed("To", self._parse_address)

    @property
    def call_id(self) -> str:
        """The Call-ID."""
        return self.headers.parsed("Call-ID", self._parse_call_id)

    @property
    def cseq(self) -> CSeq:
        """The CSeq."""
        return self.headers.parsed("CSeq", self._parse_cseq)

    @property
    def contact(self) -> NameAddress | None:
        """The first Contact; None where there is none or it is `*`."""
        contacts = self.contacts
        return contacts[0] if contacts else None

    @property
    def contacts(self) -> tuple[NameAddress, ...]:
        """Every Contact; empty where it is `*`."""
        return self.headers.parsed("Contact", self._parse_contacts)

    @property
    def is_wildcard_contact(self) -> bool:
        """Whether the one Contact is `*`, which only REGISTER may send (RFC 3261 section 10.2.2)."""
        return self.headers.get_lines("Contact") == ["*"]

    @property
    def routes(self) -> tuple[NameAddress, ...]:
        """The Route set of a request, first hop first."""
        return self.headers.parsed("Route", self._parse_addresses)

    @property
    def record_routes(self) -> tuple[NameAddress, ...]:
        """Every Record-Route in the order of the message."""
        return self.headers.parsed("Record-Route", self._parse_addresses)

    @property
    def max_forwards(self) -> int | None:
        """How many hops are left."""
        return self._number("Max-Forwards", MAX_MAX_FORWARDS)

    @property
    def expires(self) -> int | None:
        """The Expires header in seconds."""
        return self._number("Expires", MAX_DELTA_SECONDS)

    @property
    def content_type(self) -> str | None:
        """`type/subtype` in lower case, without parameters."""
        value = self.headers.get("Content-Type")
        if value is None:
            return None
        found = _MEDIA_TYPE.match(value)
        if found is None:
            raise MalformedHeader("Content-Type", value)
        return f"{found.group(1)}/{found.group(2)}".lower()

    def _parse_vias(self, name: str) -> tuple[Via, ...]:
        return tuple(Via.parse(value) for value in self.headers.get_all(name))

    def _parse_address(self, name: str) -> NameAddress:
        return self._parse_single(name, NameAddress.parse)

    def _parse_call_id(self, name: str) -> str:
        return self._parse_single(name, _parse_call_id)

    def _parse_cseq(self, name: str) -> CSeq:
        return self._parse_single(name, CSeq.parse)

    def _parse_contacts(self, name: str) -> tuple[NameAddress, ...]:
        return () if self.is_wildcard_contact else self._parse_addresses(name)

    def _parse_single(self, name: str, parse: Callable[[str], T]) -> T:
        lines = self.headers.get_lines(name)
        if not lines:
            raise MalformedHeader(name, "", "missing")
        if len(lines) > 1:
            raise MalformedHeader(name, lines[1], "there twice")
        return _named(name, parse, lines[0])

    def _parse_addresses(self, name: str) -> tuple[NameAddress, ...]:
        return tuple(_named(name, NameAddress.parse, value) for value in self.headers.get_all(name))

    def _number(self, name: str, highest: int) -> int | None:
        lines = self.headers.get_lines(name)
        if not lines:
            return None
        if len(lines) > 1:
            raise MalformedHeader(name, lines[1], "there twice")
        if _DIGITS.fullmatch(lines[0]) is None or int(lines[0]) > highest:
            raise MalformedHeader(name, lines[0])
        return int(lines[0])


def _named(name: str, parse: Callable[[str], T], value: str) -> T:
    """What `parse` makes of the value, its error naming the header."""
    try:
        return parse(value)
    except MalformedHeader as malformed:
        raise MalformedHeader(name, value, malformed.why) from malformed


def _parse_call_id(value: str) -> str:
    # callid = word [ "@" word ]; a word has no blanks
    if not value or " " in value or "\t" in value:
        raise MalformedHeader("Call-ID", value)
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(_TypedHeaders):
    """A SIP request. Only `headers` can be changed."""

    method: str
    uri: Uri
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    @property
    def sip_uri(self) -> SipUri:
        """The Request-URI of a validated request; `MalformedHeader` for another scheme, which is owed 416."""
        if not isinstance(self.uri, SipUri):
            raise MalformedHeader("Request-URI", str(self.uri), "not a sip URI")
        return self.uri

    def to_bytes(self) -> bytes:
        """The message as it goes on the wire."""
        return _to_bytes(f"{self.method} {self.uri} {SIP_VERSION}", self.headers, self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(_TypedHeaders):
    """A SIP response. Only `headers` can be changed."""

    status: int
    reason: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    def to_bytes(self) -> bytes:
        """The message as it goes on the wire."""
        return _to_bytes(f"{SIP_VERSION} {self.status} {self.reason}", self.headers, self.body)


Message = Request | Response


def _to_bytes(start_line: str, headers: Headers, body: bytes) -> bytes:
    if "\r" in start_line or "\n" in start_line:
        raise ValueError("a start line may not hold CR or LF")
    lines = [start_line]
    length_written = False
    for name, value in headers.items():
        if name.lower() in ("content-length", "l"):
            if length_written:
                continue
            length_written, value = True, str(len(body))
        lines.append(f"{name}: {value}")
    if not length_written:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def reply(
    request: Request,
    status: int,
    reason: str | None = None,
    *,
    to_tag: str | None = None,
    copy_record_route: bool = False,
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
) -> Response:
    """A response to this request (RFC 3261 section 8.2.6.2): Via, From, To, Call-ID and CSeq are those of the request.

    `to_tag` is added where To has none. Record-Route is copied where asked (section 12.1.1), Timestamp into a 100
    (section 8.2.6.1).
    """
    copied = {"via", "from", "to", "call-id", "cseq"}
    if copy_record_route:
        copied.add("record-route")
    if status == 100:
        copied.add("timestamp")
    response_headers = request.headers.only(copied)
    if to_tag is not None:
        _add_to_tag(response_headers, to_tag)
    for name, value in headers:
        response_headers.add(name, value)
    return Response(status=status, reason=reason or reason_phrase(status), headers=response_headers, body=body)


def _add_to_tag(headers: Headers, tag: str) -> None:
    value = headers.get("To")
    if value is None:
        return
    try:
        has_tag = headers.parsed("To", lambda _: NameAddress.parse(value)).tag is not None
    except MalformedHeader:
        has_tag = False
    if not has_tag:
        # A URI without brackets keeps its parameters as header parameters, so the tag may always go to the end.
        headers.set("To", f"{value};tag={tag}")
