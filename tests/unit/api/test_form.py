"""What of a form or a query is refused before any type has looked at it (rest-api.md sections 1, 4 and 5)."""

import pytest
from starlette.requests import Request

from ringback.api.errors import ApiError
from ringback.api.form import MAX_PARAMETERS, Form, Query, parse_pairs
from ringback.api.value import Day, FriendlyName


class NamedForm(Form):
    friendly_name: FriendlyName | None = None


def test_a_nul_is_refused_and_its_parameter_named() -> None:
    with pytest.raises(ApiError, match="'FriendlyName': it has a NUL") as refused:
        parse_pairs("Status=active&FriendlyName=a%00b")
    assert (refused.value.status, refused.value.code) == (400, 20001)


def test_more_parameters_than_any_program_sends_are_refused() -> None:
    with pytest.raises(ApiError, match="more than 1000 parameters"):
        parse_pairs("a=1&" * (MAX_PARAMETERS + 1))


def test_a_bound_written_by_hand_is_the_bound() -> None:
    assert parse_pairs("StartTime>=2026-03-01") == [("StartTime>", "2026-03-01")]


def test_a_parameter_that_nobody_knows_is_ignored_and_of_a_repeated_one_the_last_counts() -> None:
    form = NamedForm.of_pairs(parse_pairs("Colour=red&FriendlyName=first&FriendlyName=second"))
    assert form.friendly_name == "second"


def test_an_error_names_the_parameter_as_it_is_on_the_wire() -> None:
    with pytest.raises(ApiError, match="Parameter 'FriendlyName': it has 65 characters"):
        NamedForm.of_pairs([("FriendlyName", "x" * 65)])


class FilterQuery(Query):
    friendly_name: FriendlyName | None = None
    start_time: Day | None = None


async def test_an_empty_filter_filters_nothing() -> None:
    request = Request({"type": "http", "path": "/", "headers": [], "query_string": b"FriendlyName=&StartTime=+"})
    assert await FilterQuery.read(request) == FilterQuery()


def test_the_zone_of_a_time_may_have_lost_its_plus() -> None:
    (pair,) = parse_pairs("StartTime=2026-03-01T23:30:00-02:00")
    assert str(FilterQuery.of_pairs([pair]).start_time) == "2026-03-02"
    (pair,) = parse_pairs("StartTime=2026-03-01T01:00:00+02:00")
    assert str(FilterQuery.of_pairs([pair]).start_time) == "2026-02-28"
