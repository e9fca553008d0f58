"""Pages by position (rest-api.md 6): in memory here, the same of tables in tests/integration/store."""

from datetime import UTC, datetime, timedelta

import pytest

from ringback.store.paging import PageRequest, Position, slice_of

START = datetime(2026, 3, 1, tzinfo=UTC)


def position(number: int) -> Position:
    """Two and two are of the same moment."""
    return Position(at=START + timedelta(seconds=number // 2), sid=f"CA{number:032x}")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 10])
def test_all_pages_together_hold_each_item_once_newest_first(size: int) -> None:
    seen: list[int] = []
    page = slice_of(range(10), PageRequest(size=size), position)
    seen += page.records
    assert not page.has_previous
    while page.has_next:
        page = slice_of(range(10), PageRequest(size=size, after=position(page.records[-1])), position)
        assert page.has_previous
        seen += page.records
    assert seen == list(range(9, -1, -1))


def test_the_page_before_is_the_one_that_came_before() -> None:
    second = slice_of(range(10), PageRequest(size=3, after=position(7)), position)
    assert second.records == (6, 5, 4)
    first = slice_of(range(10), PageRequest(size=3, before=position(6)), position)
    assert first.records == (9, 8, 7)
    assert first.has_next
    assert not first.has_previous


def test_what_is_added_meanwhile_is_neither_repeated_nor_pushes_anything_out() -> None:
    first = slice_of(range(6), PageRequest(size=3), position)
    then = slice_of(range(20), PageRequest(size=3, after=position(first.records[-1])), position)
    assert (*first.records, *then.records) == (5, 4, 3, 2, 1, 0)
