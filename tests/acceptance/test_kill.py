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
MEETING = range(6)
"""These meet in a conference, which is recorded. The one that came last has left it when the server is killed, and
its end is on its way to the app."""
ENDED = range(6, 20)
"""These are recorded and have ended by then, and wait to tell of it. The rest is recorded and cut off."""
TRANSCRIBED = CALLS - 1
RECORDED = CALLS - len(MEETING)

ROOM = (
    '<Dial><Conference record="record-from-start" recordingStatusCallback="/recorded" statusCallback="/room"'
    ' statusCallbackEvent="start end join leave">team</Conference></Dial>'
)
RECORD = (
    '<Record playBeep="false" timeout="0" maxLength="60" trim="do-not-trim" recordingStatusCallback="/recorded"'
    ' recordingStatusCallbackEvent="in-progress completed absent"{more}/>'
)


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
        placed = time.monotonic()
        call = phone.call(f"sip:hello@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)
        await call.answered()
        speaking = asyncio.ensure_future(call.play(Clip.decode(tone_wav(440, 10), "wav")))
        began = time.monotonic()
        await asyncio.sleep(3.5)
        server.process.send_signal(signal.SIGKILL)
        killed = time.monotonic()
        await asyncio.to_thread(server.process.wait)
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
        call.hang_up()
    (path,) = server.folder.rglob("RE*.wav")
    heard = read_wav(path)
    seconds = len(heard) / 8000
    assert killed - began - 1.3 <= seconds <= killed - placed + 0.1
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


def voice(request: AppRequest) -> str:
    """What a call does, by the number that it calls."""
    number = int(request.parameters["To"].partition(":")[2].partition("@")[0])
    if number in MEETING:
        return ROOM
    return RECORD.format(more=' transcribe="true" transcribeCallback="/words"' if number == TRANSCRIBED else "")


async def test_kill_9_in_the_middle_of_50_calls_loses_no_recording_and_no_callback(
    app: VoiceApp, serve: Callable[[str], Server], store: str
) -> None:
    """The app takes `in-progress` of every recording and does not answer; behind that, 14 calls have more to tell.

    Another 30 are cut off by the kill, and so is a conference of five: what they owe is told at the next start.
    """
    silence = asyncio.Event()
    app.pages |= {"/voice": voice, "/room": "", "/words": ""}

    async def answer_nothing(_: AppRequest) -> web.Response:
        await silence.wait()
        return web.Response(status=204)

    app.pages |= {"/recorded": answer_nothing, "/status": answer_nothing}
    server = serve(settings_on(store, app, f'status_callback_url = "{app.url("/status")}"'))
    async with Softphone.open() as phone:
        began = await call_and_speak(phone, server, app, store)
        server.process.send_signal(signal.SIGKILL)
        spoken = time.monotonic() - began
        await asyncio.to_thread(server.process.wait)
    before, app.requests = app.requests, []
    silence.set()

    again = Server.start_in(server.folder)
    try:
        await settled(store)
        after = list(app.requests)
        check_tokens(before, after)
        check_calls(after, {call_sid for (call_sid,) in await rows(store, "SELECT sid FROM call")})
        check_conference(before, after)
        (words,) = (request.parameters for request in after if request.path == "/words")
        assert words["TranscriptionStatus"] == "failed"
        await check_recordings(server.folder, store, spoken)
        await check_rows(store)
        assert await again.stop() == 0
        once_more = Server.start_in(server.folder)
        await settled(store)
        assert await once_more.stop() == 0
        once_more.close()
        assert app.requests == after, "nothing is sent by a second start"
    finally:
        again.close()


async def call_and_speak(phone: Softphone, server: Server, app: VoiceApp, store: str) -> float:
    """50 calls that are recorded; after a while the first 20 but those in the room hang up. When the last began."""
    tone = Clip.decode(tone_wav(440, 30), "wav")
    speaking: list[asyncio.Task[None]] = []

    async def one(number: int) -> SoftphoneCall:
        call = phone.call(f"sip:{number}@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)
        await call.answered()
        speaking.append(asyncio.ensure_future(call.play(tone)))
        return call

    calls = await asyncio.gather(*(one(number) for number in range(1, CALLS)))
    await app.wait_for("/room", len(MEETING))  # who opened it stays
    calls.insert(0, await one(0))
    began = time.monotonic()
    await app.wait_for("/recorded", RECORDED)
    await app.wait_for("/room", len(MEETING) + 1)
    await asyncio.sleep(1.5)
    gone = [calls[number] for number in (MEETING[0], *ENDED)]
    for call in gone:
        call.hang_up()
    await asyncio.gather(*(call.ended(10) for call in gone))
    await app.wait_for("/status", 1)
    await app.wait_for("/room", len(MEETING) + 2)
    await written(store, len(gone))
    for task in speaking:
        task.cancel()
    await asyncio.gather(*speaking, return_exceptions=True)
    return began


async def written(store: str, ended: int) -> None:
    """Until so many calls have ended, and nothing more is written: the store is complete up to the last second."""
    before: object = None
    async with asyncio.timeout(60):
        while True:
            [(over,)] = await rows(store, "SELECT count(*) FROM call WHERE ended_at IS NOT NULL")
            now = await rows(store, "SELECT state, count(*) FROM callback GROUP BY state ORDER BY state")
            if over == ended and now == before:
                return
            before = now
            await asyncio.sleep(1.5)


async def settled(store: str) -> None:
    """Until no callback waits."""
    async with asyncio.timeout(60):
        while True:
            if await rows(store, "SELECT count(*) FROM callback WHERE state = 'waiting'") == [(0,)]:
                return
            await asyncio.sleep(0.1)


def check_tokens(before: list[AppRequest], after: list[AppRequest]) -> None:
    """What was on its way came again under its token; everything else came once, under a token of its own."""
    on_their_way = {request.headers[TOKEN]: request for request in before if request.path in ("/recorded", "/status")}
    assert collections.Counter(request.path for request in on_their_way.values()) == {
        "/recorded": RECORDED,
        "/status": 1,
    }
    assert all(request.is_signed for request in after)
    assert collections.Counter(request.headers[TOKEN] for request in after).most_common(1)[0][1] == 1
    again = {request.headers[TOKEN]: request for request in after if request.headers[TOKEN] in on_their_way}
    assert again.keys() == on_their_way.keys()
    for token, request in again.items():
        assert request.parameters == on_their_way[token].parameters


def check_calls(after: list[AppRequest], call_sids: set[str]) -> None:
    """A call is over, then its recording is complete, as when a caller hangs up: whether that waited or was cut off."""
    assert len(call_sids) == CALLS
    told = collections.defaultdict(list)
    for request in after:
        if request.path in ("/recorded", "/status") and "CallSid" in request.parameters:
            parameters = request.parameters
            told[parameters["CallSid"]].append((request.path, parameters.get("RecordingStatus", "")))
            if parameters.get("RecordingStatus") == "completed":
                assert int(parameters["RecordingDuration"]) >= 1
            assert parameters.get("CallStatus", "completed") == "completed"
    assert set(told) == call_sids
    assert collections.Counter(tuple(events) for events in told.values()) == {
        (("/recorded", "in-progress"), ("/status", ""), ("/recorded", "completed")): RECORDED,
        (("/status", ""),): len(MEETING),
    }


def check_conference(before: list[AppRequest], after: list[AppRequest]) -> None:
    """twiml.md 8.4: everybody who was there leaves, it ends, and its recording is told of; the count goes on."""
    (begun, *_) = (request.parameters for request in before if request.path == "/room")
    last = [request.parameters for request in before if request.path == "/room"][-1]
    ends = [request.parameters for request in after if request.path == "/room"]
    assert last["StatusCallbackEvent"] == "participant-leave"
    assert {parameters["ConferenceSid"] for parameters in ends} == {begun["ConferenceSid"]}
    numbers = [int(parameters["SequenceNumber"]) for parameters in ends]
    first = int(last["SequenceNumber"]) + 1
    assert numbers == list(range(first, first + len(MEETING)))
    assert [parameters["StatusCallbackEvent"] for parameters in ends] == [
        *["participant-leave"] * (len(MEETING) - 1),
        "conference-end",
    ]
    gone = {parameters["CallSid"] for parameters in ends[:-1]}
    assert len(gone) == len(MEETING) - 1
    assert last["CallSid"] not in gone
    (recorded,) = (
        request
        for request in after
        if "RecordingSid" in request.parameters
        and request.path == "/recorded"
        and "ConferenceSid" in request.parameters
    )
    assert recorded.parameters["ConferenceSid"] == begun["ConferenceSid"]
    assert recorded.parameters["RecordingStatus"] == "completed"


async def check_recordings(folder: Path, store: str, spoken: float) -> None:
    """All are closed; those that ran at the kill have everything up to its last second."""
    closed = await rows(store, "SELECT path, status, duration_seconds FROM recording")
    assert len(closed) == RECORDED + 1
    lengths = []
    for path, status, duration in closed:
        heard = read_wav(folder / "recordings" / path)
        lengths.append(len(heard) / 8000)
        assert (status, duration) == ("completed", round(lengths[-1]))
    assert sum(length >= spoken - 1.3 for length in lengths) >= RECORDED - len(ENDED) + 1


async def check_rows(store: str) -> None:
    """Nothing is in progress any more, and nothing is owed."""
    assert await rows(store, "SELECT count(*) FROM call WHERE ended_at IS NULL") == [(0,)]
    assert {status for (status,) in await rows(store, "SELECT status FROM call")} == {"completed"}
    assert await rows(store, "SELECT status, reason_ended FROM conference") == [("completed", "last-participant-left")]
    assert await rows(store, "SELECT status FROM transcription") == [("failed",)]
    assert await rows(store, OWED) == []


OWED = "SELECT url, state FROM callback WHERE state IN ('waiting', 'held') AND finished_at IS NULL"


async def test_sigterm_with_calls_that_outlast_the_grace_time_tells_everything_before_the_end(
    app: VoiceApp, serve: Callable[[str], Server], tmp_path: Path
) -> None:
    store = f"sqlite:///{tmp_path}/term.db"
    app.pages |= {"/voice": voice, "/room": "", "/recorded": "", "/status": "", "/words": ""}
    settings = settings_on(store, app, f'status_callback_url = "{app.url("/status")}"')
    server = serve(settings.replace("[account]", "[limits]\ngrace_seconds = 1\n[account]"))
    async with Softphone.open() as phone:
        calls = [
            phone.call(f"sip:{number}@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)
            for number in (*MEETING[:2], ENDED[0], TRANSCRIBED)
        ]
        await asyncio.gather(*(call.answered() for call in calls))
        await app.wait_for("/room", 3)
        await asyncio.sleep(2.5)  # more than the 2 s that a recording has at least which is transcribed
        assert await server.stop(100) == 0
        await asyncio.gather(*(call.ended(5) for call in calls))
    told = collections.Counter(
        (request.path, request.parameters.get("RecordingStatus") or request.parameters.get("StatusCallbackEvent"))
        for request in app.requests
    )
    del told[("/voice", None)]
    assert told == {
        ("/recorded", "in-progress"): 2,
        ("/recorded", "completed"): 3,
        ("/room", "participant-join"): 2,
        ("/room", "conference-start"): 1,
        ("/room", "participant-leave"): 2,
        ("/room", "conference-end"): 1,
        ("/status", None): 4,
        ("/words", None): 1,
    }
    assert await rows(store, OWED) == []
    assert {status for (status,) in await rows(store, "SELECT status FROM recording")} == {"completed"}
