"""Who asks, and what they may do: HTTP Basic with an account's SID and token, or with an API key and its secret.

    async def list_calls(request, account: OwnAccount): ...    the path's account; also by a key, or by its parent
    async def list_keys(request, account: TokenOwnAccount): ...    the same, but never by a key

The rights are those of rest-api.md section 2. All of it is answered from memory: a stranger costs no database read.
"""

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from ringback.api.errors import forbidden, not_authenticated, not_found
from ringback.api.representation import requested_path
from ringback.api.services import ApiServices
from ringback.model.record import AccountRecord, KeyRecord, hash_secret
from ringback.store.directory import Directory

MAX_HEADER = 1024
_NOBODY = secrets.token_hex(32)  # compared with when there is no such account, so that both cases take as long


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The account whose credentials a request bears: its token, or one of its keys."""

    account: AccountRecord
    key: KeyRecord | None = None

    def may_act_for(self, account: AccountRecord) -> bool:
        """A token opens its account and the subaccounts of that, a key its own account only (Twilio's error 21100)."""
        is_parent = self.key is None and account.owner_sid == self.account.sid
        return account.sid == self.account.sid or is_parent


def authenticate(request: Request, directory: Directory) -> Caller:
    """Raises 401/20003, after the same work whether the user is unknown or the password wrong."""
    credentials = _basic(request.headers.get("authorization", ""))
    if credentials is None:
        raise not_authenticated()
    sid, password = credentials
    key = directory.key(sid)
    account = directory.account(key.account_sid if key is not None else sid)
    expected = key.secret_hash if key is not None else hash_secret(account.auth_token if account else _NOBODY)
    matches = hmac.compare_digest(hash_secret(password), expected)
    if account is None or not matches:
        raise not_authenticated()
    return Caller(account=account, key=key)


def owner(request: Request, account_sid: str, directory: Directory, *, by_token: bool = False) -> AccountRecord:
    """The account of the path, when the caller may act for it.

    Raises 401/20003 (also for a key where a token is needed), 404/20404 for any other account, and 403/20403 when the
    account of the path or that of the caller is not active.
    """
    caller = token_caller(request, directory) if by_token else active_caller(request, directory)
    account = directory.account(account_sid)
    if account is None or not caller.may_act_for(account):
        raise not_found(requested_path(request))
    _require_active(account)
    return account


def active_caller(request: Request, directory: Directory) -> Caller:
    """Raises 401/20003, or 403/20403 for an account that is suspended or closed."""
    caller = authenticate(request, directory)
    _require_active(caller.account)
    return caller


def token_caller(request: Request, directory: Directory) -> Caller:
    """The same; what keys may not do, no key does (401/20003)."""
    caller = active_caller(request, directory)
    if caller.key is not None:
        raise not_authenticated("A standard API key has no access to this resource; use the account's auth token")
    return caller


def services_of(request: Request) -> ApiServices:
    services: ApiServices = request.app.state.services
    return services


def directory_of(request: Request) -> Directory:
    """The configuration as it is now."""
    return services_of(request).configuring.directory.current


async def _path_account(request: Request, account_sid: str) -> AccountRecord:
    return owner(request, account_sid, directory_of(request))


async def _path_account_by_token(request: Request, account_sid: str) -> AccountRecord:
    return owner(request, account_sid, directory_of(request), by_token=True)


async def _token_account(request: Request) -> AccountRecord:
    return token_caller(request, directory_of(request)).account


OwnAccount = Annotated[AccountRecord, Depends(_path_account)]
"""A route's first parameter: the account in its path, which the caller may act for."""

TokenOwnAccount = Annotated[AccountRecord, Depends(_path_account_by_token)]
"""The same, for what a key may not do."""

CallingAccount = Annotated[AccountRecord, Depends(_token_account)]
"""The account whose token the request bears, for the Accounts resource."""


def _require_active(account: AccountRecord) -> None:
    if not account.is_active:
        raise forbidden(f"The account {account.sid} is {account.status}")


def _basic(header: str) -> tuple[str, str] | None:
    """User and password of RFC 7617, or None for anything else."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic" or len(header) > MAX_HEADER:
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return (user, password) if colon else None
