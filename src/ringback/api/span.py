"""Filters by time: a name alone is a whole day, `Name<` and `Name>` are bounds (rest-api.md section 4)."""

from datetime import UTC, date, datetime, time, timedelta

from ringback.store.call import Span


def span_of(day: date | None, until: datetime | None, since: datetime | None) -> Span:
    """What all three have in common; None asks for nothing.

    Answers show whole seconds, so `until` reaches to the end of the second that it names.
    """
    starts = [since] if since is not None else []
    ends = [_after(until.replace(microsecond=0), timedelta(seconds=1))] if until is not None else []
    if day is not None:
        begin = datetime.combine(day, time.min, UTC)
        starts.append(begin)
        ends.append(_after(begin, timedelta(days=1)))
    return Span(since=max(starts, default=None), until=min(ends, default=None))


def _after(moment: datetime, later: timedelta) -> datetime:
    """The end of the calendar is the latest that there is."""
    latest = datetime.max.replace(tzinfo=UTC)
    return moment + later if moment < latest - later else latest
