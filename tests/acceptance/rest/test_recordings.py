"""Recordings by the official library, with calls that talk, and the audio listened to (rest-api.md 9.6)."""

import asyncio
import io
import wave
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest
from aiohttp import web
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from ringback.testing.softphone import Softphone, SoftphoneCall
from tests.acceptance.conftest import ACCOUNT_SID, AUTH_TOKEN, AppRequest, Server, VoiceApp
from tests.acceptance.rest.conftest import call_in, rest_settings
from tests.acceptance.rest.party import TONES, blocking, party_of
from tests.acceptance.test_audio import tone
from tests.peers.listening import Samples, read_wav, tone_wav, tones_in

CALLER, PRIVATE, APP = 700.0, 1400.0, 300.0
ALL = (CALLER, PRIVATE, APP)
TALK_SECONDS = 0.8
PAUSE_SECONDS = 1.2


def refusal(work: Callable[[], Any]) -> tuple[int, int | None]:
    with pytest.raises(TwilioRestException) as refused:
        work()
    return refused.value.status, refused.value.code


async def fetched(url: str, *, authorized: bool = True) -> tuple[int, bytes]:
    headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT_SID, AUTH_TOKEN)} if authorized else {}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, await answer.read()


async def completed(client: Client, sid: str) -> Any:
    """Read the recording again and again, as programs do, until its file is ready."""
    async with asyncio.timeout(5):
        while True:
            recording = await blocking(client.recordings(sid).fetch)
            if recording.status == "completed":
                return recording
            await asyncio.sleep(0.1)


def seconds_of(media: bytes) -> float:
    with wave.open(io.BytesIO(media)) as reader:
        return float(reader.getnframes() / reader.getframerate())


def longest_silence(samples: Samples) -> float:
    """Seconds of the longest run of samples that are nothing at all."""
    loud = np.flatnonzero(np.concatenate([[1], samples, [1]]))
    return (int(np.diff(loud).max()) - 1) / 8000


class Talk:
    """A call that is up, on which the caller always makes some tone, and the app another."""

    def __init__(self, call: SoftphoneCall, sid: str) -> None:
        self.call = call
        self.sid = sid
        self._speaking: asyncio.Task[None] | None = None

    def speak(self, frequency_hz: float) -> None:
        """From now on this tone; the one before is over."""
        self._speaking = asyncio.create_task(self.call.play(tone(frequency_hz, 30)))

    async def hang_up(self) -> None:
        self.call.hang_up()
        await self.call.ended(5)
        if self._speaking is not None:
            await asyncio.gather(self._speaking, return_exceptions=True)


@pytest.fixture
async def talk(rest_server: Server, app: VoiceApp, phone: Softphone) -> AsyncIterator[Talk]:
    app.pages |= {"/voice": '<Play loop="0">/tone.wav</Play>', "/tone.wav": tone_wav(APP, 5), "/recorded": ""}
    call = call_in(phone, rest_server)
    await call.answered(10)
    talking = Talk(call, (await app.wait_for("/voice"))[0].parameters["CallSid"])
    talking.speak(CALLER)
    await asyncio.sleep(0.3)
    yield talking
    await talking.hang_up()


@pytest.mark.parametrize("behavior", ["skip", "silence"])
async def test_a_live_call_is_recorded_and_what_is_said_in_a_pause_is_in_no_file(
    client: Client, app: VoiceApp, talk: Talk, behavior: str
) -> None:
    recordings = client.calls(talk.sid).recordings
    begun = await blocking(
        recordings.create,
        recording_channels="dual",
        recording_status_callback=app.url("/recorded"),
        recording_status_callback_event=["in-progress", "completed"],
    )
    assert (begun.status, begun.channels, begun.source) == ("in-progress", 2, "StartCallRecordingAPI")
    assert (begun.call_sid, begun.duration, begun.track) == (talk.sid, None, "both")
    await asyncio.sleep(TALK_SECONDS)
    paused = await blocking(recordings(begun.sid).update, status="paused", pause_behavior=behavior)
    assert paused.status == "paused"
    talk.speak(PRIVATE)
    assert await blocking(refusal, client.recordings(begun.sid).delete) == (400, 20009)
    await asyncio.sleep(PAUSE_SECONDS)
    talk.speak(CALLER)
    await asyncio.sleep(0.3)
    resumed = await blocking(recordings("Twilio.CURRENT").update, status="in-progress")
    assert (resumed.sid, resumed.status) == (begun.sid, "in-progress")
    await asyncio.sleep(TALK_SECONDS)
    assert (await blocking(recordings(begun.sid).update, status="stopped")).status == "stopped"
    first, last = await app.wait_for("/recorded", 2)
    assert [told.parameters["RecordingStatus"] for told in (first, last)] == ["in-progress", "completed"]
    assert first.is_signed
    assert last.is_signed
    assert not talk.call.has_ended
    kept = await blocking(client.recordings(begun.sid).fetch)
    assert (kept.status, kept.media_url) == ("completed", last.parameters["RecordingUrl"])
    status, media = await fetched(kept.media_url)
    assert status == 200
    caller, heard = read_wav(media, 0), read_wav(media, 1)
    assert tones_in(caller, ALL) == {CALLER}, "the caller's side is the left one"
    assert tones_in(heard, ALL) == {APP}
    paused_seconds = PAUSE_SECONDS + 0.3
    if behavior == "silence":
        assert longest_silence(caller) > paused_seconds - 0.2
        assert seconds_of(media) > 2 * TALK_SECONDS + paused_seconds - 0.3
    else:
        assert max(longest_silence(caller), longest_silence(heard)) < 0.2
        assert seconds_of(media) < 2 * TALK_SECONDS + paused_seconds - 0.3
    mixed = read_wav((await fetched(f"{kept.media_url}.wav?RequestedChannels=1"))[1])
    assert tones_in(mixed, ALL) == {CALLER, APP}


