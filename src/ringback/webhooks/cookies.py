"""Cookies of one call (H-07): kept from the app's answers, sent back to the same host, gone with the call. Pure.

We differ from a browser: a cookie belongs to the host that set it alone, whatever its `Domain` attribute says, so that
nothing is shared between apps. Path, Secure, Max-Age and Expires are obeyed (RFC 6265 §5).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from ringback.webhooks.url import AppUrl

MAX_COOKIES = 50
"""Per call; the oldest goes first."""
MAX_COOKIE_BYTES = 4096
"""A longer `Set-Cookie` is ignored (RFC 6265 §6.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cookie:
    name: str
    value: str
    host: str
    path: str
    secure: bool = False
    expires: datetime | None = None


class CookieJar:
    """What the apps of one call asked us to remember."""

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str, str], _Cookie] = {}

    def __len__(self) -> int:
        return len(self._cookies)

    def receive(self, url: AppUrl, set_cookie: Iterable[str], now: datetime) -> None:
        """Remember what an answer from `url` set; an expired cookie deletes the one it names."""
        for text in set_cookie:
            cookie = _parse(text, url, now)
            if cookie is None:
                continue
            key = (cookie.host, cookie.path, cookie.name)
            self._cookies.pop(key, None)
            if cookie.expires is None or cookie.expires > now:
                self._cookies[key] = cookie
            if len(self._cookies) > MAX_COOKIES:
                del self._cookies[next(iter(self._cookies))]

    def header(self, url: AppUrl, now: datetime) -> str | None:
        """The `Cookie` value for a request to `url`: longer paths first (RFC 6265 §5.4)."""
        fitting = [cookie for cookie in self._cookies.values() if _fits(cookie, url, now)]
        fitting.sort(key=lambda cookie: -len(cookie.path))
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in fitting) or None


def _fits(cookie: _Cookie, url: AppUrl, now: datetime) -> bool:
    return (
        cookie.host == url.host
        and _path_matches(url.path or "/", cookie.path)
        and (not cookie.secure or url.scheme == "https")
        and (cookie.expires is None or cookie.expires > now)
    )


def _path_matches(path: str, prefix: str) -> bool:
    """RFC 6265 §5.1.4."""
    return path == prefix or (path.startswith(prefix) and (prefix.endswith("/") or path[len(prefix)] == "/"))


def _parse(text: str, url: AppUrl, now: datetime) -> _Cookie | None:
    """RFC 6265 §5.2; None for what is no cookie, or could not be sent back as a header."""
    if len(text) > MAX_COOKIE_BYTES or not text.isprintable() or not text.isascii():
        return None
    pair, *attributes = text.split(";")
    name, equals, value = pair.partition("=")
    if not equals or not name.strip():
        return None
    cookie = _Cookie(name=name.strip(), value=value.strip(), host=url.host, path=_default_path(url.path))
    has_max_age = False
    for attribute in attributes:
        key, _, content = (part.strip() for part in attribute.partition("="))
        key = key.lower()
        if key == "path" and content.startswith("/"):
            cookie = replace(cookie, path=content)
        elif key == "secure":
            cookie = replace(cookie, secure=True)
        elif key == "max-age" and (expires := _after(content, now)) is not None:
            cookie, has_max_age = replace(cookie, expires=expires), True
        elif key == "expires" and not has_max_age:
            cookie = replace(cookie, expires=_date(content))
    return cookie


def _default_path(path: str) -> str:
    """The directory of the request (RFC 6265 §5.1.4)."""
    return path.rpartition("/")[0] or "/"


def _after(seconds: str, now: datetime) -> datetime | None:
    """The moment `Max-Age` seconds from now; bounded, because a stranger wrote the number."""
    digits = seconds.removeprefix("-")
    if not digits.isdigit():
        return None
    return now + timedelta(seconds=0 if seconds.startswith("-") else min(int(digits[:10]), 10**8))


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
