"""Filters by time (rest-api.md section 4)."""

from datetime import UTC, date, datetime, timedelta, timezone

from ringback.api.span import span_of
from ringback.store.call import Span

NOON = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)


def test_nothing_asked_is_open() -> None:
    assert span_of(None, None, None) == Span()


def test_a_day_is_all_of_it_in_utc() -> None:
    begin = datetime(2026, 3, 2, tzinfo=UTC)
    assert span_of(date(2026, 3, 2), None, None) == Span(since=begin, until=begin + timedelta(days=1))


def test_both_bounds_include_what_they_name() -> None:
    span = span_of(None, NOON, NOON)
    assert span == Span(since=NOON, until=NOON + timedelta(seconds=1))


def test_the_last_moment_of_a_day_reaches_to_the_next_one() -> None:
    last = datetime(2026, 3, 2, 23, 59, 59, 999999, tzinfo=UTC)
    assert span_of(None, last, None).until == datetime(2026, 3, 3, tzinfo=UTC)


def test_of_several_the_narrowest_counts() -> None:
    span = span_of(date(2026, 3, 2), NOON, NOON - timedelta(days=3))
    assert span == Span(since=datetime(2026, 3, 2, tzinfo=UTC), until=NOON + timedelta(seconds=1))


def test_zones_are_compared_by_moment() -> None:
    east = datetime(2026, 3, 2, 12, 0, tzinfo=timezone(timedelta(hours=5)))
    assert span_of(date(2026, 3, 2), None, east).since == east


def test_the_last_day_of_the_calendar_has_an_end() -> None:
    latest = datetime.max.replace(tzinfo=UTC)
    assert span_of(date.max, latest, None).until == latest
