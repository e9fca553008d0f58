"""Callbacks of a real server: what they name is there, what an app did not take is kept, what failed is replayed."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from ringback.media._engine import Clip
from ringback.testing.softphone import Softphone
from tests.acceptance.conftest import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    DOMAIN,
    PASSWORD,
    USER,
    AppRequest,
    Server,
    VoiceApp,
    settings_text,
)
from tests.peers.listening import tone_wav

TOKEN = "I-Twilio-Idempotency-Token"
OWN = f"/ringback/v1/Accounts/{ACCOUNT_SID}"
API = f"/2010-04-01/Accounts/{ACCOUNT_SID}"
RECORD = (
    '<Record action="/over" playBeep="false" timeout="0" trim="do-not-trim"'
    ' recordingStatusCallback="/recorded" recordingStatusCallbackEvent="in-progress completed"/>'
)


async def ask(server: Server, path: str, method: str = "GET") -> Any:
    """A resource as JSON."""
    headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT_SID, AUTH_TOKEN)}
    async with aiohttp.ClientSession(headers=headers) as session:
        url = path if path.startswith("http") else server.http + path
        async with session.request(method, url) as response:
            return response.status, await response.json() if response.content_type == "application/json" else None


def settings_of(app: VoiceApp) -> str:
    return settings_text(app.url(), domain=f'status_callback_url = "{app.url("/status")}"')


async def call_once(server: Server) -> None:
    """A call that speaks for two seconds, unless it is hung up before."""
    async with Softphone.open() as phone:
        call = phone.call(f"sip:hello@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)
        await call.answered()
        await call.play(Clip.decode(tone_wav(440, 2), "wav"))
        call.hang_up()
        await call.ended(20)


def table(server: Server, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(server.folder / "ringback.db") as database:
        return database.execute(query).fetchall()


async def test_what_a_callback_names_can_be_fetched_when_it_comes(
    app: VoiceApp, serve: Callable[[str], Server]
) -> None:
    found: list[tuple[str, int, str]] = []
    all_seen = asyncio.Event()

    async def look(request: AppRequest) -> web.Response:
        """The app that fetches at once, from within its handler."""
        parameters = request.parameters
        status, body = await ask(server, f"{API}/Calls/{parameters['CallSid']}.json")
        found.append((request.path, status, body["status"]))
        if "RecordingSid" in parameters:
            status, body = await ask(server, f"{API}/Recordings/{parameters['RecordingSid']}.json")
            found.append((parameters["RecordingStatus"], status, body["status"]))
            media, _ = await ask(server, parameters["RecordingUrl"])
            found.append(("media", media, ""))
        if len(found) >= 7:  # two callbacks of the recording, with its audio, and one of the call
            all_seen.set()
        return web.Response(status=204)

    app.pages |= {"/voice": RECORD, "/over": "<Hangup/>", "/recorded": look, "/status": look}
    server = serve(settings_of(app))
    await call_once(server)
    await asyncio.wait_for(all_seen.wait(), 20)
    assert all(status == 200 for _, status, _ in found), found
    assert ("in-progress", 200, "in-progress") in found
    assert ("completed", 200, "completed") in found
    assert ("/status", 200, "completed") in found


async def test_what_an_app_does_not_take_before_the_end_goes_out_at_the_next_start(
    app: VoiceApp, serve: Callable[[str], Server]
) -> None:
    silence = asyncio.Event()

    async def hang(_: AppRequest) -> web.Response:
        await silence.wait()
        return web.Response(status=204)

    app.pages |= {"/voice": RECORD, "/over": "<Hangup/>", "/recorded": hang, "/status": ""}
    server = serve(settings_of(app))
    await call_once(server)
    (first,) = await app.wait_for("/recorded")
    assert await server.stop(30) == 0
    assert table(server, "SELECT state FROM callback ORDER BY sequence") == [("waiting",)] * 3
    assert table(server, "SELECT error_code FROM notification") == [], "nothing has failed"
    silence.set()
    app.requests.clear()
    again = Server.start_in(server.folder)
    try:
        await asyncio.gather(app.wait_for("/status"), app.wait_for("/recorded", 2))
        told = [request.parameters.get("RecordingStatus", "call") for request in app.requests]
        assert (told[0], set(told[1:])) == ("in-progress", {"completed", "call"})
        assert app.requests[0].headers[TOKEN] == first.headers[TOKEN]
        assert all(request.is_signed for request in app.requests)
        assert await again.stop() == 0
    finally:
        again.close()


async def test_a_callback_that_an_app_refused_is_sent_again_by_hand(
    app: VoiceApp, serve: Callable[[str], Server]
) -> None:
    app.pages |= {"/voice": "<Hangup/>", "/status": web.Response(status=500)}
    server = serve(settings_of(app))
    await call_once(server)
    (refused,) = await app.wait_for("/status")
    app.pages["/status"] = ""
    async with asyncio.timeout(10):
        while True:
            _, listed = await ask(server, f"{OWN}/Callbacks.json?State=failed")
            if listed["callbacks"]:
                break
    (failed,) = listed["callbacks"]
    assert (failed["kind"], failed["error_code"], failed["tries"]) == ("status", 15003, 1)
    status, _ = await ask(server, f"{OWN}/Callbacks/{failed['sid']}/Replay.json", "POST")
    assert status == 202
    _, again = await app.wait_for("/status", 2)
    assert (again.parameters, again.headers[TOKEN]) == (refused.parameters, refused.headers[TOKEN])
    assert again.is_signed
    await server.quiet()
    _, shown = await ask(server, f"{OWN}/Callbacks/{failed['sid']}.json")
    assert (shown["state"], shown["tries"]) == ("sent", 2)


async def test_a_server_that_others_reach_does_not_ask_its_own_network(
    app: VoiceApp, serve: Callable[[str], Server], tmp_path: Path
) -> None:
    """webhooks.md H-16: the URL of the settings file is known to nobody but the operator, and still not asked."""
    app.pages["/voice"] = "<Hangup/>"
    public = settings_of(app).replace('[http]\nlisten = "127.0.0.1:0"', '[http]\nlisten = "0.0.0.0:0"')
    server = serve(public)
    await call_once(server)
    assert await server.stop() == 0
    assert app.requests == []
    assert {code for (code,) in table(server, "SELECT error_code FROM notification")} == {11205}
