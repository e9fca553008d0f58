"""How much an account has called and recorded, by day, month and year (rest-api.md 9.17). Prices are none of ours."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from ringback.clock import Clock
from ringback.model.call_status import Direction
from ringback.model.record import AccountRecord
from ringback.services.reading import Reading
from ringback.store.live_directory import LiveDirectory
from ringback.store.usage import CallSum, MediaSum, UsageRepository

Period = Literal["", "AllTime", "Daily", "LastMonth", "Monthly", "ThisMonth", "Today", "Yearly", "Yesterday"]
PERIODS: tuple[Period, ...] = (
    "AllTime", "Daily", "LastMonth", "Monthly", "ThisMonth", "Today", "Yearly", "Yesterday",
)  # fmt: skip
"""The words that a path may end in; without one, all days are one record."""

EMPTY_DAYS: Mapping[Period, int] = {"Daily": 400, "Monthly": 3650, "Yearly": 36500}
"""How far back there are records of days that lie before an account's first call; later than today there are none.

What was counted is always there; but nobody can ask for a record of every day since the year 1.
"""

_OFFSET = re.compile(r"([+-])([0-9]{1,5})days?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What is counted under one name: `calls` says of which calls, `media` of what else."""

    name: str
    description: str
    unit: str
    usage_unit: str = "minutes"
    calls: Callable[[CallSum], bool] | None = None
    media: Literal["recordings", "transcriptions", "numbers"] | None = None


def _is_inbound(calls: CallSum) -> bool:
    return calls.direction is Direction.INBOUND and calls.scheme == "number"


def _is_outbound(calls: CallSum) -> bool:
    return calls.direction is not Direction.INBOUND and calls.scheme == "number"


def _is_sip(calls: CallSum) -> bool:
    return calls.scheme == "sip"


