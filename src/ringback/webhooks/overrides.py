"""Connection overrides: what a URL's fragment says about time limits and retries (webhooks.md section 6). Pure.

    https://host/path?x=1#ct=1000&rc=2&rp=ct,rt

`e` (edge) and `sni` are accepted and have no effect: there is one edge, and without the server name Python's TLS cannot
check whose certificate it is (CO-09).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from urllib.parse import unquote

from ringback.webhooks.errors import FailureCode


class OverrideInvalid(ValueError):
    """A fragment that cannot be obeyed; `code` is Twilio's number (CO-06)."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class RetryOn(StrEnum):
    """A reason to try again, spelled as in `rp`."""

    CLIENT_ERROR = "4xx"
    SERVER_ERROR = "5xx"
    CONNECT = "ct"
    READ = "rt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """Limits of one request. The defaults are those of webhooks.md section 5."""

    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = 15.0
    retries: int = 1
    retry_on: frozenset[RetryOn] = frozenset({RetryOn.CONNECT})

    @classmethod
    def parse(cls, url: str) -> tuple[str, Self]:
        """The URL without its fragment, and what the fragment asks for. Raises `OverrideInvalid`."""
        base, _, fragment = url.partition("#")
        given = _pairs(fragment)
        if not given:
            return base, cls()
        defaults = cls()
        return base, cls(
            connect_seconds=_milliseconds(given, "ct", 10_000, defaults.connect_seconds),
            read_seconds=_milliseconds(given, "rt", 15_000, defaults.read_seconds),
            total_seconds=_milliseconds(given, "tt", 15_000, defaults.total_seconds),
            retries=_number(given, "rc", 0, 5, defaults.retries),
            retry_on=_retry_policy(given["rp"]) if "rp" in given else defaults.retry_on,
        )


def _pairs(fragment: str) -> Mapping[str, str]:
    """`key=value` pairs; an ordinary anchor has none (CO-08)."""
    found: dict[str, str] = {}
    for part in fragment.split("&"):
        name, equals, value = part.partition("=")
        if equals:
            found[name] = unquote(value)
    return found


def _number(given: Mapping[str, str], name: str, low: int, high: int, default: int) -> int:
    """A whole number in its range, else the default (CO-07)."""
    text = given.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        return default
    return int(text) if low <= int(text) <= high else default


def _milliseconds(given: Mapping[str, str], name: str, high: int, default_seconds: float) -> float:
    return _number(given, name, 100, high, round(default_seconds * 1000)) / 1000


def _retry_policy(text: str) -> frozenset[RetryOn]:
    """`rp`: a comma list; an unknown word is Twilio's error 11243 (CO-06)."""
    chosen: set[RetryOn] = set()
    for word in text.split(","):
        if word.strip() == "all":
            chosen.update(RetryOn)
            continue
        try:
            chosen.add(RetryOn(word.strip()))
        except ValueError:
            raise OverrideInvalid(
                FailureCode.RETRY_POLICY, f"rp={text[:40]!r} is not a retry policy; allowed are 4xx, 5xx, ct, rt, all"
            ) from None
    return frozenset(chosen)
