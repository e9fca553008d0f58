"""Calls are moved while they run, and what the phones hear before and after is listened to (L-01, L-04, E-04)."""

import asyncio
from pathlib import Path

import pytest
from twilio.base import values
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from ringback.media._engine import Clip
from ringback.testing.softphone import Answering, Softphone
from tests.acceptance.conftest import Server, VoiceApp
from tests.acceptance.rest.conftest import call_in
from tests.peers.listening import Samples, loudest_stretch, read_wav, tone_wav, tones_in

OLD, NEW, ANN, BOB = 300.0, 500.0, 800.0, 1300.0
TONES = [OLD, NEW, ANN, BOB]


async def move(client: Client, call_sid: str, *, url: str | None = None, verbs: str | None = None) -> None:
    """To what the app answers at `url`, or to these verbs."""
    twiml = f"<Response>{verbs}</Response>" if verbs is not None else values.unset
    await asyncio.to_thread(client.calls(call_sid).update, url=url or values.unset, twiml=twiml)


def tone(frequency_hz: float, seconds: float) -> Clip:
    return Clip.decode(tone_wav(frequency_hz, seconds), "wav")


def heard(path: Path, begin: float, seconds: float = 1.0) -> Samples:
    """From `begin` seconds before the end of what a phone recorded."""
    samples = read_wav(path)
    start = len(samples) - int(begin * 8000)
    return samples[start : start + int(seconds * 8000)]


@pytest.fixture(autouse=True)
def told(app: VoiceApp) -> None:
    app.pages["/status"] = ""


async def test_l_01_and_l_05_a_caller_hears_another_tone_a_moment_after_the_call_was_moved(
    app: VoiceApp, rest_server: Server, client: Client, tmp_path: Path
) -> None:
    app.pages |= {"/voice": "<Play>/old.wav</Play>", "/new": '<Play loop="9">/new.wav</Play>'}
    app.pages |= {"/old.wav": tone_wav(OLD, 20), "/new.wav": tone_wav(NEW, 2)}
    async with Softphone.open() as ann:
        placed = call_in(ann, rest_server)
        await placed.answered()
        placed.record(tmp_path / "ann.wav")
        await app.wait_for("/old.wav")
        await asyncio.sleep(1.5)
        sid = app.of("/voice")[0].parameters["CallSid"]
        await move(client, sid, url=app.url("/new"))
        await app.wait_for("/new.wav")
        await asyncio.sleep(1.7)
        await asyncio.to_thread(client.calls(sid).update, status="completed")
        await placed.ended(5)
    assert tones_in(heard(tmp_path / "ann.wav", 3.0), TONES) == {OLD}
    assert tones_in(heard(tmp_path / "ann.wav", 1.2), TONES) == {NEW}
    (completed,) = await app.wait_for("/status")
    assert completed.parameters["CallStatus"] == "completed"
    with pytest.raises(TwilioRestException) as refused:
        await move(client, sid, url=app.url("/new"))
    assert refused.value.code == 21220
    assert refused.value.msg.endswith(": Call is not in-progress. Cannot redirect.")


