"""Which days a record of usage is about (rest-api.md 9.17)."""

from datetime import date

import pytest

from ringback.services.count_usage import Period, UsageQuestion, day_of, spans_of

TODAY = date(2026, 3, 15)
FIRST = date(2026, 1, 20)


def spans(period: Period, start: date | None = None, end: date | None = None) -> list[tuple[str, str]]:
    question = UsageQuestion(period=period, start=start, end=end)
    return [(str(begin), str(until)) for begin, until in spans_of(question, first=FIRST, today=TODAY)]


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("", [("2026-01-20", "2026-03-15")]),
        ("AllTime", [("2026-01-20", "2026-03-15")]),
        ("Today", [("2026-03-15", "2026-03-15")]),
        ("Yesterday", [("2026-03-14", "2026-03-14")]),
        ("ThisMonth", [("2026-03-01", "2026-03-15")]),
        ("LastMonth", [("2026-02-01", "2026-02-28")]),
        ("Monthly", [("2026-03-01", "2026-03-15"), ("2026-02-01", "2026-02-28"), ("2026-01-20", "2026-01-31")]),
        ("Yearly", [("2026-01-20", "2026-03-15")]),
    ],
)
def test_each_word_of_the_path_means_its_days(period: Period, expected: list[tuple[str, str]]) -> None:
    assert spans(period) == expected


def test_daily_is_a_record_for_each_day_newest_first() -> None:
    assert spans("Daily", date(2026, 2, 27), date(2026, 3, 1)) == [
        ("2026-03-01", "2026-03-01"),
        ("2026-02-28", "2026-02-28"),
        ("2026-02-27", "2026-02-27"),
    ]


def test_yearly_begins_with_the_year() -> None:
    assert spans("Yearly", date(2024, 6, 1)) == [
        ("2026-01-01", "2026-03-15"),
        ("2025-01-01", "2025-12-31"),
        ("2024-06-01", "2024-12-31"),
    ]


def test_days_without_calls_reach_back_a_while_and_not_to_the_beginning_of_time() -> None:
    daily = spans("Daily", date.min, date.max)
    assert (len(daily), daily[0][0], daily[-1][0]) == (401, "2026-03-15", "2025-02-08")
    assert len(spans("Monthly", date.min)) == 121
    assert len(spans("Yearly", date.min)) == 101


def test_the_days_since_the_first_call_are_all_there() -> None:
    question = UsageQuestion(period="Daily", start=date.min)
    assert len(list(spans_of(question, first=date(2020, 1, 1), today=TODAY))) == 2266


@pytest.mark.parametrize("period", ["", "AllTime"])
def test_one_record_may_span_the_whole_calendar(period: Period) -> None:
    assert spans(period, date.min, date.max) == [("0001-01-01", "9999-12-31")]


def test_an_end_before_the_first_call_is_one_span_of_nothing() -> None:
    assert spans("", end=date(2025, 5, 5)) == [("2025-05-05", "2025-05-05")]


@pytest.mark.parametrize(
    ("text", "day"), [("2026-03-02", "2026-03-02"), ("-30days", "2026-02-13"), ("+1day", "2026-03-16")]
)
def test_a_day_is_a_date_or_a_distance(text: str, day: str) -> None:
    assert str(day_of(text, TODAY)) == day


@pytest.mark.parametrize("text", ["yesterday", "-3 weeks", "2026-13-01", "", "-999999days"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"isoformat|month"):
        day_of(text, TODAY)


def test_a_distance_over_the_edge_of_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="99999days"):
        day_of("-99999days", date(200, 1, 1))
