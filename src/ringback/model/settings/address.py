"""Where to listen: `udp:127.0.0.1:5060` for SIP, `127.0.0.1:8080` for HTTP. Parsed here, written back by `str()`."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal, Self

SipTransport = Literal["udp", "tcp", "tls"]
SIP_TRANSPORTS: tuple[SipTransport, ...] = ("udp", "tcp", "tls")
DEFAULT_SIP_PORTS: dict[SipTransport, int] = {"udp": 5060, "tcp": 5060, "tls": 5061}

LOWEST_MEDIA_PORT = 1024

_HOST_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_HOST_AND_PORT = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.%]{2,64})\]|(?P<host>[^\[\]:]{1,253})):(?P<port>[0-9]{1,5})")


def is_host_name(text: str) -> bool:
    """True for a DNS name of RFC 1123 section 2.1 (letters, digits, hyphens); False for an IP address."""
    if len(text) > 253 or is_ip_address(text):
        return False
    return bool(text) and all(_HOST_LABEL.fullmatch(label) for label in text.split("."))


def is_ip_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPort:
    """A host to bind and a port; port 0 lets the system choose."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `ValueError` for anything but `HOST:PORT` with a port up to 65535; IPv6 stands in brackets."""
        match = _HOST_AND_PORT.fullmatch(text)
        if match is None:
            raise ValueError(text)
        host, port = match["v6"] or match["host"], int(match["port"])
        if port > 65535 or not (is_ip_address(host) or is_host_name(host)):
            raise ValueError(text)
        if _looks_like_broken_ipv4(host):
            raise ValueError(text)
        return cls(host=host, port=port)

    @property
    def is_loopback(self) -> bool:
        """True when only this machine can connect."""
        if is_ip_address(self.host):
            return ip_address(self.host).is_loopback
        return self.host == "localhost" or self.host.endswith(".localhost")

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortRange:
    """The UDP ports for audio, in pairs: an even one for RTP and the next for RTCP (RFC 3550 section 11)."""

    first: int
    last: int

    @classmethod
    def of(cls, low: int, high: int) -> Self:
        """An odd lowest or an even highest port has no partner and is left out. `ValueError` when none is left."""
        first, last = low + low % 2, high - (1 - high % 2)
        if low < LOWEST_MEDIA_PORT or high > 65535 or first > last:
            raise ValueError(f"{low}-{high}")
        return cls(first=first, last=last)

    @property
    def capacity(self) -> int:
        """How many call sides can have audio at once."""
        return (self.last - self.first + 1) // 2

    def __contains__(self, port: object) -> bool:
        return isinstance(port, int) and self.first <= port <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class SipListen:
    """One SIP listener: transport, host and port."""

    transport: SipTransport
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `ValueError` for anything but `udp:HOST:PORT`, `tcp:HOST:PORT` or `tls:HOST:PORT`."""
        transport, colon, rest = text.partition(":")
        if not colon or transport not in SIP_TRANSPORTS:
            raise ValueError(text)
        address = HostPort.parse(rest)
        return cls(transport=transport, host=address.host, port=address.port)

    @property
    def host_port(self) -> HostPort:
        return HostPort(host=self.host, port=self.port)

    def with_port(self, port: int) -> "SipListen":
        """The same listener once the system has chosen the port."""
        return SipListen(transport=self.transport, host=self.host, port=port)

    def __str__(self) -> str:
        return f"{self.transport}:{self.host_port}"


def _looks_like_broken_ipv4(host: str) -> bool:
    """`127.0.0.999` would pass as a host name; its author meant an address."""
    return bool(re.fullmatch(r"[0-9.]+", host)) and not is_ip_address(host)
