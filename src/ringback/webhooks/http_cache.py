"""Kept answers to GET requests (webhooks.md H-06, RFC 9111): what is found again, and what makes room. Pure."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from ringback.webhooks.freshness import fresh_until, is_worth_keeping, may_keep, vary
from ringback.webhooks.transport import Headers, HttpRequest, HttpResponse, Reuse

MAX_CACHE_BYTES = 64 * 1024 * 1024
MAX_CACHE_ANSWERS = 1000
"""Answers kept for one account; most documents are asked for once, because their URL has the CallSid."""

_NOT_KEPT = frozenset({"set-cookie"})  # a cookie belongs to the call that it was set in (H-07)
_OF_THE_COPY = frozenset({"content-length", "content-encoding", "content-type", "content-range", "transfer-encoding"})
_OF_THE_ANSWER = frozenset({"age", "date"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A kept answer. `chosen_by` are the values that the request had for the headers which chose it."""

    response: HttpResponse
    fresh_until: datetime
    chosen_by: Headers

    @property
    def conditions(self) -> Headers:
        """The question whether it is still good (RFC 9110 §13.1); nothing when it cannot be asked."""
        asked = (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
        values = ((name, self.response.header(validator)) for name, validator in asked)
        return tuple((name, value) for name, value in values if value is not None)

    def validated_by(self, answer: HttpResponse) -> HttpResponse:
        """The copy with what a 304 says anew (RFC 9111 §3.2, §4.3.4)."""
        news = tuple(pair for pair in answer.headers if pair[0].lower() not in _OF_THE_COPY)
        replaced = {name.lower() for name, _ in news} | _OF_THE_ANSWER
        kept = tuple(pair for pair in self.response.headers if pair[0].lower() not in replaced)
        return replace(self.response, headers=kept + news, reuse=Reuse.VALIDATED)


class HttpCache:
    """One answer a URL, the newest; the least recently used go when there are too many, or too many bytes."""

    def __init__(self, max_bytes: int = MAX_CACHE_BYTES, max_answers: int = MAX_CACHE_ANSWERS) -> None:
        self._max_bytes = max_bytes
        self._max_answers = max_answers
        self._copies: OrderedDict[str, Copy] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._copies)

    @property
    def byte_count(self) -> int:
        return self._bytes

    def find(self, request: HttpRequest) -> Copy | None:
        """The copy that answers this request, fresh or not."""
        copy = self._copies.get(request.url)
        if copy is None or _values(request, (name for name, _ in copy.chosen_by)) != copy.chosen_by:
            return None
        self._copies.move_to_end(request.url)
        return copy

    def keep(self, request: HttpRequest, response: HttpResponse, *, asked_at: datetime, received_at: datetime) -> None:
        """Keep the answer to a GET if it allows that; an older one of the URL goes in any case."""
        self.forget(request.url)
        until = fresh_until(response, asked_at=asked_at, received_at=received_at)
        if not (may_keep(response) and _may_be_shown_again(request) and is_worth_keeping(response, until, received_at)):
            return
        headers = tuple(pair for pair in response.headers if pair[0].lower() not in _NOT_KEPT)
        copy = Copy(
            response=replace(response, headers=headers, reuse=Reuse.NONE),
            fresh_until=until,
            chosen_by=_values(request, sorted(vary(response) | {"authorization"})),
        )
        if _size(request.url, copy) > self._max_bytes:
            return
        self._copies[request.url] = copy
        self._bytes += _size(request.url, copy)
        while self._bytes > self._max_bytes or len(self._copies) > self._max_answers:
            self.forget(next(iter(self._copies)))

    def forget(self, url: str) -> None:
        """What is kept of a URL may be wrong now."""
        copy = self._copies.pop(url, None)
        if copy is not None:
            self._bytes -= _size(url, copy)


def _may_be_shown_again(request: HttpRequest) -> bool:
    """Digest credentials are good for one request, so an answer to them is found by no other."""
    return all(not value.startswith("Digest ") for value in request.all_of("authorization"))


def _values(request: HttpRequest, names: Iterable[str]) -> Headers:
    return tuple((name, ",".join(request.all_of(name))) for name in names)


def _size(url: str, copy: Copy) -> int:
    pairs = copy.response.headers + copy.chosen_by
    return len(url) + len(copy.response.body) + sum(len(name) + len(value) for name, value in pairs)
