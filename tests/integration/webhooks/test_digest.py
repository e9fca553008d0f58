"""An app behind HTTP Digest, on real sockets: it checks the answer by itself (webhooks.md H-05, RFC 7616)."""

import hashlib
import re
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from ringback.clock import SystemClock
from ringback.services.reach_app import AppLinks
from ringback.webhooks.aiohttp_transport import AiohttpTransport
from ringback.webhooks.client import AppClient
from ringback.webhooks.errors import FetchFailed
from ringback.webhooks.transport import Method
from tests.integration.webhooks.conftest import ACCOUNT, TOKEN, App

CALL = (("CallSid", "CA1"), ("From", "sip:alice@example.com"), ("Digits", "#1"))


@dataclass
class Guard:
    """Lets pass who knows bob's password, once for each nonce and count."""

    algorithm: str
    used: set[str] = field(default_factory=set)

    def hashed(self, *parts: str) -> str:
        data = ":".join(parts).encode()
        return (hashlib.sha256(data) if self.algorithm == "SHA-256" else hashlib.md5(data)).hexdigest()

    def is_right(self, request: web.Request) -> bool:
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', request.headers.get("Authorization", "")))
        if given.get("username") != "bob" or given.get("uri") != request.raw_path:
            return False
        expected = self.hashed(
            self.hashed("bob", "app", "p@ss:word"),
            "nonce-1",
            given["nc"],
            given["cnonce"],
            "auth",
            self.hashed(request.method, request.raw_path),
        )
        is_new = given["nc"] + given["cnonce"] not in self.used
        self.used.add(given["nc"] + given["cnonce"])
        return is_new and given["response"] == expected

    async def answer(self, request: web.Request) -> web.Response:
        if self.is_right(request):
            return web.Response(text="<Response/>", content_type="text/xml", headers={"ETag": '"1"'})
        response = web.Response(status=401)
        response.headers.add("WWW-Authenticate", 'Basic realm="app"')
        asked = f'Digest realm="app", nonce="nonce-1", qop="auth,auth-int", algorithm={self.algorithm}'
        response.headers.add("WWW-Authenticate", asked)
        return response


def client_of(transport: AiohttpTransport) -> AppClient:
    """As the server composes it."""
    return AppLinks(transport=transport, clock=SystemClock(), put=lambda _: None).of(ACCOUNT).client


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_h_05_a_url_with_a_password_answers_a_digest_challenge(
    app: App, transport: AiohttpTransport, method: Method, algorithm: str
) -> None:
    app.on("/voice", Guard(algorithm).answer)
    url = app.url.replace("http://", "http://bob:p%40ss%3Aword@") + "/voice?a=%2f&b=[1]"
    client = client_of(transport)
    for _ in range(2):
        assert (await client.fetch(url, method, CALL)).body == b"<Response/>"
    assert [seen.headers["Authorization"].partition(" ")[0] for seen in app.seen] == ["Basic", "Digest"] * 2
    for seen in app.seen:
        assert RequestValidator(TOKEN).validate(seen.url, seen.form, seen.headers["X-Twilio-Signature"])
    assert len({seen.headers["I-Twilio-Idempotency-Token"] for seen in app.seen}) == 2


async def test_a_wrong_password_is_asked_for_once_and_is_11200(app: App, transport: AiohttpTransport) -> None:
    app.on("/voice", Guard("MD5").answer)
    with pytest.raises(FetchFailed) as caught:
        await client_of(transport).fetch(app.url.replace("http://", "http://bob:wrong@") + "/voice", "POST", CALL)
    assert (caught.value.code, caught.value.status, len(app.seen)) == (11200, 401, 2)
