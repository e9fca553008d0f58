"""Twilio's error body, key for key (rest-api.md section 5)."""

import json

import pytest
from starlette.requests import Request

from ringback.api.errors import ApiError, internal_error, method_not_allowed, not_authenticated, not_found


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (not_authenticated(), 401, 20003),
        (not_found("/x"), 404, 20404),
        (method_not_allowed("PUT", "/x"), 405, 20004),
        (internal_error(), 500, 20500),
    ],
)
def test_the_body_has_exactly_four_keys(error: ApiError, status: int, code: int) -> None:
    response = error.response(Request({"type": "http", "path": "/x", "headers": []}))
    body = json.loads(bytes(response.body))
    assert set(body) == {"code", "message", "more_info", "status"}
    assert (response.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["more_info"] == f"https://www.twilio.com/docs/errors/{code}"


def test_a_missing_resource_is_named_by_its_path() -> None:
    assert not_found("/2010-04-01/x.json").message == "The requested resource /2010-04-01/x.json was not found"
