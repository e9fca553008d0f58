"""Words spoken into a phone reach the app as text, with the real engine, voice and recogniser."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from ringback.media._engine import Clip
from ringback.speech.providers.hibari import HibariSynthesizer
from ringback.testing.softphone import Softphone
from tests.acceptance.conftest import DOMAIN, PASSWORD, USER, Server, VoiceApp
from tests.peers.listening import read_wav


@pytest.fixture(scope="module")
def voice() -> HibariSynthesizer:
    return HibariSynthesizer()


def spoken(voice: HibariSynthesizer, text: str) -> Clip:
    speech = voice.synthesize(text, voice="heart", language="en-US")
    return Clip.from_pcm(speech.pcm, speech.rate_hz)


@pytest.mark.parametrize("word", ["sales", "support"])
async def test_a_spoken_hint_is_the_speech_result(
    app: VoiceApp, server: Server, voice: HibariSynthesizer, word: str
) -> None:
    app.pages["/voice"] = (
        '<Gather input="speech" hints="sales, support" speechTimeout="1" timeout="15" action="/heard"/>'
    )
    app.pages["/heard"] = "<Hangup/>"
    async with Softphone.open() as phone:
        placed = phone.call(f"sip:hello@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)
        await placed.answered()
        await asyncio.sleep(0.5)
        await placed.play(spoken(voice, word))
        await placed.ended(90)
    (heard,) = app.of("/heard")
    assert heard.parameters["SpeechResult"] == word
    assert 0.5 < float(heard.parameters["Confidence"]) <= 1
    assert heard.parameters["Language"] == "en-US"
    assert heard.is_signed


async def test_a_voice_stops_the_prompt_and_partial_results_are_sent(
    app: VoiceApp, server: Server, voice: HibariSynthesizer
) -> None:
    """G-02 and twiml.md 5.4."""
    app.pages["/voice"] = (
        '<Gather input="dtmf speech" speechTimeout="1" action="/heard" partialResultCallback="/partial">'
        "<Say>" + "This is a very long announcement. " * 40 + "</Say></Gather>"
    )
    app.pages["/heard"] = "<Hangup/>"
    app.pages["/partial"] = ""
    async with Softphone.open() as phone:
        placed = phone.call(f"sip:hello@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)
        await placed.answered()
        await asyncio.sleep(1)
        before = asyncio.get_running_loop().time()
        await placed.play(spoken(voice, "The weather is nice today. My name is John Smith."))
        await placed.ended(90)
    (heard,) = app.of("/heard")
    assert "weather is nice" in heard.parameters["SpeechResult"]
    assert "Digits" not in heard.parameters
    assert heard.at - before < 60, "the prompt alone takes longer"
    partials = app.of("/partial")
    assert [request.parameters["SequenceNumber"] for request in partials] == [str(i) for i in range(len(partials))]
    assert "weather" in " ".join(request.parameters["UnstableSpeechResult"] for request in partials)


async def test_a_break_is_silence_on_the_line(app: VoiceApp, server: Server, tmp_path: Path) -> None:
    """twiml.md 2.1: half a second of words, two of silence, words again."""
    app.pages["/voice"] = '<Say>Hello. <break time="2s"/> <prosody volume="soft">Goodbye.</prosody></Say>'
    async with Softphone.open() as phone:
        placed = phone.call(f"sip:hello@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)
        await placed.answered()
        placed.record(tmp_path / "heard.wav")
        await placed.ended(30)
    heard = np.asarray(read_wav(tmp_path / "heard.wav"), dtype=float)
    levels = np.sqrt((heard[: len(heard) // 160 * 160].reshape(-1, 160) ** 2).mean(axis=1))
    loud = np.flatnonzero(levels > 200) / 50
    assert np.diff(loud).max() == pytest.approx(2.4, abs=0.5)


async def test_the_words_of_a_recording_reach_the_transcribe_callback(
    app: VoiceApp, server: Server, voice: HibariSynthesizer
) -> None:
    """twiml.md 6.5."""
    app.pages["/voice"] = (
        '<Record playBeep="false" timeout="2" transcribe="true" transcribeCallback="/words" action="/done"/>'
    )
    app.pages["/done"] = "<Hangup/>"
    app.pages["/words"] = ""
    async with Softphone.open() as phone:
        placed = phone.call(f"sip:hello@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)
        await placed.answered()
        await placed.play(spoken(voice, "The weather is nice today. My name is John Smith."))
        await placed.ended(90)
    (words,) = await app.wait_for("/words", seconds=100)
    assert words.parameters["TranscriptionStatus"] == "completed"
    assert "weather is nice" in words.parameters["TranscriptionText"]
    assert words.parameters["RecordingSid"] == app.of("/done")[0].parameters["RecordingSid"]
