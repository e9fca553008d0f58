"""What every answer of the REST API has, and every account's requests obey (rest-api.md sections 1 and 8).

AnswerHeaders(PathSuffix(Concurrency(HeadAsGet(the routes))))
"""

import secrets
import time
from collections import Counter
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ringback.api.authentication import authenticate
from ringback.api.errors import ApiError, too_many_requests
from ringback.api.representation import ROOTS
from ringback.api.services import ApiServices

TWILIO_CONCURRENT_REQUESTS = 100
"""Requests of one account at once with `[limits] like = "twilio"`; Twilio does not publish its number."""

ORIGIN_HEADERS: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match,"
    " If-Unmodified-Since, Idempotency-Key",
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": "ETag",
}


def is_rest(scope: Scope) -> bool:
    return scope["type"] == "http" and str(scope["path"]).startswith(ROOTS)


class AnswerHeaders:
    """The headers by which Twilio's answers are told apart in logs, and those for browsers.

    OPTIONS is answered here: a browser asks it without credentials.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_rest(scope):
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Twilio-Request-Id"] = f"RQ{secrets.token_hex(16)}"
                headers["Twilio-Request-Duration"] = f"{time.perf_counter() - started:.3f}"
                headers.update(ORIGIN_HEADERS)
            await send(message)

        if scope["method"] == "OPTIONS":
            await Response(status_code=204)(scope, receive, send_named)
        else:
            await self._app(scope, receive, send_named)


class Concurrency:
    """Counts the requests of each account that are being answered, and with a limit refuses those above it.

    Counted for the account whose credentials a request bears. One without good credentials is nobody's, and is
    refused by its route; so strangers cannot use up an account's share.
    """

    def __init__(self, app: ASGIApp, services: ApiServices) -> None:
        self._app = app
        self._configuring = services.configuring
        self._most = services.max_concurrent_requests
        self._under_way: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        account_sid = self._account(scope)
        if account_sid is None:
            await self._app(scope, receive, send)
            return
        self._under_way[account_sid] += 1
        count = self._under_way[account_sid]

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Twilio-Concurrent-Requests"] = str(count)
            await send(message)

        try:
            if self._most is not None and count > self._most:
                await too_many_requests().response(Request(scope))(scope, receive, send_counted)
            else:
                await self._app(scope, receive, send_counted)
        finally:
            self._under_way[account_sid] -= 1
            if not self._under_way[account_sid]:
                del self._under_way[account_sid]

    def _account(self, scope: Scope) -> str | None:
        if not is_rest(scope):
            return None
        try:
            return authenticate(Request(scope), self._configuring.directory.current).account.sid
        except ApiError:
            return None


class HeadAsGet:
    """HEAD is what GET would answer, without its body, which the HTTP server leaves out (RFC 9110 section 9.3.2).

    A route that offers HEAD by itself is asked by it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_rest(scope) and scope["method"] == "HEAD" and not offers(scope, "HEAD"):
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)


def offers(scope: Scope, method: str) -> bool:
    """Whether some route serves the path by this method."""
    asked = {**scope, "method": method}
    return any(route.matches(asked)[0] is Match.FULL for route in scope["app"].routes)
