"""Who asks: HTTP Basic with an account's SID and token, or with an API key and its secret (rest-api.md section 2)."""

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from ringback.api.errors import not_authenticated, not_found
from ringback.api.representation import requested_path
from ringback.api.services import ApiServices, FindAccount
from ringback.model.record import AccountRecord

MAX_HEADER = 1024
_NOBODY = secrets.token_hex(16)  # compared with when there is no such account, so that both cases take as long


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The account whose credentials a request bears."""

    account: AccountRecord


def authenticate(request: Request, find_account: FindAccount) -> Caller:
    """Raises 401/20003."""
    credentials = _basic(request.headers.get("authorization", ""))
    if credentials is None:
        raise not_authenticated()
    sid, token = credentials
    account = find_account(sid)
    expected = account.auth_token if account is not None else _NOBODY
    matches = hmac.compare_digest(token.encode(), expected.encode())
    if account is None or not matches:
        raise not_authenticated()
    return Caller(account=account)


def owner(request: Request, account_sid: str, find_account: FindAccount) -> AccountRecord:
    """The account of the path, when the caller may act for it. Raises 401/20003; 404/20404 for any other account."""
    caller = authenticate(request, find_account)
    if caller.account.sid != account_sid:
        raise not_found(requested_path(request))
    return caller.account


def services_of(request: Request) -> ApiServices:
    services: ApiServices = request.app.state.services
    return services


async def _path_account(request: Request, account_sid: str) -> AccountRecord:
    return owner(request, account_sid, services_of(request).find_account)


OwnAccount = Annotated[AccountRecord, Depends(_path_account)]
"""A route's first parameter: the account in its path, which the caller may act for."""


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