async def test_mono_is_both_sides_and_a_track_is_one_of_them(client: Client, app: VoiceApp, talk: Talk) -> None:
    recordings = client.calls(talk.sid).recordings
    mono = await blocking(recordings.create)
    outbound = await blocking(recordings.create, recording_track="outbound")
    assert (outbound.track, outbound.channels) == ("outbound", 1)
    assert await blocking(refusal, lambda: recordings("Twilio.CURRENT").update(status="paused")) == (400, 16108)
    await asyncio.sleep(TALK_SECONDS)
    await talk.hang_up()
    heard = {}
    for recording in (mono, outbound):
        url = (await completed(client, recording.sid)).media_url
        heard[recording.sid] = tones_in(read_wav((await fetched(url))[1]), ALL)
        status, refused = await fetched(f"{url}.wav?RequestedChannels=2")
        assert (status, b"16113" in refused) == (400, True)
    assert heard == {mono.sid: {CALLER, APP}, outbound.sid: {APP}}
    assert await blocking(refusal, recordings.create) == (400, 21220)
    assert await blocking(refusal, lambda: recordings(mono.sid).update(status="paused")) == (400, 21220)
    assert await blocking(refusal, lambda: client.calls("CA" + "9" * 32).recordings.create()) == (404, 20404)


async def test_a_recording_is_listed_filtered_fetched_and_deleted(
    client: Client, rest_server: Server, app: VoiceApp, phone: Softphone, tmp_path: Path
) -> None:
    app.pages |= {
        "/voice": '<Record playBeep="false" finishOnKey="#" action="/done" recordingStatusCallback="/recorded"/>',
        "/done": "<Hangup/>",
        "/recorded": "",
    }
    call = call_in(phone, rest_server)
    await call.answered(10)
    await call.play(tone(CALLER, 1))
    await call.press("#")
    await call.ended(10)
    (told,) = await app.wait_for("/recorded")
    sid, call_sid = told.parameters["RecordingSid"], told.parameters["CallSid"]
    today = datetime.now(UTC).date()
    filters: list[dict[str, Any]] = [
        {"call_sid": call_sid},
        {"call_sid": call_sid, "date_created": datetime.now(UTC)},
        {"call_sid": call_sid, "date_created_after": datetime(2026, 1, 1, tzinfo=UTC)},
    ]
    for wanted in filters:
        (found,) = await blocking(client.recordings.list, **wanted)
        assert (found.sid, found.source, found.duration, found.price) == (sid, "RecordVerb", "1", None)
    assert await blocking(client.recordings.list, call_sid=call_sid, date_created_before=datetime(2026, 1, 1)) == []
    (of_call,) = await blocking(client.calls(call_sid).recordings.list, date_created=today)
    assert (of_call.sid, of_call.uri) == (
        sid,
        f"/2010-04-01/Accounts/{ACCOUNT_SID}/Calls/{call_sid}/Recordings/{sid}.json",
    )
    assert (await blocking(client.calls(call_sid).recordings(sid).fetch)).status == "completed"
    url = told.parameters["RecordingUrl"]
    for suffix, kind in ((".wav", b"RIFF"), (".mp3", b"\xff"), ("", b"RIFF")):
        status, media = await fetched(url + suffix)
        assert (status, media[: len(kind)]) == (200, kind)
    assert (await fetched(url, authorized=False))[0] == 401
    assert tones_in(read_wav((await fetched(url))[1]), ALL) == {CALLER}
    assert await blocking(client.recordings(sid).delete)
    assert await blocking(refusal, client.recordings(sid).fetch) == (404, 20404)
    assert [(await fetched(url + suffix))[0] for suffix in ("", ".mp3")] == [404, 404]
    assert await blocking(client.recordings.list, call_sid=call_sid) == []
    (deleted,) = await blocking(client.recordings.list, call_sid=call_sid, include_soft_deleted=True)
    assert (deleted.sid, deleted.status) == (sid, "deleted")
    folder = rest_server.folder / "recordings" / ACCOUNT_SID
    assert list(folder.glob(f"{sid}*")) == []


