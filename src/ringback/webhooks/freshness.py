"""Whether an answer may be kept, and until when it may be used without asking (RFC 9111, for one account). Pure.

An account's cache is private in the words of RFC 9111 §1: nobody else's requests fill it or are answered from it. So
`private` does not keep an answer out, and `s-maxage` does not count. We differ in doing less than is allowed: nothing
is guessed to be fresh (§4.2.2), so that a replaced file is heard at once, and an error is asked about again each time.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from ringback.webhooks.transport import HttpResponse

MAX_FRESH_SECONDS = 365 * 24 * 3600
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

_KEPT_STATUSES = frozenset({200, 301, 302, 307, 308})
_DIRECTIVE = re.compile(r'([^\s=,"]++)\s*+(?:=\s*+(?:"([^"]*+)"|([^,"]*+)))?[^,]*+(?:,|$)')


def may_keep(response: HttpResponse) -> bool:
    """RFC 9111 §3: not with `no-store`, nor when the answer varies by something nobody can foresee."""
    return (
        response.status in _KEPT_STATUSES
        and not response.truncated
        and "no-store" not in directives(response)
        and "*" not in vary(response)
    )


def is_worth_keeping(response: HttpResponse, fresh_until: datetime, now: datetime) -> bool:
    """A copy that is neither fresh nor can be asked about is never used again."""
    return fresh_until > now or any(response.header(name) is not None for name in ("etag", "last-modified"))


def fresh_until(response: HttpResponse, *, asked_at: datetime, received_at: datetime) -> datetime:
    """Until when an answer may be used without asking (RFC 9111 §4.2); long ago when it must be asked about."""
    found = directives(response)
    if "no-cache" in found or "no-store" in found:
        return LONG_AGO
    said_at = moment(response.header("date")) or received_at
    if "max-age" in found:
        lifetime = timedelta(seconds=_seconds(found["max-age"]))
    elif response.header("expires") is not None:
        lifetime = (moment(response.header("expires")) or LONG_AGO) - said_at
    else:
        return LONG_AGO
    left = min(lifetime, timedelta(seconds=MAX_FRESH_SECONDS)) - _age(response, said_at, asked_at, received_at)
    return received_at + left if left > timedelta() else LONG_AGO


def directives(response: HttpResponse) -> dict[str, str]:
    """`Cache-Control`, names in lower case; of one that comes twice the first counts (RFC 9111 §4.2.1)."""
    found: dict[str, str] = {}
    for name, quoted, bare in _DIRECTIVE.findall(",".join(response.all_of("cache-control"))):
        found.setdefault(name.lower(), quoted or bare.strip())
    return found


def vary(response: HttpResponse) -> frozenset[str]:
    """The request headers that chose this answer (RFC 9110 §12.5.5), in lower case."""
    names = (name.strip().lower() for name in ",".join(response.all_of("vary")).split(","))
    return frozenset(name for name in names if name)


def moment(text: str | None) -> datetime | None:
    """An HTTP date; None for what is none, such as `0` (RFC 9111 §5.3)."""
    try:
        found = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _age(response: HttpResponse, said_at: datetime, asked_at: datetime, received_at: datetime) -> timedelta:
    """How old the answer was when it came (RFC 9111 §4.2.3)."""
    on_its_way = received_at - asked_at
    told = timedelta(seconds=_seconds(response.header("age") or "")) + on_its_way
    return max(told, received_at - said_at, timedelta())


def _seconds(text: str) -> int:
    """A count of seconds; what is no number is zero, which means stale (RFC 9111 §4.2.1)."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else 0
