"""`Via`: where a request has been and the response goes back to (RFC 3261 section 20.42, RFC 3581)."""

import re
from dataclasses import dataclass, replace

from ringback.sip.message.errors import MalformedHeader, MalformedUri
from ringback.sip.message.grammar import NO_PARAMETERS, TOKEN, Parameters
from ringback.sip.message.uri import format_hostport, parse_hostport

MAGIC_COOKIE = "z9hG4bK"
"""What a branch made by RFC 3261 begins with (section 8.1.1.7)."""

# via-parm = sent-protocol LWS sent-by *( SEMI via-params );  sent-protocol = "SIP" SLASH version SLASH transport
_VIA = re.compile(
    rf"[Ss][Ii][Pp][ \t]*+/[ \t]*+([0-9]++\.[0-9]++)[ \t]*+/[ \t]*+({TOKEN.pattern})[ \t]++"
    r"(\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9.\-_]++)[ \t]*+(?::[ \t]*+([0-9]{1,5}+))?+[ \t]*+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Via:
    """One hop. `transport` is in upper case as on the wire; `host` is without the brackets of an IPv6 reference.
    `version` is another than "2.0" only in what is answered with 505.
    """

    transport: str
    host: str
    port: int | None = None
    parameters: Parameters = NO_PARAMETERS
    version: str = "2.0"

    @classmethod
    def parse(cls, text: str) -> "Via":
        """Read one value (not a list); raises `MalformedHeader`."""
        text = text.strip()
        found = _VIA.match(text)
        if found is None:
            raise MalformedHeader("Via", text)
        version, transport, host_text, port_text = found.groups()
        try:
            host, port = parse_hostport(host_text if port_text is None else f"{host_text}:{port_text}", text)
            parameters = Parameters.parse(text, found.end())
        except MalformedUri as malformed:
            raise MalformedHeader("Via", text, malformed.why) from malformed
        except ValueError as malformed:
            raise MalformedHeader("Via", text, str(malformed)) from malformed
        return cls(transport=transport.upper(), host=host, port=port, parameters=parameters, version=version)

    def __str__(self) -> str:
        return f"SIP/{self.version}/{self.transport} {format_hostport(self.host, self.port)}{self.parameters}"

    @property
    def branch(self) -> str | None:
        """The branch parameter, which names the transaction."""
        return self.parameters.get("branch")

    @property
    def has_magic_cookie(self) -> bool:
        """Whether the branch is one of RFC 3261 and therefore unique; a bare cookie is not (RFC 4475 section 3.2.1)."""
        branch = self.branch or ""
        return branch.lower().startswith(MAGIC_COOKIE.lower()) and len(branch) > len(MAGIC_COOKIE)

    @property
    def received(self) -> str | None:
        """The address the request came from, where it differs; an IPv6 address without brackets."""
        value = self.parameters.get("received")
        return value.strip("[]") if value else None

    @property
    def rport(self) -> int | None:
        """The port the request came from (RFC 3581), once it is filled in."""
        value = self.parameters.get("rport") or ""
        return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else None

    @property
    def wants_rport(self) -> bool:
        """Whether the sender asked for symmetric response routing (RFC 3581 section 3)."""
        return "rport" in self.parameters

    def with_received(self, address: str, port: int) -> "Via":
        """A copy that bears where the request came from: `received` always (RFC 3581 section 4 asks for it beside
        `rport`, RFC 3261 18.2.1 where the host differs), `rport` only if it was asked for.
        """
        parameters = self.parameters.without("received")
        if "rport" in parameters:
            parameters = parameters.with_parameter("rport", str(port))
        elif self.host.lower() == address.lower():
            return replace(self, parameters=parameters)
        return replace(self, parameters=parameters.with_parameter("received", address))
