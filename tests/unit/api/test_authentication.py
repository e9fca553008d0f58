"""HTTP Basic of an account (rest-api.md section 2)."""

import base64

import pytest
from starlette.requests import Request

from ringback.api.authentication import authenticate, owner
from ringback.api.errors import ApiError
from ringback.model.record import AccountRecord
from ringback.model.sid import AccountSid

MINE, OTHER, NONE = (AccountSid("AC" + digit * 32) for digit in "123")
ACCOUNTS = {
    MINE: AccountRecord(sid=MINE, auth_token="my-token"),
    OTHER: AccountRecord(sid=OTHER, auth_token="other-token:with-colon-é"),
}


def find(sid: str) -> AccountRecord | None:
    return ACCOUNTS.get(AccountSid(sid))


def request(authorization: str | None) -> Request:
    headers = [] if authorization is None else [(b"authorization", authorization.encode("latin-1"))]
    return Request({"type": "http", "path": "/x", "query_string": b"", "headers": headers, "server": ("a", 80)})


def basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_sid_and_token_open_the_account(scheme: str) -> None:
    authorization = basic(MINE, "my-token").replace("Basic", scheme)
    assert authenticate(request(authorization), find).account == ACCOUNTS[MINE]


def test_a_token_may_hold_colons_and_any_letter() -> None:
    assert authenticate(request(basic(OTHER, "other-token:with-colon-é")), find).account.sid == OTHER


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"\xff:\xff").decode(),
        "Basic " + "QUE6" * 1000,
        "Bearer my-token",
        basic(MINE, "wrong"),
        basic(MINE, ""),
        basic(MINE, "other-token:with-colon-é"),
        basic(NONE, "my-token"),
        basic("", ""),
        basic(MINE.lower(), "my-token"),
        "Basic \xe9\xe9",
    ],
)
def test_anything_else_is_answered_401_with_a_challenge(authorization: str | None) -> None:
    with pytest.raises(ApiError) as caught:
        authenticate(request(authorization), find)
    assert (caught.value.status, caught.value.code) == (401, 20003)
    assert caught.value.headers == {"WWW-Authenticate": 'Basic realm="Twilio API"'}


def test_an_account_opens_its_own_path_only() -> None:
    mine = request(basic(MINE, "my-token"))
    assert owner(mine, MINE, find) == ACCOUNTS[MINE]
    for sid in (OTHER, NONE):
        with pytest.raises(ApiError) as missing:
            owner(mine, sid, find)
        assert (missing.value.status, missing.value.code) == (404, 20404)


def test_a_stranger_does_not_learn_which_accounts_exist() -> None:
    for sid in (MINE, NONE):
        with pytest.raises(ApiError) as caught:
            owner(request(None), sid, find)
        assert caught.value.status == 401
