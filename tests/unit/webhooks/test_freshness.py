"""What an answer says about keeping it, as RFC 9111 reads it (webhooks.md H-06)."""

from datetime import timedelta

import pytest

from ringback.webhooks.freshness import LONG_AGO, MAX_FRESH_SECONDS, directives, fresh_until, may_keep, moment, vary
from ringback.webhooks.transport import HttpResponse
from tests.unit.webhooks.conftest import START, answer

SAID = "Tue, 24 Mar 2026 18:15:40 GMT"  # START
MINUTE_LATER = "Tue, 24 Mar 2026 18:16:40 GMT"


def seconds_fresh(response: HttpResponse, *, on_its_way: float = 0.0) -> float | None:
    """None when the answer must be asked about each time."""
    found = fresh_until(response, asked_at=START - timedelta(seconds=on_its_way), received_at=START)
    return None if found == LONG_AGO else (found - START).total_seconds()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache_control": "max-age=60"}, 60),
        ({"cache_control": 'public, MAX-AGE="60"', "age": "20"}, 40),
        ({"cache_control": "max-age=60, no-cache"}, None),
        ({"cache_control": 'no-cache="Set-Cookie, X", max-age=60'}, None),
        ({"cache_control": "no-store"}, None),
        ({"cache_control": "max-age=soon"}, None),
        ({"cache_control": "max-age=5, max-age=60"}, 5),
        ({"cache_control": "private, max-age=60"}, 60),
        ({"cache_control": "max-age=60, s-maxage=5"}, 60),
        ({"expires": MINUTE_LATER}, 60),
        ({"expires": MINUTE_LATER, "cache_control": "max-age=5"}, 5),
        ({"cache_control": "max-age=9999999999"}, MAX_FRESH_SECONDS),
        ({"expires": "Tue, 24 Mar 9026 18:16:40 GMT"}, MAX_FRESH_SECONDS),
    ],
)
def test_freshness_is_what_the_app_says(headers: dict[str, str], seconds: int | None) -> None:
    """RFC 9111 §4.2, bounded; nothing is guessed. The cache is one account's: `s-maxage` is for others."""
    assert seconds_fresh(answer(**headers)) == seconds


@pytest.mark.parametrize("expires", ["0", "-1", "", "Tue, 24 Mar 99999999999999999999 18:16:40 GMT", MINUTE_LATER[:10]])
def test_an_expiry_that_is_no_date_is_the_past(expires: str) -> None:
    """RFC 9111 §5.3."""
    assert seconds_fresh(answer(expires=expires)) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"expires": "Mon, 01 Jan 0100 00:00:00 GMT", "age": "9999999999"},
        {"expires": "Mon, 01 Jan 0100 00:00:00 GMT", "date": "Fri, 31 Dec 9999 23:59:59 GMT"},
        {"cache_control": "max-age=0", "age": "9999999999", "date": "Mon, 01 Jan 0100 00:00:00 GMT"},
    ],
)
def test_moments_that_are_thousands_of_years_apart_are_the_past(headers: dict[str, str]) -> None:
    assert seconds_fresh(answer(**headers)) is None


def test_an_app_whose_clock_is_wrong_means_its_own_minutes() -> None:
    """RFC 9111 §4.2.1: the lifetime is Expires without Date; an answer from the future has no age."""
    ahead = answer(date="Tue, 24 Mar 2026 19:15:40 GMT", expires="Tue, 24 Mar 2026 19:16:40 GMT")
    assert seconds_fresh(ahead) == 60


def test_the_age_is_what_was_told_with_the_way_or_what_the_date_says() -> None:
    """RFC 9111 §4.2.3."""
    told = answer(cache_control="max-age=60", age="20", date=SAID)
    assert seconds_fresh(told, on_its_way=5) == 35
    dated = answer(cache_control="max-age=60", age="20", date="Tue, 24 Mar 2026 18:15:10 GMT")
    assert seconds_fresh(dated) == 30
    assert seconds_fresh(answer(cache_control="max-age=60", age="60")) is None
    assert seconds_fresh(answer(cache_control="max-age=60", age="99999999999")) == 60, "a number that is none"


@pytest.mark.parametrize("status", [200, 301, 302, 307, 308])
def test_what_may_be_kept(status: int) -> None:
    assert may_keep(answer(status))
    assert may_keep(answer(status, cache_control="private", vary="Accept")), "a cache of one account is private"


@pytest.mark.parametrize(
    "response",
    [
        answer(cache_control="No-Store"),
        answer(cache_control="max-age=60, no-store"),
        answer(vary="*"),
        answer(vary="Accept, *"),
        answer(404, cache_control="max-age=60"),
        answer(500, cache_control="max-age=60"),
        answer(206),
        HttpResponse(status=200, body=b"x", truncated=True),
    ],
)
def test_what_may_not_be_kept(response: HttpResponse) -> None:
    assert not may_keep(response)


def test_directives_are_read_over_all_lines_and_through_quotes() -> None:
    response = HttpResponse(
        status=200,
        headers=(("Cache-Control", 'private="a, no-store", Max-Age = 5'), ("cache-control", ",, immutable,")),
    )
    assert directives(response) == {"private": "a, no-store", "max-age": "5", "immutable": ""}


def test_vary_names_headers_in_lower_case() -> None:
    assert vary(answer(vary="Accept, COOKIE,")) == {"accept", "cookie"}


def test_a_date_without_a_zone_is_in_utc() -> None:
    assert moment("Tue, 24 Mar 2026 18:15:40") == START
    assert moment(SAID) == START
    assert moment(None) is None
