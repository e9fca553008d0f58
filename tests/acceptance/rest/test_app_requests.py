"""How apps are asked, seen from outside: Digest, kept documents, and the events of the call (H-05, H-06)."""

import asyncio
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from twilio.rest import Client

from ringback.testing.softphone import Softphone
from tests.acceptance.conftest import AppRequest, Server, VoiceApp
from tests.acceptance.rest.conftest import NUMBER
from tests.peers.digest_guard import DigestGuard

PASSWORD = "Open-Sesame:1"
MENU = '<Response><Pause length="1"/><Redirect method="GET">/menu</Redirect></Response>'


async def test_a_guarded_app_is_asked_twice_and_a_fresh_document_once(
    client: Client, app: VoiceApp, phone: Softphone, rest_server: Server
) -> None:
    guard = DigestGuard("bob", PASSWORD, "SHA-256")

    def begin(request: AppRequest) -> str | web.Response:
        parts = urlsplit(request.url)
        if guard.admits(request.method, f"{parts.path}?{parts.query}", request.headers.get("Authorization", "")):
            return '<Redirect method="GET">/menu</Redirect>'
        refused = web.Response(status=401)
        for challenge in guard.challenges:
            refused.headers.add("WWW-Authenticate", challenge)
        return refused

    app.pages |= {
        "/begin": begin,
        "/menu": lambda _: web.Response(
            text=MENU, content_type="text/xml", headers={"Cache-Control": "private, max-age=60"}
        ),
        "/ended": "",
    }
    url = app.url("/begin").replace("http://", f"http://bob:{PASSWORD.replace(':', '%3A')}@")

    def create() -> str:
        made = client.calls.create(to=phone.uri, from_=NUMBER, url=url, method="GET", status_callback=app.url("/ended"))
        return str(made.sid)

    sid = await asyncio.to_thread(create)
    async with asyncio.timeout(15):
        while _told(await _events(client, sid))[app.url("/menu"), 200] < 2:  # noqa: ASYNC110 (nobody tells of that)
            await asyncio.sleep(0.05)
    await asyncio.to_thread(lambda: client.calls(sid).update(status="completed"))
    await app.wait_for("/ended")
    first, second = app.of("/begin")
    assert [request.headers["Authorization"].partition(" ")[0] for request in (first, second)] == ["Basic", "Digest"]
    assert first.headers["I-Twilio-Idempotency-Token"] == second.headers["I-Twilio-Idempotency-Token"]
    assert first.is_signed
    assert second.is_signed
    assert len(app.of("/menu")) == 1

    events = await _events(client, sid)
    told = _told(events)
    assert told[app.url("/begin"), 401] == told[app.url("/begin"), 200] == 1
    uses = told[app.url("/menu"), 200]
    menus = [event.response for event in events if event.request["url"] == app.url("/menu")]
    assert {response["response_body"] for response in menus} == {MENU}
    assert [response["request_duration"] for response in menus].count(0) >= uses - 1
    assert "Sesame" not in "".join(rest_server.log) + str([vars(event) for event in events])


async def _events(client: Client, sid: str) -> list[Any]:
    return await asyncio.to_thread(lambda: client.calls(sid).events.list())


def _told(events: list[Any]) -> Counter[tuple[str, int]]:
    """How often which URL gave which status, whether the app was asked or a copy was used."""
    return Counter((event.request["url"], event.response["response_code"]) for event in events)
