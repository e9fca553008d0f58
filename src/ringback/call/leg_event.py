"""What a leg tells the call above it: how it goes on the way to the answer, and why it is over."""

from dataclasses import dataclass
from typing import Literal

from ringback.sip.message.headers import Headers

HeaderPairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ringing:
    """The far end rings (a provisional response over 100); with `early_media` it is already heard."""

    status: int
    early_media: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The far end took the call; `headers` are the X- headers of its 2xx."""

    headers: HeaderPairs


Progress = Ringing | Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnd:
    """Why a leg is over: who ended it and the final SIP status that was seen or sent, if any.

    `by` is `failure` for what no side chose: a missing ACK, a lost dialog, audio that cannot be agreed on. `code` is
    Twilio's number where the app's author should hear of it.
    """

    by: Literal["us", "peer", "failure"]
    status: int | None = None
    reason: str = ""
    headers: HeaderPairs = ()
    code: int | None = None


class MediaRefused(Exception):
    """Their session description cannot be used; `status` is owed to them, `code` is Twilio's number."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def extension_headers(headers: Headers) -> HeaderPairs:
    """The `X-` headers of a message, as they were spelt (OU-20)."""
    return tuple((name, value) for name, value in headers.items() if name.lower().startswith("x-"))
