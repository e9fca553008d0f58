"""One HTTP exchange as plain data, and the door to the network. A `Transport` tries once: no retry, no redirect."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Literal, Protocol

Method = Literal["GET", "POST"]
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """What goes on the wire. `url` is sent octet for octet: no userinfo, no fragment, nothing left to encode."""

    method: Method
    url: str
    headers: Headers = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    def all_of(self, name: str) -> Iterator[str]:
        """Every value of a header."""
        return _all_of(self.headers, name)


class Reuse(Enum):
    """Whether an answer was kept from an earlier request (H-06)."""

    NONE = auto()  # the app has just given it
    FRESH = auto()  # the app was not asked
    VALIDATED = auto()  # the app said 304: it is still good


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """What came back. `truncated`: there was more body than the limit, and the rest was not read."""

    status: int
    headers: Headers = ()
    body: bytes = field(default=b"", repr=False)
    truncated: bool = False
    reuse: Reuse = Reuse.NONE

    def header(self, name: str) -> str | None:
        """The first value of a header, in any letter case."""
        return next(self.all_of(name), None)

    def all_of(self, name: str) -> Iterator[str]:
        """Every value of a header, as it came."""
        return _all_of(self.headers, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class TryLimits:
    """Limits of one try: time to connect, time without a byte, and the most body to read."""

    connect_seconds: float
    read_seconds: float
    max_body_bytes: int


class Transport(Protocol):
    """Whoever can carry a request to the app: `AiohttpTransport`, or a scripted one in a test."""

    async def send(self, request: HttpRequest, limits: TryLimits) -> HttpResponse:
        """Send once and read the answer. Raises `TransportFailure`. Cancelling gives the connection up."""
        ...


def _all_of(headers: Headers, name: str) -> Iterator[str]:
    wanted = name.lower()
    return (value for key, value in headers if key.lower() == wanted)
