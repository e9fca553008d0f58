"""Requests over real sockets: what the app sees, and what becomes of what it answers."""

import asyncio
import base64
import zlib

import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from ringback.clock import SystemClock
from ringback.model.sid import CallSid
from ringback.webhooks.aiohttp_transport import AiohttpTransport
from ringback.webhooks.client import AppClient
from ringback.webhooks.cookies import CookieJar
from ringback.webhooks.delivery import Callback, CallbackProblem, Delivery
from ringback.webhooks.errors import FetchFailed
from ringback.webhooks.response import TwimlBody, interpret_response
from ringback.webhooks.transport import Method
from tests.integration.webhooks.conftest import TOKEN, App, says

CALL = (("CallSid", "CA1"), ("From", "sip:alice@example.com"), ("CallerName", ""), ("SipHeader_X-A", "a=1; b=é"))


async def failure_of(client: AppClient, url: str) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        await client.fetch(url, "POST", CALL)
    return caught.value


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/voice", "/voice?x=1&y=%2b", "/a%2Fb/../c?q=[1]"])
async def test_the_official_validator_accepts_what_arrives(
    app: App, client: AppClient, method: Method, path: str
) -> None:
    app.on("/voice", says("<Response><Hangup/></Response>"))
    app.on("/a/b/../c", says("<Response><Hangup/></Response>"))
    fetched = await client.fetch(app.url + path + "#rc=2", method, CALL)
    assert interpret_response(fetched) == TwimlBody(body=b"<Response><Hangup/></Response>")
    [seen] = app.seen
    assert seen.method == method
    assert seen.path.startswith(path)
    assert "#" not in seen.path
    assert RequestValidator(TOKEN).validate(seen.url, seen.form, seen.headers["X-Twilio-Signature"])
    assert seen.form == (dict(CALL) if method == "POST" else {})
    assert seen.headers["User-Agent"] == "TwilioProxy/1.1"
    assert seen.headers["Accept"] == "*/*"


async def test_one_changed_value_is_refused_by_the_official_validator(app: App, client: AppClient) -> None:
    """webhooks.md 13.2."""
    app.on("/voice", says())
    await client.fetch(app.url + "/voice", "POST", CALL)
    [seen] = app.seen
    forged = seen.form | {"CallSid": "CA2"}
    assert not RequestValidator(TOKEN).validate(seen.url, forged, seen.headers["X-Twilio-Signature"])


async def test_userinfo_arrives_as_basic_authorisation_and_is_not_signed(app: App, client: AppClient) -> None:
    """H-05."""
    app.on("/voice", says())
    await client.fetch(app.url.replace("http://", "http://bob:p%40ss@") + "/voice", "POST", CALL)
    [seen] = app.seen
    assert base64.b64decode(seen.headers["Authorization"].removeprefix("Basic ")) == b"bob:p@ss"
    assert RequestValidator(TOKEN).validate(seen.url, seen.form, seen.headers["X-Twilio-Signature"])


async def test_redirects_are_followed_and_each_hop_is_signed(app: App, client: AppClient) -> None:
    app.on("/voice", says(status=302, Location="/next?hop=1"))
    app.on("/next", says())
    fetched = await client.fetch(app.url + "/voice", "POST", CALL, own_parameters=(("Digits", "1"),))
    assert fetched.url == app.url + "/next?hop=1"
    first, second = app.seen
    assert (first.form["Digits"], second.method) == ("1", "GET")
    assert "Digits" not in second.path
    assert "CallSid=CA1" in second.path
    assert RequestValidator(TOKEN).validate(second.url, {}, second.headers["X-Twilio-Signature"])


async def test_a_redirect_for_ever_is_11215(app: App, client: AppClient) -> None:
    app.on("/voice", says(status=301, Location="/voice"))
    assert (await failure_of(client, app.url + "/voice")).code == 11215
    assert len(app.seen) == 11


async def test_cookies_live_as_long_as_the_call(app: App, client: AppClient) -> None:
    app.on("/voice", says(Set_Cookie="session=abc; Path=/"))
    jar = CookieJar()
    for cookies in (jar, jar, CookieJar()):
        await client.fetch(app.url + "/voice", "POST", CALL, cookies=cookies)
    assert [seen.headers.get("Cookie") for seen in app.seen] == [None, "session=abc", None]


async def test_an_error_page_is_kept_for_the_notification(app: App, client: AppClient) -> None:
    app.on("/voice", says("Traceback: boom", status=500, X_Trace="7"))
    failure = await failure_of(client, app.url + "/voice")
    assert (failure.code, failure.status, failure.body) == (11200, 500, b"Traceback: boom")
    assert ("X-Trace", "7") in failure.headers


async def test_the_third_try_of_a_stumbling_app_succeeds(app: App, client: AppClient) -> None:
    """webhooks.md 13.8."""
    statuses = iter([500, 500, 200])

    async def stumble(_: web.Request) -> web.Response:
        return web.Response(text="<Response/>", status=next(statuses), content_type="text/xml")

    app.on("/voice", stumble)
    await client.fetch(app.url + "/voice#rc=2&rp=5xx", "POST", CALL)
    assert len({seen.headers["I-Twilio-Idempotency-Token"] for seen in app.seen}) == 1
    assert len(app.seen) == 3


