"""A running call is put into words by the official library (rest-api.md 9.4; twiml.md 15.3)."""

import asyncio
import json
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from ringback.media._engine import Clip
from ringback.speech.providers.hibari import HibariSynthesizer
from ringback.testing.softphone import Softphone
from tests.acceptance.conftest import Server, VoiceApp
from tests.acceptance.rest.conftest import call_in


@pytest.fixture(scope="module")
def sentence() -> Clip:
    speech = HibariSynthesizer().synthesize("The weather is nice today.", voice="heart", language="en-US")
    return Clip.from_pcm(speech.pcm, speech.rate_hz)


async def heard(app: VoiceApp, path: str, event: str) -> dict[str, str]:
    while True:
        for request in app.of(path):
            if request.parameters["TranscriptionEvent"] == event:
                assert request.is_signed
                return request.parameters
        await asyncio.sleep(0.05)


async def test_what_the_caller_says_is_told_while_the_call_runs_until_it_is_stopped(
    client: Any, rest_server: Server, app: VoiceApp, phone: Softphone, sentence: Clip
) -> None:
    app.pages["/voice"] = '<Say>Hello.</Say><Pause length="60"/>'
    app.pages["/words"] = ""
    placed = call_in(phone, rest_server)
    await placed.answered()
    call_sid = (await app.wait_for("/voice"))[-1].parameters["CallSid"]

    def start() -> Any:
        return client.calls(call_sid).transcriptions.create(
            name="notes", track="inbound_track", status_callback_url=app.url("/words"), inbound_track_label="caller"
        )

    started = await asyncio.to_thread(start)
    assert (started.status, started.name, started.sid[:2]) == ("in-progress", "notes", "GT")
    async with asyncio.timeout(60):
        assert (await heard(app, "/words", "transcription-started"))["SequenceId"] == "1"
        await placed.play(sentence)
        content = await heard(app, "/words", "transcription-content")
        assert "weather" in json.loads(content["TranscriptionData"])["transcript"]
        assert (content["Track"], content["Label"], content["Final"]) == ("inbound_track", "caller", "true")
        stopped = await asyncio.to_thread(
            lambda: client.calls(call_sid).transcriptions("notes").update(status="stopped")
        )
        assert (stopped.sid, stopped.status) == (started.sid, "stopped")
        await heard(app, "/words", "transcription-stopped")
    placed.hang_up()
    await placed.ended(10)
    with pytest.raises(TwilioRestException) as over:
        await asyncio.to_thread(start)
    assert (over.value.status, over.value.code) == (400, 21220)


async def test_a_language_that_nobody_knows_and_a_call_that_is_not_there_are_refused(
    client: Any, rest_server: Server, app: VoiceApp, phone: Softphone
) -> None:
    app.pages["/voice"] = '<Say>Hello.</Say><Pause length="60"/>'
    placed = call_in(phone, rest_server)
    await placed.answered()
    call_sid = (await app.wait_for("/voice"))[-1].parameters["CallSid"]

    def refused(sid: str, **order: str) -> tuple[int, int]:
        with pytest.raises(TwilioRestException) as caught:
            client.calls(sid).transcriptions.create(**order)
        return caught.value.status, caught.value.code

    assert await asyncio.to_thread(lambda: refused(call_sid, language_code="tlh")) == (400, 32650)
    assert await asyncio.to_thread(lambda: refused(call_sid, transcription_engine="ours")) == (400, 32650)
    assert await asyncio.to_thread(lambda: refused("CA" + "0" * 32)) == (404, 20404)
    placed.hang_up()
    await placed.ended(10)
