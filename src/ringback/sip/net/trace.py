"""What people see of the signalling: each message sent and received, with what is secret blanked."""

import re
from dataclasses import dataclass

from ringback.sip.events import Flow

BLANK = "***"
MAX_SUMMARY_CHARACTERS = 100

# Authorization values whole, folded lines included; SRTP keys in an SDP body (RFC 4568).
_AUTHORIZATION = re.compile(
    r"^((?:proxy-)?authorization[ \t]*:)[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*", re.IGNORECASE | re.MULTILINE
)
_CRYPTO_KEY = re.compile(r"^(a=crypto:.*?inline:)[^\r\n]*", re.IGNORECASE | re.MULTILINE)
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\r\n\t\xa0-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceLine:
    """One message on the wire. `at` is the clock's seconds; `text` is safe to show."""

    at: float
    is_sent: bool
    flow: Flow
    text: str

    @property
    def summary(self) -> str:
        """`INVITE sip:bob@example.com` or `180 Ringing`."""
        first = self.text.partition("\r\n")[0].removeprefix("SIP/2.0 ").removesuffix(" SIP/2.0")
        return first[:MAX_SUMMARY_CHARACTERS]

    @property
    def peer(self) -> str:
        """`udp:192.0.2.1:5060`."""
        return f"{self.flow.transport}:{self.flow.remote_address}:{self.flow.remote_port}"


def trace_line(data: bytes, flow: Flow, at: float, *, is_sent: bool) -> TraceLine:
    return TraceLine(at=at, is_sent=is_sent, flow=flow, text=blanked(data.decode("utf-8", "replace")))


def blanked(text: str) -> str:
    """Without credentials and media keys, and without characters that a terminal would obey."""
    text = _AUTHORIZATION.sub(rf"\1 {BLANK}", text)
    text = _CRYPTO_KEY.sub(rf"\1{BLANK}", text)
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
