"""Transcriptions of recordings by the official library: made, told of, fetched by the URL that was told (9.7)."""

import asyncio
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from ringback.media._engine import Clip
from ringback.speech.providers.hibari import HibariSynthesizer
from ringback.testing.softphone import Softphone
from tests.acceptance.conftest import Server, VoiceApp
from tests.acceptance.rest.conftest import call_in
from tests.acceptance.rest.party import blocking
from tests.acceptance.rest.test_recordings import fetched


@pytest.fixture(scope="module")
def sentence() -> Clip:
    speech = HibariSynthesizer().synthesize("The weather is nice today.", voice="heart", language="en-US")
    return Clip.from_pcm(speech.pcm, speech.rate_hz)


async def record(phone: Softphone, server: Server, app: VoiceApp, attributes: str, words: Clip) -> str:
    """A call that is recorded with these attributes; the SID of its recording."""
    app.pages |= {
        "/voice": f'<Record playBeep="false" finishOnKey="#" trim="do-not-trim" action="/done" {attributes}/>',
        "/done": "<Hangup/>",
        "/words": "",
    }
    call = call_in(phone, server)
    await call.answered(10)
    await asyncio.sleep(0.5)
    await call.play(words)
    await asyncio.sleep(0.8)
    await call.press("#")
    await call.ended(10)
    return (await app.wait_for("/done"))[-1].parameters["RecordingSid"]


async def finished(client: Client, recording_sid: str) -> Any:
    async with asyncio.timeout(40):
        while True:
            listed = await blocking(client.recordings(recording_sid).transcriptions.list)
            if listed and listed[0].status != "in-progress":
                return listed[0]
            await asyncio.sleep(0.1)


async def test_a_transcription_is_fetched_by_the_url_of_its_callback_and_deleted(
    client: Client, rest_server: Server, app: VoiceApp, phone: Softphone, sentence: Clip
) -> None:
    sid = await record(phone, rest_server, app, 'transcribe="true" transcribeCallback="/words"', sentence)
    (told,) = await app.wait_for("/words", seconds=40)
    assert told.is_signed
    assert (told.parameters["TranscriptionStatus"], told.parameters["RecordingSid"]) == ("completed", sid)
    words, transcription_sid = told.parameters["TranscriptionText"], told.parameters["TranscriptionSid"]
    assert "weather" in words
    status, document = await fetched(told.parameters["TranscriptionUrl"])
    assert (status, ElementTree.fromstring(document).findtext(".//TranscriptionText")) == (200, words)
    found = await blocking(client.transcriptions(transcription_sid).fetch)
    assert (found.transcription_text, found.status, found.type, found.recording_sid) == (
        words,
        "completed",
        "fast",
        sid,
    )
    assert int(found.duration) >= 2
    below = client.recordings(sid).transcriptions
    assert [each.sid for each in await blocking(below.list)] == [transcription_sid]
    assert (await blocking(below(transcription_sid).fetch)).transcription_text == words
    assert transcription_sid in [each.sid for each in await blocking(client.transcriptions.list, limit=20)]
    assert await blocking(client.transcriptions(transcription_sid).delete)
    with pytest.raises(TwilioRestException) as gone:
        await blocking(below(transcription_sid).fetch)
    assert (gone.value.status, gone.value.code) == (404, 20404)
    assert (await blocking(client.recordings(sid).fetch)).status == "completed"


async def test_without_a_callback_the_words_are_there_for_who_asks(
    client: Client, rest_server: Server, app: VoiceApp, phone: Softphone, sentence: Clip
) -> None:
    sid = await record(phone, rest_server, app, 'transcribe="true"', sentence)
    found = await finished(client, sid)
    assert (found.status, "weather" in found.transcription_text) == ("completed", True)
    assert app.of("/words") == []
    assert await blocking(client.recordings(sid).transcriptions(found.sid).delete)