CATEGORIES = (
    Category(name="calls", description="Voice Minutes", unit="calls", calls=lambda calls: True),
    Category(name="calls-inbound", description="Inbound Voice Minutes", unit="calls", calls=_is_inbound),
    Category(
        name="calls-inbound-local",
        description="Inbound Local Calls",
        unit="calls",
        calls=lambda calls: _is_inbound(calls) and not calls.is_toll_free,
    ),
    Category(
        name="calls-inbound-tollfree",
        description="Inbound Toll Free Calls",
        unit="calls",
        calls=lambda calls: _is_inbound(calls) and calls.is_toll_free,
    ),
    Category(name="calls-outbound", description="Outbound Voice Minutes", unit="calls", calls=_is_outbound),
    Category(name="calls-sip", description="SIP Minutes", unit="calls", calls=_is_sip),
    Category(
        name="calls-sip-inbound",
        description="Inbound SIP Minutes",
        unit="calls",
        calls=lambda calls: _is_sip(calls) and calls.direction is Direction.INBOUND,
    ),
    Category(
        name="calls-sip-outbound",
        description="Outbound SIP Minutes",
        unit="calls",
        calls=lambda calls: _is_sip(calls) and calls.direction is not Direction.INBOUND,
    ),
    Category(
        name="calls-client",
        description="Client Minutes",
        unit="calls",
        calls=lambda calls: calls.scheme == "client",
    ),
    Category(name="calls-recordings", description="Call Recordings", unit="recordings", media="recordings"),
    Category(name="recordings", description="Recordings", unit="recordings", media="recordings"),
    Category(name="transcriptions", description="Transcriptions", unit="transcriptions", media="transcriptions"),
    Category(name="phonenumbers", description="Phone Numbers", unit="numbers", usage_unit="numbers", media="numbers"),
    Category(name="totalprice", description="Total Price", unit="", usage_unit="usd"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """One category over the days from `start` to `end`, both included."""

    category: Category
    index: int
    start: date
    end: date
    count: int
    usage: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageQuestion:
    """`start` and `end` are included; None is the first day, and today. `category` None is every one that we count."""

    period: Period = ""
    start: date | None = None
    end: date | None = None
    category: str | None = None
    include_subaccounts: bool = True


@dataclass(frozen=True, slots=True)
class _Sums:
    """What the store holds, each sum of one day."""

    calls: Sequence[CallSum]
    recordings: Sequence[MediaSum]
    transcriptions: Sequence[MediaSum]
    numbers: int

    def within(self, start: date, end: date) -> "_Sums":
        """Those of the days from `start` to `end`."""
        return _Sums(
            calls=[entry for entry in self.calls if start <= entry.day <= end],
            recordings=[entry for entry in self.recordings if start <= entry.day <= end],
            transcriptions=[entry for entry in self.transcriptions if start <= entry.day <= end],
            numbers=self.numbers,
        )


class UsageCounting:
    """Counts what the store holds; a record that was deleted is not counted any more."""

    def __init__(self, *, reading: Reading, directory: LiveDirectory, clock: Clock) -> None:
        self._reading = reading
        self._directory = directory
        self._clock = clock

    async def records(self, account: AccountRecord, question: UsageQuestion) -> Sequence[Usage]:
        """Newest days first."""
        sids = self._sids(account, with_subaccounts=question.include_subaccounts)
        today = self._clock.utc_now().date()
        async with self._reading.read() as connection:
            repository = UsageRepository(connection)
            first = await repository.first_day(sids) or today
            spans = tuple(spans_of(question, first=first, today=today))
            if not spans:
                return ()
            since, until = _moment(spans[-1][0]), _end_of(spans[0][1])
            sums = _Sums(
                calls=await repository.calls(sids, since, until),
                recordings=await repository.recordings(sids, since, until),
                transcriptions=await repository.transcriptions(sids, since, until),
                numbers=sum(number.account_sid in sids for number in self._directory.current.numbers),
            )
        counted = [(index, entry) for index, entry in enumerate(CATEGORIES) if question.category in (None, entry.name)]
        return [
            _usage(category, index, start, end, within)
            for start, end in spans
            for within in [sums.within(start, end)]
            for index, category in counted
        ]

    def _sids(self, account: AccountRecord, *, with_subaccounts: bool) -> frozenset[str]:
        below = [other.sid for other in self._directory.current.accounts if other.owner_sid == account.sid]
        return frozenset([account.sid, *below] if with_subaccounts else [account.sid])


def spans_of(question: UsageQuestion, *, first: date, today: date) -> Iterator[tuple[date, date]]:
    """The first and last days of the records, newest first; `first` is where the account's calls begin."""
    yesterday = today - timedelta(days=1)
    this_month = today.replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    fixed: dict[Period, tuple[date, date]] = {
        "Today": (today, today),
        "Yesterday": (yesterday, yesterday),
        "ThisMonth": (this_month, today),
        "LastMonth": (last_month, this_month - timedelta(days=1)),
    }
    if question.period in fixed:
        yield fixed[question.period]
        return
    start, end = question.start or min(first, question.end or today), question.end or today
    if question.period in EMPTY_DAYS:
        start = max(start, min(first, today - timedelta(days=EMPTY_DAYS[question.period])))
        end = min(end, today)
    while end >= start:
        begin = max(start, _begin(question.period, end, start))
        yield begin, end
        if begin == date.min:
            return
        end = begin - timedelta(days=1)


def _begin(period: Period, day: date, first: date) -> date:
    """The first day of the record that `day` belongs to."""
    match period:
        case "Daily":
            return day
        case "Monthly":
            return day.replace(day=1)
        case "Yearly":
            return day.replace(month=1, day=1)
        case _:
            return first


def day_of(text: str, today: date) -> date:
    """`2026-03-02`, or a distance from today such as `-30days`. Raises `ValueError`."""
    match = _OFFSET.fullmatch(text.strip())
    if match is None:
        return date.fromisoformat(text.strip())
    days = int(match[2]) * (-1 if match[1] == "-" else 1)
    try:
        return today + timedelta(days=days)
    except OverflowError:
        raise ValueError(text) from None


def _usage(category: Category, index: int, start: date, end: date, sums: _Sums) -> Usage:
    """`sums` are those of the span."""
    found: Collection[CallSum] | Collection[MediaSum] = ()
    if category.calls is not None:
        found = [entry for entry in sums.calls if category.calls(entry)]
    elif category.media == "recordings":
        found = sums.recordings
    elif category.media == "transcriptions":
        found = sums.transcriptions
    elif category.media == "numbers":
        return Usage(category=category, index=index, start=start, end=end, count=sums.numbers, usage=sums.numbers)
    count, minutes = sum(entry.count for entry in found), sum(entry.minutes for entry in found)
    return Usage(category=category, index=index, start=start, end=end, count=count, usage=minutes)


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _end_of(day: date) -> datetime:
    """The first moment of the next day; the end of the calendar is the latest that there is."""
    return _moment(day + timedelta(days=1)) if day < date.max else datetime.max.replace(tzinfo=UTC)
