"""What is left of a call when the server is killed in the middle of it, and what the next start makes of that."""

import asyncio
import collections
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp import web
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from ringback.media._engine import Clip
from ringback.testing.softphone import Softphone, SoftphoneCall
from tests.acceptance.conftest import DOMAIN, PASSWORD, USER, AppRequest, Server, VoiceApp, settings_text
from tests.peers.listening import read_wav, share, tone_wav
from tests.peers.postgresql import new_postgresql_database, running_postgresql

TOKEN = "I-Twilio-Idempotency-Token"
CALLS = 50
ENDED = 20
"""So many of them have ended when the server is killed, and wait to tell of it."""


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    with running_postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/kill.db"
    return await new_postgresql_database(request.getfixturevalue("postgresql"))


async def rows(store: str, query: str) -> list[Sequence[Any]]:
    url = store.replace("sqlite:", "sqlite+aiosqlite:").replace("postgresql:", "postgresql+asyncpg:")
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]
    finally:
        await engine.dispose()


def settings_on(store: str, app: VoiceApp, domain: str = "") -> str:
    return settings_text(app.url(), domain=domain).replace("sqlite:///ringback.db", store)


async def test_a_recording_survives_kill_9_up_to_the_last_second(
    app: VoiceApp, serve: Callable[[str], Server], tmp_path: Path
) -> None:
    store = f"sqlite:///{tmp_path}/kill.db"
    server = serve(settings_on(store, app))
    app.pages["/voice"] = '<Record playBeep="false" timeout="0" maxLength="60" trim="do-not-trim"/>'
    async with Softphone.open() as phone:
        call = phone.call(f"sip:hello@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)
        await call.answered()
        speaking = asyncio.ensure_future(call.play(Clip.decode(tone_wav(440, 10), "wav")))
        began = time.monotonic()
        await asyncio.sleep(3.5)
        server.process.send_signal(signal.SIGKILL)
        spoken = time.monotonic() - began
        await asyncio.to_thread(server.process.wait)
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
        call.hang_up()
    (path,) = server.folder.rglob("RE*.wav")
    heard = read_wav(path)
    seconds = len(heard) / 8000
    assert spoken - 1.3 <= seconds <= spoken + 0.5
    assert share(heard[4000:].astype(np.int16), 440) > 0.9

    again = Server.start_in(server.folder)
    try:
        assert await again.stop() == 0
        ((status, duration),) = await rows(store, "SELECT status, duration_seconds FROM recording")
        assert (status, duration) == ("completed", round(seconds))
        ((status, ended_at),) = await rows(store, "SELECT status, ended_at FROM call")
        assert status == "completed"
        assert ended_at is not None
    finally:
        again.close()


async def test_kill_9_in_the_middle_of_50_calls_loses_no_recording_and_no_callback(
    app: VoiceApp, serve: Callable[[str], Server], store: str
) -> None:
    """The app takes `in-progress` of every recording and does not answer; behind that, 20 calls have more to tell.

    The other 30 are cut off by the kill.
    """
    silence = asyncio.Event()
    app.pages["/voice"] = (
        '<Record playBeep="false" timeout="0" maxLength="60" trim="do-not-trim" recordingStatusCallback="/recorded"'
        ' recordingStatusCallbackEvent="in-progress completed"/>'
    )
    app.pages["/status"] = ""

    async def recorded(_: AppRequest) -> web.Response:
        await silence.wait()
        return web.Response(status=204)

    app.pages["/recorded"] = lambda request: recorded(request)
    server = serve(settings_on(store, app, f'status_callback_url = "{app.url("/status")}"'))
    async with Softphone.open() as phone:
        began = await call_and_speak(phone, server, app)
        server.process.send_signal(signal.SIGKILL)
        spoken = time.monotonic() - began
        await asyncio.to_thread(server.process.wait)
    before, app.requests = app.requests, []
    silence.set()

    again = Server.start_in(server.folder)
    try:
        await settled(store)
        after = list(app.requests)
        check_callbacks(before, after, {call_sid for (call_sid,) in await rows(store, "SELECT sid FROM call")})
        await check_recordings(server.folder, store, spoken)
        assert await rows(store, "SELECT count(*) FROM call WHERE ended_at IS NULL") == [(0,)]
        assert {status for (status,) in await rows(store, "SELECT status FROM call")} == {"completed"}
        assert await again.stop() == 0
        once_more = Server.start_in(server.folder)
        await settled(store)
        assert await once_more.stop() == 0
        once_more.close()
        assert app.requests == after, "nothing is sent by a second start"
    finally:
        again.close()


async def call_and_speak(phone: Softphone, server: Server, app: VoiceApp) -> float:
    """50 calls that are recorded; after a while the first 20 hang up. When the last one began to speak."""
    tone = Clip.decode(tone_wav(440, 30), "wav")
    speaking: list[asyncio.Task[None]] = []

    async def one(number: int) -> SoftphoneCall:
        call = phone.call(f"sip:{number}@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)
        await call.answered()
        speaking.append(asyncio.ensure_future(call.play(tone)))
        return call

    calls = await asyncio.gather(*(one(number) for number in range(CALLS)))
    began = time.monotonic()
    await app.wait_for("/recorded", CALLS)
    await asyncio.sleep(1.5)
    for call in calls[:ENDED]:
        call.hang_up()
    await asyncio.gather(*(call.ended(10) for call in calls[:ENDED]))
    await asyncio.sleep(1.5)  # the store is complete up to the last second
    for task in speaking:
        task.cancel()
    await asyncio.gather(*speaking, return_exceptions=True)
    return began


async def settled(store: str) -> None:
    """Until no callback waits."""
    async with asyncio.timeout(20):
        while True:
            if await rows(store, "SELECT count(*) FROM callback WHERE state = 'waiting'") == [(0,)]:
                return
            await asyncio.sleep(0.1)


def check_callbacks(before: list[AppRequest], after: list[AppRequest], call_sids: set[str]) -> None:
    """What was on its way came again under its token; what was behind it, and the end of every call, came once."""
    assert len(call_sids) == CALLS
    on_their_way = {request.headers[TOKEN] for request in before if request.path == "/recorded"}
    assert len(on_their_way) == CALLS
    assert all(request.is_signed for request in after)
    assert collections.Counter(request.headers[TOKEN] for request in after).most_common(1)[0][1] == 1
    told = collections.defaultdict(list)
    for request in after:
        parameters = request.parameters
        told[parameters["CallSid"]].append(parameters.get("RecordingStatus", parameters.get("CallStatus")))
        if parameters.get("RecordingStatus") == "in-progress":
            assert request.headers[TOKEN] in on_their_way
        else:
            assert request.headers[TOKEN] not in on_their_way
    assert set(told) == call_sids
    counted = collections.Counter(tuple(events) for events in told.values())
    assert counted == {
        ("in-progress", "completed", "completed"): ENDED,  # what had waited: the recording's end and the call's
        ("in-progress", "completed"): CALLS - ENDED,  # the end of a call that the kill cut off
    }


async def check_recordings(folder: Path, store: str, spoken: float) -> None:
    """All are closed; those that ran at the kill have everything up to its last second."""
    closed = await rows(store, "SELECT path, status, duration_seconds FROM recording")
    assert len(closed) == CALLS
    lengths = []
    for path, status, duration in closed:
        heard = read_wav(folder / "recordings" / path)
        lengths.append(len(heard) / 8000)
        assert (status, duration) == ("completed", round(lengths[-1]))
    assert sum(length >= spoken - 1.3 for length in lengths) >= CALLS - ENDED
