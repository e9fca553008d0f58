"""Which page of a list is asked for, and the keys round it by which libraries go on (rest-api.md section 6)."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, urlencode

from pydantic import BeforeValidator
from starlette.requests import Request

from ringback.api.errors import ApiError
from ringback.api.form import Query, parse_pairs
from ringback.api.representation import requested_path
from ringback.api.value import refusal
from ringback.store.paging import PageRequest, Position, Slice

Item = TypeVar("Item")

MAX_PAGE_SIZE = 1000
DEFAULT_PAGE_SIZE = 50
BAD_TOKEN = 21481
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOKEN = re.compile(r"P([AB])([A-Za-z0-9]{1,40})T([0-9a-f]{1,14})")


def _page_size(value: object) -> int:
    """Libraries ask for as many as they want; no page has more than 1000."""
    text = str(value).strip()
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
        raise refusal(f"{text[:20]!r} is not a whole number from 1 to {MAX_PAGE_SIZE}")
    return min(int(text), MAX_PAGE_SIZE)


def _page_number(value: object) -> int:
    text = str(value).strip()
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise refusal(f"{text[:20]!r} is not a page number; the first page is 0")
    return int(text)


class PageQuery(Query):
    """What every list takes. `Page` is an echo; where the page begins, `PageToken` says."""

    page_size: Annotated[int, BeforeValidator(_page_size)] = DEFAULT_PAGE_SIZE
    page: Annotated[int, BeforeValidator(_page_number)] = 0
    page_token: str = ""

    def page_request(self) -> PageRequest:
        """Raises 400/21481 for a token that is not ours."""
        if not self.page_token:
            return PageRequest(size=self.page_size)
        match = _TOKEN.fullmatch(self.page_token)
        if match is None:
            raise ApiError(400, BAD_TOKEN, "The page token is not one that this server gave.")
        direction, sid, micros = match.groups()
        try:
            position = Position(at=_EPOCH + timedelta(microseconds=int(micros, 16)), sid=sid)
        except OverflowError:
            raise ApiError(400, BAD_TOKEN, "The page token is not one that this server gave.") from None
        if direction == "A":
            return PageRequest(size=self.page_size, after=position)
        return PageRequest(size=self.page_size, before=position)


def token(direction: str, position: Position) -> str:
    """`PA` leads to what follows a record, `PB` to what comes ahead of it."""
    micros = (position.at - _EPOCH) // timedelta(microseconds=1)
    return f"P{direction}{position.sid}T{micros:x}"


def envelope(
    request: Request, query: PageQuery, found: Slice[Item], position: Callable[[Item], Position]
) -> Mapping[str, Any]:
    """The paging keys, and no others: one more breaks the official Python library (rest-api.md 7)."""
    filters = [(name, text) for name, text in parse_pairs(request.url.query) if name not in _PAGING]
    path = requested_path(request)

    def uri(page: int, page_token: str = "") -> str:
        pairs = [*filters, ("PageSize", str(query.page_size)), ("Page", str(page))]
        if page_token:
            pairs.append(("PageToken", page_token))
        return f"{path}?{urlencode(pairs, quote_via=quote)}"

    start = query.page * query.page_size if found.records else 0
    following = token("A", position(found.records[-1])) if found.records and found.has_next else None
    preceding = token("B", position(found.records[0])) if found.records and found.has_previous else None
    return {
        "first_page_uri": uri(0),
        "end": max(0, start + len(found.records) - 1) if found.records else 0,
        "previous_page_uri": uri(max(0, query.page - 1), preceding) if preceding else None,
        "uri": uri(query.page, query.page_token),
        "page_size": query.page_size,
        "start": start,
        "next_page_uri": uri(query.page + 1, following) if following else None,
        "page": query.page,
    }


_PAGING = frozenset({"PageSize", "Page", "PageToken"})
