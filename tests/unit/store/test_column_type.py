"""What goes into a column comes out as it was, and a stranger's text does not stop a write."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from ringback.model.call_status import CallStatus
from ringback.store.column_type import MAX_TEXT, EnumText, Lines, PairList, SafeText, UtcDateTime, storable

DIALECTS: tuple[Dialect, ...] = (sqlite.dialect(), postgresql.dialect())  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_moment_comes_back_in_utc(dialect: Dialect) -> None:
    moment = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=5)))
    bound = UtcDateTime().process_bind_param(moment, dialect)
    result = UtcDateTime().process_result_value(bound, dialect)
    assert result == moment
    assert result is not None
    assert result.tzinfo is UTC


def test_a_moment_without_a_zone_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="timezone-aware"):
        UtcDateTime().process_bind_param(datetime(2026, 3, 1), DIALECTS[0])


@given(st.text())
def test_any_text_can_be_stored(text: str) -> None:
    stored = storable(text)
    stored.encode()
    assert "\x00" not in stored
    if "\x00" not in text:
        assert stored == text


@pytest.mark.parametrize("text", ["a\x00b", "a\udc80b", "\ud800"])
def test_what_a_database_refuses_is_replaced(text: str) -> None:
    assert "\ufffd" in storable(text)
    storable(text).encode()


def test_text_is_cut_at_its_limit() -> None:
    assert len(storable("x" * (MAX_TEXT + 1))) == MAX_TEXT
    assert SafeText().process_bind_param(None, DIALECTS[0]) is None


def test_an_enum_is_kept_by_its_value() -> None:
    column = EnumText(CallStatus)
    assert column.process_bind_param(CallStatus.NO_ANSWER, DIALECTS[0]) == "no-answer"
    assert column.process_result_value("no-answer", DIALECTS[0]) is CallStatus.NO_ANSWER
    with pytest.raises(ValueError, match="sleeping"):
        column.process_bind_param("sleeping", DIALECTS[0])


@pytest.mark.parametrize("words", [(), ("a",), ("a", "b/24")])
def test_words_come_back_as_they_were(words: tuple[str, ...]) -> None:
    assert Lines().process_result_value(Lines().process_bind_param(words, DIALECTS[0]), DIALECTS[0]) == words


@given(st.lists(st.tuples(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))).map(tuple))
def test_pairs_come_back_exactly_as_they_were(pairs: tuple[tuple[str, str], ...]) -> None:
    """A callback that is sent again after a restart says what it said, whatever a stranger put into it."""
    bound = PairList().process_bind_param(pairs, DIALECTS[1])
    assert bound is not None
    assert bound.isascii()
    assert "\x00" not in bound
    assert PairList().process_result_value(bound, DIALECTS[1]) == pairs


def test_pairs_are_not_cut() -> None:
    pairs = (("TranscriptionText", "x" * (MAX_TEXT + 1)),)
    assert PairList().process_result_value(PairList().process_bind_param(pairs, DIALECTS[0]), DIALECTS[0]) == pairs
