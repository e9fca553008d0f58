"""Media files of `<Play>` and the HTTP cache in front of them (PLAY-02, H-06, RFC 9111). Pure: time is an argument.

We keep what has a validator or a lifetime. Without `max-age` or `Expires` a copy is asked about each time
(`If-None-Match`, `If-Modified-Since`), never guessed to be fresh, so that a replaced file is heard at once.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from ringback.webhooks.content_type import AUDIO_TYPES, media_type
from ringback.webhooks.errors import FailureCode
from ringback.webhooks.response import Fetched
from ringback.webhooks.transport import Headers, HttpResponse

DEFAULT_CACHE_BYTES = 64 * 1024 * 1024
MAX_FRESH_SECONDS = 365 * 24 * 3600

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A fetched file. `version` is the same for the same bytes: a key for what was decoded from them."""

    url: str
    content_type: str
    data: bytes = field(repr=False)
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedMedia:
    """A copy with what it takes to use it again."""

    media: Media
    fresh_until: datetime
    etag: str | None
    last_modified: str | None


class MediaCache:
    """Copies by URL; the least recently used go when the bytes are over the bound."""

    def __init__(self, max_bytes: int = DEFAULT_CACHE_BYTES) -> None:
        self._max_bytes = max_bytes
        self._copies: OrderedDict[str, CachedMedia] = OrderedDict()
        self._bytes = 0

    @property
    def byte_count(self) -> int:
        return self._bytes

    def get(self, url: str) -> CachedMedia | None:
        copy = self._copies.get(url)
        if copy is not None:
            self._copies.move_to_end(url)
        return copy

    def put(self, url: str, media: Media, response: HttpResponse, now: datetime) -> None:
        """Keep a copy if the answer allows it; an older copy of the URL goes in any case."""
        self._remove(url)
        etag, last_modified = response.header("etag"), response.header("last-modified")
        fresh_until = freshness(response, now)
        usable = fresh_until > now or etag is not None or last_modified is not None
        if not usable or not may_store(response) or len(media.data) > self._max_bytes:
            return
        self._copies[url] = CachedMedia(media=media, fresh_until=fresh_until, etag=etag, last_modified=last_modified)
        self._bytes += len(media.data)
        while self._bytes > self._max_bytes:
            self._remove(next(iter(self._copies)))

    def revalidate(self, url: str, response: HttpResponse, copy: CachedMedia, now: datetime) -> Media:
        """A 304 came: the copy is good again, for as long as the 304 says."""
        if url in self._copies:
            self._copies[url] = replace(copy, fresh_until=freshness(response, now))
        return copy.media

    def _remove(self, url: str) -> None:
        copy = self._copies.pop(url, None)
        if copy is not None:
            self._bytes -= len(copy.media.data)


def conditional_headers(copy: CachedMedia | None) -> Headers:
    """The question whether a copy is still good (RFC 9110 §13.1)."""
    if copy is None:
        return ()
    asked: list[tuple[str, str]] = []
    if copy.etag is not None:
        asked.append(("If-None-Match", copy.etag))
    if copy.last_modified is not None:
        asked.append(("If-Modified-Since", copy.last_modified))
    return tuple(asked)


def media_of(fetched: Fetched, max_bytes: int) -> Media:
    """The file in an answer 200. Raises `FetchFailed`: 13420 for a wrong type, 11200 for one too large or empty."""
    kind = media_type(fetched.response.header("content-type"))
    if kind not in AUDIO_TYPES:
        shown = repr(kind[:80]) if kind else "missing"
        raise fetched.failed(
            FailureCode.MEDIA_CONTENT_TYPE,
            f"the file's Content-Type is {shown}; expected an audio type such as audio/mpeg",
        )
    if fetched.response.truncated:
        raise fetched.failed(FailureCode.HTTP_RETRIEVAL, f"the file is over the limit of {max_bytes} bytes")
    if not fetched.body:
        raise fetched.failed(FailureCode.HTTP_RETRIEVAL, "the file is empty")
    version = hashlib.blake2b(fetched.body, digest_size=16).hexdigest()
    return Media(url=fetched.shown_url, content_type=kind, data=fetched.body, version=version)


def may_store(response: HttpResponse) -> bool:
    """RFC 9111 §3: not with `no-store`, nor when the answer varies by something nobody can foresee."""
    return "no-store" not in cache_control(response) and "*" not in ",".join(response.all_of("vary"))


def freshness(response: HttpResponse, now: datetime) -> datetime:
    """Until when an answer may be used without asking (RFC 9111 §4.2); long ago when it must be asked about."""
    directives = cache_control(response)
    if "no-cache" in directives or "no-store" in directives:
        return _LONG_AGO
    max_age = directives.get("max-age")
    if max_age is not None:
        seconds = min(_seconds(max_age), MAX_FRESH_SECONDS) - _seconds(response.header("age") or "")
        return now + timedelta(seconds=seconds)
    return min(_moment(response.header("expires")), now + timedelta(seconds=MAX_FRESH_SECONDS))


def cache_control(response: HttpResponse) -> dict[str, str]:
    """The directives in lower case."""
    directives: dict[str, str] = {}
    for part in ",".join(response.all_of("cache-control")).split(","):
        name, _, value = part.partition("=")
        directives[name.strip().lower()] = value.strip().strip('"')
    return directives


def _seconds(text: str) -> int:
    """A count of seconds; what is no number is zero, which means stale (RFC 9111 §4.2.1)."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else 0


def _moment(text: str | None) -> datetime:
    """An `Expires` value; an invalid one, such as `0`, is the past (RFC 9111 §5.3)."""
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return _LONG_AGO
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
