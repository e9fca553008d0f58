"""When a scripted phone does what: `--press '1@2.5'` is key 1, 2.5 seconds after the answer. Pure."""

import re
from dataclasses import dataclass

_OF_THE_CALL = frozenset(
    (
        "via",
        "from",
        "to",
        "call-id",
        "cseq",
        "contact",
        "max-forwards",
        "content-type",
        "content-length",
        "route",
        "record-route",
        "supported",
        "require",
        "authorization",
        "proxy-authorization",
        "v",
        "f",
        "t",
        "i",
        "m",
        "c",
        "l",
        "k",
    )
)
"""Headers that the phone writes itself."""
_WRITTEN = re.compile(r"([0-9A-DwW*#]+)@(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    digits: str
    at_seconds: float


def parse_press(text: str) -> Press:
    """`DIGITS@SECONDS`. Raises `ValueError` with what was expected."""
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"--press {text!r}: expected DIGITS@SECONDS, such as '1@2.5' (digits are 0-9 A-D * # w W)")
    return Press(digits=match[1], at_seconds=float(match[2]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    content: str
    at_seconds: float


def parse_message(text: str) -> Message:
    """`TEXT@SECONDS`, of which the text may have an `@` too. Raises `ValueError` with what was expected."""
    content, at, seconds = text.rpartition("@")
    if not at or not re.fullmatch(r"\d+(?:\.\d+)?", seconds):
        raise ValueError(f"--message {text!r}: expected TEXT@SECONDS, such as '{{\"stars\": 5}}@2.5'")
    return Message(content=content, at_seconds=float(seconds))


def parse_header(text: str) -> tuple[str, str]:
    """`Name: value`. Raises `ValueError` with what was expected."""
    name, colon, value = text.partition(":")
    if not colon or not re.fullmatch(r"[A-Za-z0-9.!%*_+`'~-]+", name.strip()):
        raise ValueError(f"--header {text!r}: expected 'Name: value', such as 'X-Customer: 42'")
    if any(character in value for character in "\r\n\0"):
        raise ValueError(f"--header {name.strip()!r}: the value must be one line")
    if name.strip().lower() in _OF_THE_CALL:
        raise ValueError(
            f"--header {name.strip()!r}: the phone writes this one itself; expected one of your own, X-..."
        )
    return name.strip(), value.strip()
