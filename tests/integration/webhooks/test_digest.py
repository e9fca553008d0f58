"""An app behind HTTP Digest, on real sockets: it checks the answer by itself (webhooks.md H-05, RFC 7616)."""

import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from ringback.clock import SystemClock
from ringback.services.reach_app import AppLinks
from ringback.webhooks.aiohttp_transport import AiohttpTransport
from ringback.webhooks.client import AppClient
from ringback.webhooks.errors import FetchFailed
from ringback.webhooks.transport import Method
from tests.integration.webhooks.conftest import ACCOUNT, TOKEN, App, Handler
from tests.peers.digest_guard import DigestGuard

CALL = (("CallSid", "CA1"), ("From", "sip:alice@example.com"), ("Digits", "#1"))


def guarded(guard: DigestGuard) -> Handler:
    """A page that only the guard's user sees."""

    async def answer(request: web.Request) -> web.Response:
        if guard.admits(request.method, request.raw_path, request.headers.get("Authorization", "")):
            return web.Response(text="<Response/>", content_type="text/xml", headers={"ETag": '"1"'})
        response = web.Response(status=401)
        for challenge in guard.challenges:
            response.headers.add("WWW-Authenticate", challenge)
        return response

    return answer


def client_of(transport: AiohttpTransport) -> AppClient:
    """As the server composes it."""
    return AppLinks(transport=transport, clock=SystemClock(), put=lambda _: None).of(ACCOUNT).client


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_h_05_a_url_with_a_password_answers_a_digest_challenge(
    app: App, transport: AiohttpTransport, method: Method, algorithm: str
) -> None:
    app.on("/voice", guarded(DigestGuard("bob", "p@ss:word", algorithm)))
    url = app.url.replace("http://", "http://bob:p%40ss%3Aword@") + "/voice?a=%2f&b=[1]"
    client = client_of(transport)
    for _ in range(2):
        assert (await client.fetch(url, method, CALL)).body == b"<Response/>"
    assert [seen.headers["Authorization"].partition(" ")[0] for seen in app.seen] == ["Basic", "Digest"] * 2
    for seen in app.seen:
        assert RequestValidator(TOKEN).validate(seen.url, seen.form, seen.headers["X-Twilio-Signature"])
    assert len({seen.headers["I-Twilio-Idempotency-Token"] for seen in app.seen}) == 2


async def test_a_wrong_password_is_asked_for_once_and_is_11200(app: App, transport: AiohttpTransport) -> None:
    app.on("/voice", guarded(DigestGuard("bob", "p@ss:word")))
    with pytest.raises(FetchFailed) as caught:
        await client_of(transport).fetch(app.url.replace("http://", "http://bob:wrong@") + "/voice", "POST", CALL)
    assert (caught.value.code, caught.value.status, len(app.seen)) == (11200, 401, 2)
