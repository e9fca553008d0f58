"""Addresses of sockets: what to listen on, where to send, and which of our own a peer sees."""

import ipaddress
import socket
from dataclasses import dataclass
from functools import lru_cache

from ringback.sip.errors import BadAddress

TRANSPORTS = frozenset({"udp", "tcp", "tls"})
MAX_REMEMBERED_ROUTES = 4_096
_DISCARD_PORT = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenAddress:
    """`udp:127.0.0.1:5060`; port 0 takes a free one."""

    transport: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "ListenAddress":
        """Read `transport:host:port`, an IPv6 host in brackets; raises `BadAddress`."""
        transport, colon, rest = text.partition(":")
        host, last_colon, port = rest.rpartition(":")
        is_number = port.isascii() and port.isdigit() and int(port) < 65_536
        if transport not in TRANSPORTS or not colon or not last_colon or not host or not is_number:
            raise BadAddress(text, "a listen address such as udp:127.0.0.1:5060")
        return cls(transport=transport, host=host.strip("[]"), port=int(port))

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.transport}:{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address to send to. `host` is the name that led here, which a TLS certificate has to bear."""

    transport: str
    address: str
    port: int
    host: str


def is_wildcard(host: str) -> bool:
    """Whether binding it means every address of the machine."""
    return host in ("0.0.0.0", "::", "")


@lru_cache(maxsize=MAX_REMEMBERED_ROUTES)
def address_toward(remote: str) -> str:
    """Our own address on the way to `remote`, by the routing table; no packet is sent."""
    is_v6 = ":" in remote
    with socket.socket(socket.AF_INET6 if is_v6 else socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((remote, _DISCARD_PORT))
        except OSError:
            return "::1" if is_v6 else "127.0.0.1"
        return str(probe.getsockname()[0])


def shown_address(bound: str) -> str:
    """What Via and Contact name for a socket bound to `bound`: for a wildcard, the address of the default route."""
    if not is_wildcard(bound):
        return bound
    return address_toward("2001:db8::1" if ":" in bound else "192.0.2.1")


def numeric(host: str) -> str | None:
    """The host as an address if it is one, brackets or not; None for a name."""
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return None