async def test_l_04_both_legs_of_a_bridge_meet_again_in_a_conference(
    app: VoiceApp, rest_server: Server, client: Client, tmp_path: Path
) -> None:
    room = '<Dial><Conference beep="false" waitUrl="">warm</Conference></Dial>'
    async with Softphone.open(name="ann") as ann, Softphone.open(name="bob") as bob:
        bob.answering = Answering(ring_seconds=0.2)
        app.pages |= {"/voice": f'<Dial action="/waits">{sip(bob)}</Dial>', "/leg": ""}
        app.pages |= {"/waits": '<Pause length="60"/>'}
        placed = call_in(ann, rest_server)
        await placed.answered()
        taken = await bob.next_incoming()
        await taken.answered()
        placed.record(tmp_path / "ann.wav")
        taken.record(tmp_path / "bob.wav")
        (leg,) = await app.wait_for("/leg")
        await move(client, leg.parameters["CallSid"], verbs=room)
        (dialled,) = await app.wait_for("/waits")
        await move(client, leg.parameters["ParentCallSid"], verbs=room)
        await asyncio.sleep(0.5)
        speaking = [asyncio.create_task(placed.play(tone(ANN, 3))), asyncio.create_task(taken.play(tone(BOB, 3)))]
        await asyncio.sleep(2)
        assert placed.is_up
        assert taken.is_up
        placed.hang_up()
        await placed.ended(5)
        assert taken.is_up
        taken.hang_up()
        await taken.ended(5)
        await asyncio.gather(*speaking, return_exceptions=True)
    assert (dialled.parameters["DialCallStatus"], dialled.parameters["DialBridged"]) == ("completed", "true")
    assert tones_in(loudest_stretch(read_wav(tmp_path / "ann.wav"), 1.0), TONES) == {BOB}
    assert tones_in(loudest_stretch(read_wav(tmp_path / "bob.wav"), 1.0), TONES) == {ANN}


async def test_e_04_a_queued_caller_is_moved_out_of_the_music(
    app: VoiceApp, rest_server: Server, client: Client, tmp_path: Path
) -> None:
    app.pages |= {"/voice": '<Enqueue waitUrl="/wait" action="/left">line</Enqueue>', "/left": "<Hangup/>"}
    app.pages |= {"/wait": '<Play loop="9">/old.wav</Play>', "/old.wav": tone_wav(OLD, 3)}
    app.pages |= {"/new": '<Play loop="9">/new.wav</Play>', "/new.wav": tone_wav(NEW, 2)}
    async with Softphone.open() as ann:
        placed = call_in(ann, rest_server)
        await placed.answered()
        placed.record(tmp_path / "ann.wav")
        await app.wait_for("/old.wav")
        await asyncio.sleep(1.2)
        await move(client, app.of("/voice")[0].parameters["CallSid"], url=app.url("/new"))
        await app.wait_for("/new.wav")
        await asyncio.sleep(1.5)
        placed.hang_up()
        await placed.ended(5)
    assert tones_in(heard(tmp_path / "ann.wav", 2.6, 0.8), TONES) == {OLD}
    assert tones_in(heard(tmp_path / "ann.wav", 1.0, 0.8), TONES) == {NEW}
    (left,) = app.of("/left")
    assert left.parameters["QueueResult"] == "redirected"


async def test_a_caller_hears_themselves_no_more_and_a_recording_is_kept(
    app: VoiceApp, rest_server: Server, client: Client, tmp_path: Path
) -> None:
    """Echo, then Record, then silence: each is left without a trace in the audio."""
    app.pages |= {"/voice": "<Echo/>", "/recorded": ""}
    app.pages["/record"] = '<Record playBeep="false" timeout="0" recordingStatusCallback="/recorded" action="/never"/>'
    async with Softphone.open() as ann:
        placed = call_in(ann, rest_server)
        await placed.answered()
        placed.record(tmp_path / "ann.wav")
        speaking = asyncio.create_task(placed.play(tone(ANN, 10)))
        await asyncio.sleep(1.2)
        sid = app.of("/voice")[0].parameters["CallSid"]
        await move(client, sid, url=app.url("/record"))
        await app.wait_for("/record")
        await asyncio.sleep(1.2)
        await move(client, sid, verbs='<Pause length="60"/>')
        (recorded,) = await app.wait_for("/recorded")
        placed.hang_up()
        await placed.ended(5)
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
    assert tones_in(loudest_stretch(read_wav(tmp_path / "ann.wav"), 0.8), TONES) == {ANN}
    assert not heard(tmp_path / "ann.wav", 0.9, 0.8).any()
    assert recorded.parameters["RecordingDuration"] == "1"
    assert not app.of("/never")


def sip(phone: Softphone) -> str:
    return f'<Sip statusCallback="/leg" statusCallbackEvent="answered">{phone.uri}</Sip>'
