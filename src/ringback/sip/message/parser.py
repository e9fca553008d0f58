"""One datagram (or one framed message of a stream) in, one `Request` or `Response` out (RFC 3261 section 7).

Three kinds of failure: bytes that are no SIP message and malformed responses are to be dropped; a request that is
broken but has the headers that an answer needs is answerable, and the exception says with what.
"""

import re

from ringback.sip.message.errors import MalformedHeader, MalformedSip, MalformedUri, shorten
from ringback.sip.message.grammar import is_token
from ringback.sip.message.headers import Headers
from ringback.sip.message.message import Message, Request, Response
from ringback.sip.message.uri import AbsoluteUri, Uri, parse_uri

MAX_MESSAGE_BYTES = 65_535
"""The largest message: what a UDP datagram can hold (RFC 3261 section 18.1.1 asks for that much)."""
MAX_HEADERS = 256
"""The most header lines of a message."""
MAX_HEADER_BYTES = 8_192
"""The longest header line, folded lines joined. Longest in use are Identity and long Record-Route lists, about 2 kB."""
MAX_VIAS = 70
"""The most Via values: Max-Forwards begins at 70 (RFC 3261 section 8.1.1.6), so a message had no more hops."""

_HEAD_END = b"\r\n\r\n"
_FOLD = re.compile(r"\r\n[ \t]++")
_STRAY_LINE_END = re.compile(r"\r(?!\n)|(?<!\r)\n")
_STATUS_LINE = re.compile(r"[Ss][Ii][Pp]/2\.0 ([1-6][0-9]{2})(?: (.*+))?+")
_SIP_VERSION = re.compile(r"[Ss][Ii][Pp]/([0-9]{1,9})\.([0-9]{1,9})")
_DIGITS = re.compile(r"[0-9]{1,10}")

Owed = tuple[int, str]
BAD_REQUEST = 400


class MalformedMessage(MalformedSip):
    """Bytes that are not a good message. `owed` is the (status, reason) that a request should be answered with, and
    `request` what was understood of it; both are None for what has to be dropped.
    """

    def __init__(self, reason: str, *, owed: Owed | None = None, request: Request | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.owed = owed
        self.request = request


class _Fault(Exception):
    """The first thing found wrong, until it is known whether it can be answered."""

    def __init__(self, why: str, status: int = BAD_REQUEST) -> None:
        super().__init__(why)
        self.why = why
        self.status = status


def parse_message(data: bytes) -> Message:
    """Read one message. Raises `MalformedMessage` and nothing else, whatever the bytes are."""
    if len(data) > MAX_MESSAGE_BYTES:
        raise MalformedMessage(f"more than {MAX_MESSAGE_BYTES} bytes")
    head, separator, rest = data.lstrip(b"\r\n").partition(_HEAD_END)
    if not separator:
        raise MalformedMessage("no empty line after the headers")
    start_line, *lines = _unfold(head)
    if start_line[:4].upper() == "SIP/":
        return _parse_response(start_line, lines, rest)
    return _parse_request(start_line, lines, rest)


def _unfold(head: bytes) -> list[str]:
    text = _decode(head)
    # RFC 4475 section 3.1.1.2: a quoted-pair may hold NUL. We differ: it is left out, so that no layer meets one.
    if "\x00" in text:
        text = text.replace("\\\x00", "")
    if "\x00" in text or _STRAY_LINE_END.search(text):
        raise MalformedMessage("NUL, or CR and LF that are no line end")
    return _FOLD.sub(" ", text).split("\r\n")


def _decode(head: bytes) -> str:
    # RFC 3261 section 7: UTF-8. We differ: text of older phones in ISO 8859-1 is read as that, not refused.
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError:
        return head.decode("latin-1")


def _parse_response(start_line: str, lines: list[str], rest: bytes) -> Response:
    found = _STATUS_LINE.fullmatch(start_line)
    if found is None:
        raise MalformedMessage(f"not a status line: {shorten(start_line)}")
    headers, fault = _parse_headers(lines)
    try:
        if fault is not None:
            raise fault
        response = Response(
            status=int(found.group(1)), reason=found.group(2) or "", headers=headers, body=_body(headers, rest)
        )
        _ = (response.vias, response.via, response.from_, response.to, response.call_id, response.cseq)
    except (_Fault, MalformedHeader) as malformed:
        raise MalformedMessage(f"response: {malformed}") from malformed
    return response


def _parse_request(start_line: str, lines: list[str], rest: bytes) -> Request:
    method, uri, line_fault = _parse_request_line(start_line)
    headers, header_fault = _parse_headers(lines)
    fault = line_fault or header_fault
    body = b""
    try:
        body = _body(headers, rest)
    except _Fault as body_fault:
        fault = fault or body_fault
    request = Request(method=method, uri=uri, headers=headers, body=body)
    if fault is None:
        return request
    if method == "ACK" or not _is_answerable(headers):
        raise MalformedMessage(fault.why)
    raise MalformedMessage(fault.why, owed=(fault.status, fault.why), request=request)


def _parse_request_line(line: str) -> tuple[str, Uri, _Fault | None]:
    # Request-Line = Method SP Request-URI SP SIP-Version CRLF
    words = line.split()
    version = _SIP_VERSION.fullmatch(words[-1]) if words else None
    if version is None or len(words) < 3 or not is_token(words[0]):
        raise MalformedMessage(f"not a request line: {shorten(line)}")
    method, uri_text = words[0], " ".join(words[1:-1])
    if (int(version.group(1)), int(version.group(2))) != (2, 0):
        return method, AbsoluteUri(text=uri_text), _Fault("Version Not Supported", 505)
    if line.split(" ") != [method, uri_text, words[-1]]:
        return method, AbsoluteUri(text=uri_text), _Fault("Bad Request-Line")
    try:
        return method, parse_uri(uri_text), None
    except MalformedUri:
        return method, AbsoluteUri(text=uri_text), _Fault("Bad Request-URI")


def _parse_headers(lines: list[str]) -> tuple[Headers, _Fault | None]:
    """The good lines, and the first fault."""
    pairs: list[tuple[str, str]] = []
    fault: _Fault | None = None
    if len(lines) > MAX_HEADERS:
        fault, lines = _Fault("Too Many Headers"), lines[:MAX_HEADERS]
    for line in lines:
        # message-header = header-name HCOLON header-value; HCOLON = *( SP / HTAB ) ":" SWS
        name, colon, value = line.partition(":")
        name = name.rstrip(" \t")
        if not colon or not is_token(name):
            fault = fault or _Fault("Bad Header Line")
        elif len(line) > MAX_HEADER_BYTES:
            fault = fault or _Fault("Header Too Long")
        else:
            pairs.append((name, value.strip(" \t")))
    return Headers.from_wire(pairs), fault


def _body(headers: Headers, rest: bytes) -> bytes:
    """The body by RFC 3261 section 18.3: what is over Content-Length is discarded, what lacks is a fault."""
    lengths = set(headers.get_lines("Content-Length"))
    if not lengths:
        return rest
    if len(lengths) > 1:
        raise _Fault("Content-Length Twice")
    text = lengths.pop()
    if _DIGITS.fullmatch(text) is None:
        raise _Fault("Bad Content-Length")
    if int(text) > len(rest):
        raise _Fault("Body Shorter Than Content-Length")
    return rest[: int(text)]


def _is_answerable(headers: Headers) -> bool:
    return all(name in headers for name in ("Via", "From", "To", "Call-ID", "CSeq"))
