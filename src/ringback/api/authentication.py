"""HTTP Basic of an account: its SID and its auth token (rest-api.md section 2)."""

import base64
import binascii
import hmac
import secrets

from starlette.requests import Request

from ringback.api.errors import ApiError, not_authenticated, not_found
from ringback.api.services import FindAccount
from ringback.model.record import AccountRecord

MAX_HEADER = 1024
_NOBODY = secrets.token_hex(16)  # compared with when there is no such account, so that both cases take as long


def authenticate(request: Request, find_account: FindAccount) -> AccountRecord:
    """The account whose credentials the request bears. Raises 401/20003."""
    credentials = _basic(request.headers.get("authorization", ""))
    if credentials is None:
        raise not_authenticated()
    sid, token = credentials
    account = find_account(sid)
    expected = account.auth_token if account is not None else _NOBODY
    matches = hmac.compare_digest(token.encode(), expected.encode())
    if account is None or not matches:
        raise not_authenticated()
    return account


def owner(request: Request, account_sid: str, find_account: FindAccount) -> AccountRecord:
    """The authenticated account, when the path is its own.

    Another account's path is refused with 401/20003, one that does not exist with 404/20404 (rest-api.md section 2).
    """
    account = authenticate(request, find_account)
    if account.sid != account_sid:
        raise not_authenticated() if find_account(account_sid) else not_found(request.url.path)
    return account


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


__all__ = ["ApiError", "authenticate", "owner"]
