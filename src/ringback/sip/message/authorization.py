"""`Challenge` and `Credentials`: the Digest values of WWW-/Proxy-Authenticate and (Proxy-)Authorization.

RFC 3261 section 22, RFC 8760. Values are read quoted or not; they are written with the quotes that the grammar asks.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ringback.sip.message.errors import MalformedHeader
from ringback.sip.message.grammar import QUOTED_STRING, TOKEN, quote, split_list, unquote

# auth-param = auth-param-name EQUAL ( token / quoted-string ). Base64 ("==") comes bare from the field.
_AUTH_PARAMETER = re.compile(
    rf"({TOKEN.pattern})[ \t]*+=[ \t]*+(?:{QUOTED_STRING.pattern}|([^\x00-\x20\x7f,\"]*+))[ \t]*+"
)
_SCHEME = re.compile(rf"({TOKEN.pattern})(?:[ \t]++|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a server asks for. `qop` is the offered list, `()` for a server of RFC 2069."""

    realm: str
    nonce: str
    algorithm: str | None = None
    qop: tuple[str, ...] = ()
    opaque: str | None = None
    domain: str | None = None
    stale: bool = False

    @classmethod
    def parse(cls, text: str) -> "Challenge":
        """Read one Digest challenge; raises `MalformedHeader`, also for another scheme."""
        values = _parse_digest(text)
        return cls(
            realm=_required(values, "realm", text),
            nonce=_required(values, "nonce", text),
            algorithm=values.get("algorithm"),
            qop=tuple(split_list(values.get("qop", ""))),
            opaque=values.get("opaque"),
            domain=values.get("domain"),
            stale=values.get("stale", "").lower() == "true",
        )

    def __str__(self) -> str:
        parts = [f"realm={quote(self.realm)}", f"nonce={quote(self.nonce)}"]
        if self.domain is not None:
            parts.append(f"domain={quote(self.domain)}")
        if self.opaque is not None:
            parts.append(f"opaque={quote(self.opaque)}")
        if self.stale:
            parts.append("stale=true")
        if self.algorithm is not None:
            parts.append(f"algorithm={self.algorithm}")
        if self.qop:
            parts.append(f"qop={quote(','.join(self.qop))}")
        return "Digest " + ", ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a client answers. `nc` is the eight hexadecimal digits as sent."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str
    algorithm: str | None = None
    qop: str | None = None
    nc: str | None = None
    cnonce: str | None = None
    opaque: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Credentials":
        """Read Digest credentials; raises `MalformedHeader`, also for another scheme."""
        values = _parse_digest(text)
        return cls(
            username=_required(values, "username", text),
            realm=_required(values, "realm", text),
            nonce=_required(values, "nonce", text),
            uri=_required(values, "uri", text),
            response=_required(values, "response", text),
            algorithm=values.get("algorithm"),
            qop=values.get("qop"),
            nc=values.get("nc"),
            cnonce=values.get("cnonce"),
            opaque=values.get("opaque"),
        )

    def __str__(self) -> str:
        quoted = {"username": self.username, "realm": self.realm, "nonce": self.nonce, "uri": self.uri}
        parts = [f"{name}={quote(value)}" for name, value in quoted.items()]
        parts.append(f"response={quote(self.response)}")
        if self.algorithm is not None:
            parts.append(f"algorithm={self.algorithm}")
        if self.cnonce is not None:
            parts.append(f"cnonce={quote(self.cnonce)}")
        if self.opaque is not None:
            parts.append(f"opaque={quote(self.opaque)}")
        if self.qop is not None:
            parts.append(f"qop={self.qop}")
        if self.nc is not None:
            parts.append(f"nc={self.nc}")
        return "Digest " + ", ".join(parts)


def digest_challenges(values: Iterable[str]) -> list[Challenge]:
    """The Digest challenges among the values of WWW-Authenticate or Proxy-Authenticate, in the server's order.

    Other schemes and malformed challenges are passed over. One line may hold several challenges.
    """
    challenges: list[Challenge] = []
    for value in values:
        for text in _split_challenges(value):
            try:
                challenges.append(Challenge.parse(text))
            except MalformedHeader:
                continue
    return challenges


def _split_challenges(value: str) -> list[str]:
    """RFC 3261 has one challenge a line; lists as in HTTP are read too: `token SP` begins a new one."""
    challenges: list[list[str]] = []
    for element in split_list(value):
        found = _SCHEME.match(element)
        begins = found is not None and not element[found.end() :].startswith("=")
        if begins or not challenges:
            challenges.append([element])
        else:
            challenges[-1].append(element)
    return [", ".join(parts) for parts in challenges]


def _parse_digest(text: str) -> Mapping[str, str]:
    found = _SCHEME.match(text.strip())
    if found is None or found.group(1).lower() != "digest":
        raise MalformedHeader("Authorization", text, "not of the Digest scheme")
    values: dict[str, str] = {}
    for element in split_list(text.strip()[found.end() :]):
        parameter = _AUTH_PARAMETER.fullmatch(element)
        if parameter is None:
            raise MalformedHeader("Authorization", text)
        name, quoted, bare = parameter.groups()
        if name.lower() in values:
            raise MalformedHeader("Authorization", text, f"bearing {name} twice")
        values[name.lower()] = bare if quoted is None else unquote(quoted)
    return values


def _required(values: Mapping[str, str], name: str, text: str) -> str:
    if name not in values:
        raise MalformedHeader("Authorization", text, f"without {name}")
    return values[name]
