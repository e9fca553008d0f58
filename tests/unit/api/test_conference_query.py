"""Which conferences a list has (rest-api.md 9.8)."""

from datetime import UTC, datetime

from ringback.api.conferences import ConferenceQuery
from ringback.model.record import ConferenceStatus

ACCOUNT = "AC" + "1" * 32


def test_the_switch_lists_all_conferences() -> None:
    assert ConferenceQuery.of_pairs([]).filter(ACCOUNT, None).status is None
    assert ConferenceQuery.of_pairs([]).filter(ACCOUNT, ConferenceStatus.IN_PROGRESS).status == "in-progress"
    asked = ConferenceQuery.of_pairs([("Status", "completed")])
    assert asked.filter(ACCOUNT, ConferenceStatus.IN_PROGRESS).status is ConferenceStatus.COMPLETED


def test_dates_are_spans_of_their_own() -> None:
    asked = ConferenceQuery.of_pairs([("DateCreated", "2026-03-01"), ("DateUpdated>", "2026-03-02")])
    wanted = asked.filter(ACCOUNT, None)
    assert (wanted.created.since, wanted.created.until) == (
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2026, 3, 2, tzinfo=UTC),
    )
    assert (wanted.updated.since, wanted.updated.until) == (datetime(2026, 3, 2, tzinfo=UTC), None)
