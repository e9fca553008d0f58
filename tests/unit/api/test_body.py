"""What is answered for one thing that is there, that is not, or that was removed (rest-api.md sections 1, 4 and 5)."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import ClassVar

import pytest
from starlette.requests import Request

from ringback.api.body import Body, answer_found, answer_removed, existing, position_of
from ringback.api.errors import ApiError
from ringback.store.paging import Position
from ringback.webhooks.callback_parameters import rfc2822

PATH = "/2010-04-01/Accounts/AC1/Rooms/RM1.json"


class RoomBody(Body):
    element: ClassVar[str] = "Room"

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    sid: str
    created_at: datetime


def request() -> Request:
    state = {"representation": "json", "requested_path": PATH}
    return Request({"type": "http", "path": PATH, "headers": [], "query_string": b"", "state": state})


def room(name: str) -> RoomBody:
    return RoomBody(name=name)


def test_what_is_there_is_answered_with_its_status() -> None:
    answer = answer_found(request(), "north", room, 202)
    assert (answer.status_code, json.loads(bytes(answer.body))) == (202, {"name": "north"})


def test_what_is_not_there_is_a_404_that_names_the_path() -> None:
    with pytest.raises(ApiError, match=PATH) as refused:
        answer_found(request(), None, room)
    assert (refused.value.status, refused.value.code) == (404, 20404)


def test_what_is_not_there_cannot_be_removed() -> None:
    with pytest.raises(ApiError, match=PATH) as refused:
        answer_removed(request(), is_removed=False)
    assert (refused.value.status, refused.value.code) == (404, 20404)


def test_nothing_but_none_is_not_there() -> None:
    assert existing(request(), "") == ""
    assert existing(request(), []) == []


def test_what_was_removed_is_answered_without_a_body() -> None:
    answer = answer_removed(request(), is_removed=True)
    assert (answer.status_code, answer.body) == (204, b"")


def test_a_record_stands_in_its_list_by_its_time_and_sid() -> None:
    made = datetime(2026, 3, 2, tzinfo=UTC)
    assert position_of(Kept(sid="AP1", created_at=made)) == Position(at=made, sid="AP1")


def test_moments_are_written_in_the_zone_that_libraries_assume() -> None:
    assert rfc2822(datetime(2026, 3, 2, 12, 4, 55, tzinfo=timezone(timedelta(hours=2)))) == (
        "Mon, 02 Mar 2026 10:04:55 +0000"
    )