async def test_the_recording_of_a_conference_is_paused_and_stopped_while_it_goes_on(
    client: Client, rest_server: Server, app: VoiceApp, tmp_path: Path
) -> None:
    name = f"recorded-{tmp_path.name}"
    app.pages |= {
        "/voice": f'<Dial><Conference beep="false" record="record-from-start" recordingStatusCallback="/recorded"'
        f' waitUrl="">{name}</Conference></Dial>',
        "/recorded": "",
    }
    async with party_of(rest_server, tmp_path) as party:
        await party.call_in("ann")
        await party.call_in("bob")
        (conference,) = await blocking(client.conferences.list, friendly_name=name)
        conference_sid = conference.sid
        recordings = client.conferences(conference_sid).recordings
        await asyncio.sleep(TALK_SECONDS)
        paused = await blocking(recordings("Twilio.CURRENT").update, status="paused", pause_behavior="skip")
        assert (paused.status, paused.conference_sid) == ("paused", conference_sid)
        await party.call_in("cee")
        await asyncio.sleep(1.2)
        assert (await blocking(recordings(paused.sid).update, status="stopped")).status == "stopped"
        (told,) = await app.wait_for("/recorded")
        assert not any(call.has_ended for call in party.calls.values())
    assert (told.parameters["RecordingSid"], told.parameters["ConferenceSid"]) == (paused.sid, conference_sid)
    media = (await fetched(told.parameters["RecordingUrl"]))[1]
    assert tones_in(read_wav(media), TONES.values()) == {TONES["ann"], TONES["bob"]}
    (listed,) = await blocking(recordings.list)
    assert (listed.sid, listed.status, listed.source) == (paused.sid, "completed", "Conference")
    assert await blocking(recordings(paused.sid).delete)
    assert await blocking(recordings.list) == []


async def test_what_a_callback_names_can_be_fetched_when_it_comes(
    rest_server: Server, app: VoiceApp, phone: Softphone
) -> None:
    found: asyncio.Queue[tuple[str, int, int]] = asyncio.Queue()

    async def fetch(request: AppRequest) -> web.Response:
        url = request.parameters["RecordingUrl"]
        statuses = [(await fetched(url + suffix))[0] for suffix in (".json", ".wav")]
        found.put_nowait((request.parameters["RecordingStatus"], statuses[0], statuses[1]))
        return web.Response()

    app.pages |= {
        "/voice": '<Record playBeep="false" action="/done" recordingStatusCallback="/recorded" maxLength="2"'
        ' trim="do-not-trim" recordingStatusCallbackEvent="in-progress completed"/>',
        "/done": "<Hangup/>",
        "/recorded": fetch,
    }
    call = call_in(phone, rest_server)
    await call.answered(10)
    await call.play(tone(CALLER, 1))
    await call.ended(10)
    async with asyncio.timeout(5):
        assert [await found.get(), await found.get()] == [("in-progress", 200, 200), ("completed", 200, 200)]


async def test_public_recordings_are_heard_without_credentials_and_nothing_else_is(
    serve: Callable[[str], Server], app: VoiceApp, phone: Softphone
) -> None:
    settings = rest_settings(f"http://127.0.0.1:{app.port}").replace("[http]\n", "[http]\npublic_recordings = true\n")
    app.pages |= {
        "/voice": '<Record playBeep="false" finishOnKey="#" action="/done"/>',
        "/done": "<Hangup/>",
    }
    call = call_in(phone, serve(settings))
    await call.answered(10)
    await call.play(tone(CALLER, 0.6))
    await call.press("#")
    await call.ended(10)
    url = (await app.wait_for("/done"))[0].parameters["RecordingUrl"]
    answers = [(await fetched(url + suffix, authorized=False))[0] for suffix in ("", ".wav", ".mp3", ".json", ".xml")]
    assert answers == [200, 200, 200, 401, 401]
