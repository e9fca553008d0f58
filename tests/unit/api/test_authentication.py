"""HTTP Basic of an account and of a key, and what each may do (rest-api.md section 2)."""

import base64
from dataclasses import replace

import pytest
from starlette.requests import Request

from ringback.api.authentication import authenticate, owner, token_caller
from ringback.api.errors import ApiError
from ringback.model.record import AccountRecord, AccountStatus, KeyRecord, hash_secret
from ringback.model.sid import AccountSid
from ringback.store.directory import Configuration, Directory

MINE, OTHER, NONE, SUB = (AccountSid("AC" + digit * 32) for digit in "1234")
KEY, SUB_KEY, LOST_KEY = ("SK" + digit * 32 for digit in "123")
ACCOUNTS = {
    MINE: AccountRecord(sid=MINE, auth_token="my-token"),
    OTHER: AccountRecord(sid=OTHER, auth_token="other-token:with-colon-é"),
    SUB: AccountRecord(sid=SUB, auth_token="sub-token", owner_sid=MINE),
}
KEYS = (
    KeyRecord(sid=KEY, account_sid=MINE, secret_hash=hash_secret("my-secret")),
    KeyRecord(sid=SUB_KEY, account_sid=SUB, secret_hash=hash_secret("sub-secret")),
    KeyRecord(sid=LOST_KEY, account_sid=NONE, secret_hash=hash_secret("lost-secret")),
)


def directory(**status: AccountStatus) -> Directory:
    """Both accounts and a subaccount, active unless `mine` or `sub` says otherwise."""
    accounts = dict(ACCOUNTS)
    for name, word in status.items():
        sid = {"mine": MINE, "sub": SUB}[name]
        accounts[sid] = replace(accounts[sid], status=word)
    return Directory(Configuration(accounts=tuple(accounts.values()), keys=KEYS), realm="ringback")


def request(authorization: str | None) -> Request:
    headers = [] if authorization is None else [(b"authorization", authorization.encode("latin-1"))]
    return Request({"type": "http", "path": "/x", "query_string": b"", "headers": headers, "server": ("a", 80)})


def basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def refusal(user: str, password: str, sid: AccountSid, **options: bool) -> tuple[int, int]:
    """Status and code of what the path of `sid` answers."""
    with pytest.raises(ApiError) as caught:
        owner(request(basic(user, password)), sid, directory(), **options)
    return caught.value.status, caught.value.code


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_sid_and_token_open_the_account(scheme: str) -> None:
    authorization = basic(MINE, "my-token").replace("Basic", scheme)
    caller = authenticate(request(authorization), directory())
    assert (caller.account, caller.key) == (ACCOUNTS[MINE], None)


def test_a_token_may_hold_colons_and_any_letter() -> None:
    assert authenticate(request(basic(OTHER, "other-token:with-colon-é")), directory()).account.sid == OTHER


def test_a_key_and_its_secret_open_the_account_of_the_key() -> None:
    caller = authenticate(request(basic(KEY, "my-secret")), directory())
    assert (caller.account.sid, caller.key) == (MINE, KEYS[0])


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
        basic(MINE, hash_secret("my-token")),
        basic(KEY, "wrong"),
        basic(KEY, "sub-secret"),
        basic(KEY, hash_secret("my-secret")),
        basic(LOST_KEY, "lost-secret"),
        basic(MINE, "my-secret"),
        "Basic \xe9\xe9",
    ],
)
def test_anything_else_is_answered_401_with_a_challenge(authorization: str | None) -> None:
    with pytest.raises(ApiError) as caught:
        authenticate(request(authorization), directory())
    assert (caught.value.status, caught.value.code) == (401, 20003)
    assert caught.value.headers == {"WWW-Authenticate": 'Basic realm="Twilio API"'}


def test_an_account_opens_its_own_path_only() -> None:
    mine = request(basic(MINE, "my-token"))
    assert owner(mine, MINE, directory()) == ACCOUNTS[MINE]
    for sid in (OTHER, NONE):
        assert refusal(MINE, "my-token", sid) == (404, 20404)


def test_a_parent_opens_its_subaccounts_paths_and_a_subaccount_no_other() -> None:
    assert owner(request(basic(MINE, "my-token")), SUB, directory()) == ACCOUNTS[SUB]
    assert owner(request(basic(SUB, "sub-token")), SUB, directory()) == ACCOUNTS[SUB]
    assert refusal(SUB, "sub-token", MINE) == (404, 20404)
    assert refusal(OTHER, "other-token:with-colon-é", SUB) == (404, 20404)


def test_a_key_opens_its_own_account_and_not_the_subaccounts() -> None:
    assert owner(request(basic(KEY, "my-secret")), MINE, directory()) == ACCOUNTS[MINE]
    assert owner(request(basic(SUB_KEY, "sub-secret")), SUB, directory()) == ACCOUNTS[SUB]
    assert refusal(KEY, "my-secret", SUB) == (404, 20404)
    assert refusal(SUB_KEY, "sub-secret", MINE) == (404, 20404)


def test_what_needs_a_token_is_no_key_s_to_do() -> None:
    """rest-api.md section 2 (P): a key without the right is 401/20003."""
    assert owner(request(basic(MINE, "my-token")), MINE, directory(), by_token=True) == ACCOUNTS[MINE]
    assert refusal(KEY, "my-secret", MINE, by_token=True) == (401, 20003)
    with pytest.raises(ApiError):
        token_caller(request(basic(KEY, "my-secret")), directory())


@pytest.mark.parametrize("status", [AccountStatus.SUSPENDED, AccountStatus.CLOSED])
def test_an_account_that_is_not_active_opens_nothing_and_is_not_opened(status: AccountStatus) -> None:
    mine, sub = request(basic(MINE, "my-token")), request(basic(SUB, "sub-token"))
    for asking, sid, found in (
        (sub, SUB, directory(sub=status)),
        (mine, SUB, directory(sub=status)),
        (mine, MINE, directory(mine=status)),
        (mine, SUB, directory(mine=status)),
    ):
        with pytest.raises(ApiError) as caught:
            owner(asking, sid, found)
        assert (caught.value.status, caught.value.code) == (403, 20403)
    assert owner(mine, MINE, directory(sub=status)) == ACCOUNTS[MINE]


def test_a_stranger_does_not_learn_which_accounts_exist() -> None:
    for sid in (MINE, NONE):
        with pytest.raises(ApiError) as caught:
            owner(request(None), sid, directory(mine=AccountStatus.CLOSED))
        assert caught.value.status == 401
