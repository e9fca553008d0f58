"""URIs (RFC 3261 section 19.1): `SipUri` for sip and sips, `AbsoluteUri` for every other scheme, kept as it came."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import quote, unquote

from ringback.sip.message.errors import MalformedUri
from ringback.sip.message.grammar import NO_PARAMETERS, Parameters

MAX_URI_CHARACTERS = 4096
"""Longest URI that is parsed; RFC 4475 section 3.1.1.7 has one of several hundred characters."""

# SIP-URI = "sip:" [ userinfo ] hostport uri-parameters [ headers ]
# userinfo = ( user / telephone-subscriber ) [ ":" password ] "@"
_ESCAPED = r"%[0-9A-Fa-f]{2}"
_UNRESERVED = r"A-Za-z0-9\-_.!~*'()"
# user = 1*( unreserved / escaped / user-unreserved ). We differ: "#" is read too, because phones dial it unescaped.
_USER = re.compile(rf"(?:[{_UNRESERVED}&=+$,;?/#]++|{_ESCAPED})++")
_PASSWORD = re.compile(rf"(?:[{_UNRESERVED}&=+$,]++|{_ESCAPED})*+")
# uri-parameter = pname [ "=" pvalue ], both of paramchar
_PARAMETER_CHARACTERS = rf"(?:[{_UNRESERVED}\[\]/:&+$]++|{_ESCAPED})++"
_PARAMETER = re.compile(rf"({_PARAMETER_CHARACTERS})(?:=({_PARAMETER_CHARACTERS}))?+")
# header = hname "=" hvalue, of unreserved, escaped and hnv-unreserved
_HEADER = re.compile(rf"((?:[{_UNRESERVED}\[\]/?:+$]++|{_ESCAPED})++)=((?:[{_UNRESERVED}\[\]/?:+$]++|{_ESCAPED})*+)")
# hostport = host [ ":" port ]. We differ: "_" may stand in a host name, as it does in container networks.
_HOST = re.compile(r"[A-Za-z0-9.\-_]++")
_PORT = re.compile(r"[0-9]{1,5}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*+")
_ABSOLUTE_REST = re.compile(r"[^\x00-\x20\x7f<>\"]++")

_USER_SAFE = "!~*'()&=+$,;?/"
_PARAMETER_SAFE = "!~*'()[]/:&+$"
_HEADER_SAFE = "!~*'()[]/?:+$"

# RFC 3261 19.1.4: these four differ from their absence (and "maddr", which has no default either).
_PARAMETERS_THAT_MUST_MATCH = ("user", "ttl", "method", "maddr", "transport")


@dataclass(frozen=True, slots=True, kw_only=True)
class SipUri:
    """A sip or sips URI. `user`, `parameters` and `headers` are percent-decoded, `host` is without the brackets of an
    IPv6 reference. What was parsed is written back to the letter, so that a peer gets its own Contact.
    """

    scheme: str = "sip"
    user: str | None = None
    password: str | None = None
    host: str
    port: int | None = None
    parameters: Parameters = NO_PARAMETERS
    headers: tuple[tuple[str, str], ...] = ()
    _written: tuple[str, tuple[object, ...]] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> "SipUri":
        """Read a URI; raises `MalformedUri`."""
        scheme, colon, rest = text.partition(":")
        scheme = scheme.lower()
        if not colon or scheme not in ("sip", "sips"):
            raise MalformedUri(text, "not a sip URI")
        if len(text) > MAX_URI_CHARACTERS:
            raise MalformedUri(text, "URI too long")
        userinfo, at, after = rest.partition("@")
        user, password = _parse_userinfo(userinfo, text) if at else (None, None)
        if not at:
            after = rest
        address, question, header_text = after.partition("?")
        hostport, semicolon, parameter_text = address.partition(";")
        host, port = parse_hostport(hostport, text)
        user = None if user is None else _decode(user, text)
        parameters = _parse_parameters(parameter_text, text) if semicolon else NO_PARAMETERS
        headers = _parse_headers(header_text, text) if question else ()
        return cls(
            scheme=scheme,
            user=user,
            password=password,
            host=host,
            port=port,
            parameters=parameters,
            headers=headers,
            _written=(text, (scheme, user, password, host, port, parameters, headers)),
        )

    def _fields(self) -> tuple[object, ...]:
        return (self.scheme, self.user, self.password, self.host, self.port, self.parameters, self.headers)

    def __str__(self) -> str:
        # A changed copy carries the old text along; then the fields say something else.
        if self._written is not None and self._written[1] == self._fields():
            return self._written[0]
        parts = [self.scheme, ":"]
        if self.user is not None:
            parts.append(quote(self.user, safe=_USER_SAFE))
            if self.password is not None:
                parts += [":", self.password]
            parts.append("@")
        parts.append(format_hostport(self.host, self.port))
        for name, value in self.parameters.pairs():
            parts += [";", quote(name, safe=_PARAMETER_SAFE)]
            if value is not None:
                parts += ["=", quote(value, safe=_PARAMETER_SAFE)]
        if self.headers:
            pairs = (
                f"{quote(name, safe=_HEADER_SAFE)}={quote(value, safe=_HEADER_SAFE)}" for name, value in self.headers
            )
            parts += ["?", "&".join(pairs)]
        return "".join(parts)

    @property
    def transport(self) -> str:
        """The transport parameter in lower case; without one "tls" for sips and "udp" for sip."""
        named = self.parameters.get("transport")
        if self.scheme == "sips" and named in (None, "tcp"):
            return "tls"
        return named.lower() if named else "udp"

    @property
    def is_loose_router(self) -> bool:
        """Whether the `lr` parameter is there (RFC 3261 section 19.1.1)."""
        return "lr" in self.parameters

    def without_sips(self) -> "SipUri":
        """The sip URI over TLS that stands for a sips one; any other as it is."""
        if self.scheme != "sips":
            return self
        return replace(self, scheme="sip", parameters=self.parameters.with_parameter("transport", "tls"))

    def address_of_record(self) -> str:
        """`sip:user@host`, host in lower case, without port, parameters and headers (RFC 3261 section 10.3 step 5)."""
        bare = SipUri(user=self.user, host=self.host.lower())
        return str(bare)


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsoluteUri:
    """A URI of another scheme (tel, http, urn ...), or text where a URI should be; `text` is all of it, as it came."""

    text: str

    @classmethod
    def parse(cls, text: str) -> "AbsoluteUri":
        """Read any URI; raises `MalformedUri` where there is no scheme or a character that no URI has."""
        scheme, colon, rest = text.partition(":")
        if not colon or _SCHEME.fullmatch(scheme) is None or _ABSOLUTE_REST.fullmatch(rest) is None:
            raise MalformedUri(text, "not a URI")
        if len(text) > MAX_URI_CHARACTERS:
            raise MalformedUri(text, "URI too long")
        return cls(text=text)

    @property
    def scheme(self) -> str:
        """The scheme in lower case."""
        return self.text.partition(":")[0].lower()

    def __str__(self) -> str:
        return self.text


Uri = SipUri | AbsoluteUri


def parse_uri(text: str) -> Uri:
    """A URI of any scheme; raises `MalformedUri`."""
    head = text[:5].lower()
    if head.startswith("sip:") or head == "sips:":
        return SipUri.parse(text)
    return AbsoluteUri.parse(text)


def parse_hostport(text: str, whole: str) -> tuple[str, int | None]:
    """`host[:port]`, brackets of an IPv6 reference taken off; raises `MalformedUri` naming `whole`."""
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or not _is_ipv6(host):
            raise MalformedUri(whole, "not an IPv6 reference")
        colon, port_text = rest[:1], rest[1:]
        if rest and colon != ":":
            raise MalformedUri(whole, "text after an IPv6 reference")
    else:
        host, colon, port_text = text.partition(":")
        if _HOST.fullmatch(host) is None:
            raise MalformedUri(whole, "no host")
    if not colon:
        return host, None
    if _PORT.fullmatch(port_text) is None or not 0 < int(port_text) < 65536:
        raise MalformedUri(whole, "no port number")
    return host, int(port_text)


def format_hostport(host: str, port: int | None) -> str:
    """The inverse of `parse_hostport`."""
    text = f"[{host}]" if ":" in host else host
    return text if port is None else f"{text}:{port}"


def equivalent(a: Uri, b: Uri) -> bool:
    """Whether two URIs are the same by RFC 3261 section 19.1.4."""
    if not isinstance(a, SipUri) or not isinstance(b, SipUri):
        return str(a) == str(b)
    if (a.scheme, a.user, a.password, a.host.lower(), a.port) != (b.scheme, b.user, b.password, b.host.lower(), b.port):
        return False
    ours, theirs = _comparable(a.parameters), _comparable(b.parameters)
    names = {*_PARAMETERS_THAT_MUST_MATCH, *(ours.keys() & theirs.keys())}
    # A flag is "", which no value is, and an absent parameter None.
    if any(ours.get(name) != theirs.get(name) for name in names):
        return False
    return _comparable_headers(a.headers) == _comparable_headers(b.headers)


def _comparable(parameters: Parameters) -> dict[str, str]:
    return {name.lower(): (value or "").lower() for name, value in parameters.pairs()}


def _comparable_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted((name.lower(), value) for name, value in headers)


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return "%" not in text


def _parse_userinfo(text: str, whole: str) -> tuple[str, str | None]:
    user, colon, password = text.partition(":")
    if _USER.fullmatch(user) is None:
        raise MalformedUri(whole, "illegal user part")
    if colon and _PASSWORD.fullmatch(password) is None:
        raise MalformedUri(whole, "illegal password part")
    return user, password if colon else None


def _parse_parameters(text: str, whole: str) -> Parameters:
    entries: list[tuple[str, str | None]] = []
    for part in text.split(";"):
        found = _PARAMETER.fullmatch(part)
        if found is None:
            raise MalformedUri(whole, "illegal URI parameter")
        name, value = found.groups()
        entries.append((_decode(name, whole), None if value is None else _decode(value, whole)))
    return Parameters(entries)


def _parse_headers(text: str, whole: str) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    for part in text.split("&"):
        found = _HEADER.fullmatch(part)
        if found is None:
            raise MalformedUri(whole, "illegal URI header")
        pairs.append((_decode(found.group(1), whole), _decode(found.group(2), whole)))
    return tuple(pairs)


def _decode(text: str, whole: str) -> str:
    if "%" not in text:
        return text
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise MalformedUri(whole, "escapes that are not UTF-8") from None