async def test_an_app_that_sleeps_too_long_fails_at_its_read_limit(app: App, client: AppClient) -> None:
    """webhooks.md 13.7."""
    release = asyncio.Event()

    async def sleep(_: web.Request) -> web.Response:
        await release.wait()
        return web.Response()

    app.on("/voice", sleep)
    failure = await failure_of(client, app.url + "/voice#rt=200")
    release.set()
    assert (failure.code, failure.message) == (11200, "no answer in 0.2 s")


async def test_the_total_limit_counts_also_when_bytes_drip(app: App, client: AppClient) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x")
                await asyncio.sleep(0.02)
        except ConnectionResetError:
            return response

    app.on("/voice", drip)
    failure = await failure_of(client, app.url + "/voice#tt=300")
    assert (failure.code, failure.message) == (11200, "no complete answer in 0.3 s")


async def test_70_kb_are_11750_and_an_endless_body_is_not_read(app: App, client: AppClient) -> None:
    """webhooks.md 13.12."""
    written = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal written
        response = web.StreamResponse(headers={"Content-Type": "text/xml"})
        await response.prepare(request)
        try:
            while written < 50_000_000:
                await response.write(b"<!-- x -->" * 1000)
                written += 10_000
        except ConnectionResetError:
            pass
        return response

    app.on("/voice", endless)
    app.on("/page", says("x" * 70_000))
    assert (await failure_of(client, app.url + "/page")).code == 11750
    assert (await failure_of(client, app.url + "/voice")).code == 11750
    assert written < 50_000_000


async def test_exactly_64_kb_are_a_document(app: App, client: AppClient) -> None:
    app.on("/voice", says("x" * 65_536))
    assert len((await client.fetch(app.url + "/voice", "POST", CALL)).body) == 65_536


async def test_a_small_answer_that_unpacks_to_much_is_cut_like_a_large_one(app: App, client: AppClient) -> None:
    bomb = zlib.compress(bytes(50_000_000))

    async def packed(_: web.Request) -> web.Response:
        return web.Response(body=bomb, headers={"Content-Type": "text/xml", "Content-Encoding": "deflate"})

    app.on("/voice", packed)
    assert (await failure_of(client, app.url + "/voice")).code == 11750


async def test_an_empty_chunked_answer_is_11770(app: App, client: AppClient) -> None:
    async def nothing(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/xml"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        return response

    app.on("/voice", nothing)
    with pytest.raises(FetchFailed) as caught:
        interpret_response(await client.fetch(app.url + "/voice", "POST", CALL))
    assert caught.value.code == 11770


async def test_media_is_revalidated_by_its_etag(app: App, client: AppClient) -> None:
    """PLAY-01, PLAY-02."""

    async def tune(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == '"v1"':
            return web.Response(status=304)
        return web.Response(body=b"ID3", headers={"Content-Type": "audio/mpeg", "ETag": '"v1"'})

    app.on("/a.mp3", tune)
    media = [await client.fetch_media(app.url + "/a.mp3") for _ in range(3)]
    assert {item.data for item in media} == {b"ID3"}
    first, second, third = app.seen
    assert (first.method, first.form, first.path) == ("GET", {}, "/a.mp3")
    assert second.headers["If-None-Match"] == third.headers["If-None-Match"] == '"v1"'
    assert RequestValidator(TOKEN).validate(first.url, {}, first.headers["X-Twilio-Signature"])


async def test_callbacks_of_a_call_arrive_in_order_and_a_404_is_a_warning(app: App, client: AppClient) -> None:
    """SB-04, webhooks.md 13.19."""
    problems: list[CallbackProblem] = []
    app.on("/status", says(status=204, body=""))
    delivery = Delivery(client, SystemClock(), problems.append)
    for number in range(5):
        url = f"{app.url}/status?n={number}" if number != 3 else f"{app.url}/missing"
        delivery.post(Callback(call_sid=CallSid("CA1"), url=url, parameters=CALL))
    app.on("/missing", says("no", status=404))
    await delivery.close(5)
    assert [seen.path for seen in app.seen] == [
        "/status?n=0",
        "/status?n=1",
        "/status?n=2",
        "/missing",
        "/status?n=4",
    ]
    assert [(problem.code, problem.level) for problem in problems] == [(15003, "warning")]


async def test_connections_are_kept_and_shared(app: App, transport: AiohttpTransport, client: AppClient) -> None:
    ports: set[object] = set()

    async def port(request: web.Request) -> web.Response:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername")[1])
        return web.Response(text="<Response/>", content_type="text/xml")

    app.on("/voice", port)
    for _ in range(3):
        await client.fetch(app.url + "/voice", "POST", CALL)
    assert len(ports) == 1
