"""The SIP URI of `<Sip>`: what may travel of it, and what is wrong with the rest (twiml.md 8.2, sip.md OU-01 to OU-09).

sip:user@host:port;parameter=value?header=value&header=value
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

MAX_URI_LENGTH = 254  # OU-01: shorter than 255 without the headers
MAX_HEADERS_LENGTH = 1023  # OU-01: shorter than 1024, percent escapes counted

_OVER_TLS = ";transport=tls"
_TRANSPORTS = frozenset({"udp", "tcp", "tls"})
_STANDARD_HEADERS = frozenset({"user-to-user", "remote-party-id", "p-preferred-identity", "p-called-party-id"})

# RFC 3261 section 25.1, `user` with an optional password; `&=+$,;/` may stand unescaped in it.
# We differ: a `?` there must be escaped, or it would be taken for the start of the headers.
_USER = re.compile(r"(?:[A-Za-z0-9\-_.!~*'()&=+$,;/:]|%[0-9A-Fa-f]{2})+")
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._\-]*[A-Za-z0-9.])?|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?")
_PARAMETER = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+(?:=[A-Za-z0-9\-_.!~*'()\[\]/:&+$%]+)?")
_HEADER_NAME = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class HopelessAddress(ValueError):
    """Nothing can be dialled at this text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressFault:
    """A part of the URI that was left out, in Twilio's number."""

    code: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SipAddress:
    """A URI that can be dialled: with its scheme, without headers; `headers` are decoded and may be sent."""

    uri: str
    headers: tuple[tuple[str, str], ...] = ()
    faults: tuple[AddressFault, ...] = ()

    def __str__(self) -> str:
        """The URI with its headers, percent-encoded again."""
        if not self.headers:
            return self.uri
        return f"{self.uri}?{'&'.join(f'{name}={quote(value, safe=_SAFE)}' for name, value in self.headers)}"


_SAFE = "-_.!~*'()[]/:+$"  # RFC 3261 section 25.1, `hnv-unreserved` and `unreserved`


def read_sip_address(text: str) -> SipAddress:
    """The parts of a SIP URI that are good. Raises `HopelessAddress` where none of it can be dialled (13243)."""
    faults: list[AddressFault] = []
    target, _, headers_text = text.strip().partition("?")
    if len(target.removesuffix(_OVER_TLS)) > MAX_URI_LENGTH:  # which is there when an address is read again
        raise HopelessAddress(f"a URI has at most {MAX_URI_LENGTH} characters before its headers")
    scheme, rest = _scheme(target)
    user, host_and_parameters = _user(rest)
    host, *parameters = host_and_parameters.split(";")
    _check_host(host)
    kept = [parameter for parameter in parameters if _keep_parameter(parameter, faults)]
    if scheme == "sips" or any(parameter.lower() == "secure=true" for parameter in kept):
        # AD-07, TL-05: sips is no scheme of Twilio's, and both ask for TLS, whatever transport is named.
        kept = [parameter for parameter in kept if not parameter.lower().startswith("transport=")]
        kept.append(_OVER_TLS.removeprefix(";"))
    uri = ";".join([f"sip:{user}{host}", *kept])
    return SipAddress(uri=uri, headers=read_headers(headers_text, faults), faults=tuple(faults))


def _scheme(target: str) -> tuple[str, str]:
    scheme, colon, rest = target.partition(":")
    if colon and scheme.lower() in ("sip", "sips"):
        return scheme.lower(), rest
    return "sip", target


def _user(rest: str) -> tuple[str, str]:
    """`user@` and what follows it; the last `@` divides, and a URI may be without a user."""
    user, at, host = rest.rpartition("@")
    if not at:
        return "", rest
    if not _USER.fullmatch(user):
        raise HopelessAddress("the part before @ is missing or has characters that a SIP URI cannot have")
    return f"{user}@", host


def _check_host(host: str) -> None:
    match = _HOST.fullmatch(host)
    if match is None or int(match.group(1) or 1) not in range(1, 65536):
        raise HopelessAddress("the host is missing, or is no host name or address with an optional port")


def _keep_parameter(parameter: str, faults: list[AddressFault]) -> bool:
    """Unparsable ones go with 32110 (OU-06); a transport or secure that means nothing with 32114 (OU-02, OU-03)."""
    if not _PARAMETER.fullmatch(parameter):
        faults.append(AddressFault(code=32110, message=f"parameter {parameter!r} cannot be read and is left out"))
        return False
    name, _, value = parameter.partition("=")
    allowed = {"transport": _TRANSPORTS, "secure": frozenset({"true", "false"})}.get(name.lower())
    if allowed is None or value.lower() in allowed:
        return True
    expected = ", ".join(sorted(allowed))
    faults.append(AddressFault(code=32114, message=f"parameter {parameter!r} is left out: expected {expected}"))
    return False


def read_headers(text: str, faults: list[AddressFault]) -> tuple[tuple[str, str], ...]:
    """The headers of the `?` part that may be sent (OU-07), decoded once (OU-09)."""
    if len(text) > MAX_HEADERS_LENGTH:
        faults.append(AddressFault(code=13253, message=f"the headers have more than {MAX_HEADERS_LENGTH} characters"))
        return ()
    headers: list[tuple[str, str]] = []
    for part in filter(None, text.split("&")):
        name, _, value = part.partition("=")
        decoded = _header_value(value)
        fault = _header_fault(name, decoded)
        if fault is not None:
            faults.append(fault)
        elif decoded is not None:
            headers.append((name, decoded))
    return tuple(headers)


def _header_fault(name: str, value: str | None) -> AddressFault | None:
    if not _HEADER_NAME.fullmatch(name):
        return AddressFault(code=32111, message=f"header name {name!r} has characters that are not allowed")
    if not is_allowed_header(name):
        return AddressFault(code=32113, message=f"header {name!r} may not be sent; X- headers and User-to-User may")
    if value is None:
        return AddressFault(code=32112, message=f"the value of header {name!r} has characters that are not allowed")
    return None


def is_allowed_header(name: str) -> bool:
    """OU-07: any `X-` header but `X-Twilio...`, and four others by name."""
    lower = name.lower()
    if not _HEADER_NAME.fullmatch(name) or lower.startswith("x-twilio"):
        return False
    return (lower.startswith("x-") and len(lower) > 2) or lower in _STANDARD_HEADERS


def _header_value(value: str) -> str | None:
    """Percent-decoded once; None for a broken escape, what is not UTF-8, or control characters (OU-08, OU-09)."""
    if _BAD_ESCAPE.search(value):
        return None
    try:
        decoded = unquote_to_bytes(value).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return decoded if all(char.isprintable() or char == "\t" for char in decoded) else None
