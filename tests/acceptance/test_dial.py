"""`<Dial>` with several real phones: who rings, is heard, is asked first, is recorded, is transferred."""

import asyncio
from pathlib import Path

import pytest

from ringback.media._engine import Clip
from ringback.sip.events import NotifyReceived, ReferAnswered
from ringback.testing.softphone import Answering, Softphone, SoftphoneCall
from tests.acceptance.conftest import DOMAIN, PASSWORD, USER, Server, VoiceApp
from tests.peers.listening import loudest_stretch, read_wav, tone_wav, tones_in

CALLER, CALLEE = 300, 700


def call(phone: Softphone, server: Server) -> SoftphoneCall:
    return phone.call(f"sip:hello@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)


def tone(frequency_hz: float, seconds: float = 2) -> Clip:
    return Clip.decode(tone_wav(frequency_hz, seconds), "wav")


async def test_di_11_several_nouns_ring_at_once_and_the_one_that_answers_hears_the_caller(
    app: VoiceApp, server: Server, tmp_path: Path
) -> None:
    app.pages["/done"] = "<Hangup/>"
    app.pages["/slow"] = app.pages["/quick"] = ""
    async with Softphone.open() as alice, Softphone.open(name="slow") as slow, Softphone.open(name="quick") as quick:
        slow.answering = Answering(ring_seconds=9)
        quick.answering = Answering(ring_seconds=0.8, hang_up_after_seconds=2)
        app.pages["/voice"] = (
            f'<Dial action="/done"><Sip statusCallback="/slow">{slow.uri}</Sip>'
            f'<Sip statusCallback="/quick">{quick.uri}</Sip></Dial>'
        )
        placed = call(alice, server)
        await placed.answered()
        speaking = asyncio.create_task(placed.play(tone(CALLER), loops=3))
        lost = await slow.next_incoming()
        taken = await quick.next_incoming()
        await taken.answered()
        taken.record(tmp_path / "quick.wav")
        assert (await lost.ended(5)).status == 487
        await placed.ended(15)
        await taken.ended(5)
        await asyncio.gather(speaking, return_exceptions=True)
    assert tones_in(loudest_stretch(read_wav(tmp_path / "quick.wav"), 1.0), [CALLER, CALLEE]) == {CALLER}
    (slow_end,) = await app.wait_for("/slow")
    (quick_end,) = await app.wait_for("/quick")
    assert (slow_end.parameters["CallStatus"], slow_end.parameters["SipResponseCode"]) == ("canceled", "487")
    assert (quick_end.parameters["CallStatus"], quick_end.parameters["SipResponseCode"]) == ("completed", "200")
    (done,) = app.of("/done")
    assert done.parameters["DialCallSid"] == quick_end.parameters["CallSid"]


async def test_di_12_one_after_the_other_until_one_answers(app: VoiceApp, server: Server) -> None:
    app.pages["/done"] = "<Hangup/>"
    async with Softphone.open() as alice, Softphone.open(name="busy") as busy, Softphone.open(name="bob") as bob:
        busy.answering = Answering(status=486, ring_seconds=0.3)
        bob.answering = Answering(ring_seconds=0.3, hang_up_after_seconds=0.5)
        app.pages["/voice"] = f'<Dial sequential="true" action="/done"><Sip>{busy.uri}</Sip><Sip>{bob.uri}</Sip></Dial>'
        placed = call(alice, server)
        first = await busy.next_incoming()
        assert not bob.calls
        await first.ended(5)
        await bob.next_incoming()
        await placed.ended(15)
    (done,) = app.of("/done")
    assert (done.parameters["DialCallStatus"], done.parameters["DialBridged"]) == ("completed", "true")


@pytest.mark.parametrize(("key", "bridged"), [("1", "true"), ("2", "false")])
async def test_sc_04_the_called_party_accepts_or_refuses_by_key(
    app: VoiceApp, server: Server, key: str, bridged: str
) -> None:
    app.pages["/done"] = "<Hangup/>"
    app.pages["/screen"] = '<Gather numDigits="1" timeout="5" action="/key"/><Hangup/>'
    app.pages["/key"] = lambda request: "" if request.parameters["Digits"] == "1" else "<Hangup/>"
    async with Softphone.open() as alice, Softphone.open(name="bob") as bob:
        bob.answering = Answering(ring_seconds=0.2)
        app.pages["/voice"] = f'<Dial action="/done"><Sip url="/screen">{bob.uri}</Sip></Dial>'
        placed = call(alice, server)
        taken = await bob.next_incoming()
        await taken.answered()
        await app.wait_for("/screen")
        await taken.press("w" + key)
        await app.wait_for("/key")
        if bridged == "true":
            await asyncio.sleep(0.5)
            taken.hang_up()
        await taken.ended(5)
        await placed.ended(15)
    (screen,) = app.of("/screen")
    assert screen.parameters["Direction"] == "outbound-dial"
    assert screen.parameters["CallStatus"] == "in-progress"
    assert screen.parameters["ParentCallSid"] == app.of("/voice")[0].parameters["CallSid"]
    assert screen.parameters["SipCallId"] == taken.leg.session.call_id
    assert screen.parameters["SipSourceIp"] == "127.0.0.1"
    (done,) = app.of("/done")
    assert done.parameters["DialBridged"] == bridged


async def test_di_19_a_dual_recording_has_the_caller_on_channel_1_and_the_callee_on_channel_2(
    app: VoiceApp, server: Server
) -> None:
    app.pages["/done"] = "<Hangup/>"
    app.pages["/recorded"] = ""
    async with Softphone.open() as alice, Softphone.open(name="bob") as bob:
        bob.answering = Answering(ring_seconds=0.2, play=tone(CALLEE, 3), hang_up_after_seconds=0)
        app.pages["/voice"] = (
            '<Dial action="/done" record="record-from-answer-dual" recordingStatusCallback="/recorded" '
            f'recordingStatusCallbackEvent="in-progress completed"><Sip>{bob.uri}</Sip></Dial>'
        )
        placed = call(alice, server)
        await placed.answered()
        speaking = asyncio.create_task(placed.play(tone(CALLER), loops=3))
        await placed.ended(20)
        await asyncio.gather(speaking, return_exceptions=True)
    begun, completed = await app.wait_for("/recorded", 2)
    assert [each.parameters["RecordingStatus"] for each in (begun, completed)] == ["in-progress", "completed"]
    assert completed.parameters["RecordingChannels"] == "2"
    assert completed.parameters["RecordingSource"] == "DialVerb"
    assert completed.parameters["CallSid"] == app.of("/voice")[0].parameters["CallSid"]
    (path,) = server.folder.rglob(f"{completed.parameters['RecordingSid']}.wav")
    assert tones_in(loudest_stretch(read_wav(path, channel=0), 1.0), [CALLER, CALLEE]) == {CALLER}
    assert tones_in(loudest_stretch(read_wav(path, channel=1), 1.0), [CALLER, CALLEE]) == {CALLEE}


async def test_rf_06_a_refer_of_the_dialled_phone_moves_the_caller_to_the_target(
    app: VoiceApp, server: Server, tmp_path: Path
) -> None:
    async with (
        Softphone.open() as alice,
        Softphone.open(name="bob") as bob,
        Softphone.open(name="carol") as carol,
    ):
        bob.answering = Answering(ring_seconds=0.2)
        carol.answering = Answering(ring_seconds=0.2, hang_up_after_seconds=2)
        app.pages["/voice"] = f'<Dial referUrl="/refer" action="/done"><Sip>{bob.uri}</Sip></Dial>'
        app.pages["/refer"] = lambda request: f"<Dial><Sip>{request.parameters['ReferTransferTarget']}</Sip></Dial>"
        placed = call(alice, server)
        await placed.answered()
        speaking = asyncio.create_task(placed.play(tone(CALLER), loops=4))
        with_bob = await bob.next_incoming()
        await with_bob.answered()
        await asyncio.sleep(0.5)
        told = with_bob.leg.refer(f"<{carol.uri}>")
        with_carol = await carol.next_incoming()
        await with_carol.answered()
        with_carol.record(tmp_path / "carol.wav")
        await with_bob.ended(5)
        await placed.ended(15)
        await with_carol.ended(5)
        await asyncio.gather(speaking, return_exceptions=True)
    statuses = []
    while not told.empty():
        event = told.get_nowait()
        match event:
            case ReferAnswered(status=status):
                statuses.append(status)
            case NotifyReceived(sipfrag_status=int(status)):
                statuses.append(status)
    assert statuses == [202, 100, 200]
    assert tones_in(loudest_stretch(read_wav(tmp_path / "carol.wav"), 1.0), [CALLER, CALLEE]) == {CALLER}
    (asked,) = app.of("/refer")
    assert asked.parameters["ReferTransferTarget"] == carol.uri
    assert asked.parameters["CallSid"] == app.of("/voice")[0].parameters["CallSid"]
    assert app.of("/done") == []


async def test_rf_05_without_a_refer_url_the_refer_is_refused_and_the_talk_goes_on(
    app: VoiceApp, server: Server
) -> None:
    app.pages["/done"] = "<Hangup/>"
    async with Softphone.open() as alice, Softphone.open(name="bob") as bob:
        bob.answering = Answering(ring_seconds=0.2)
        app.pages["/voice"] = f'<Dial action="/done"><Sip>{bob.uri}</Sip></Dial>'
        placed = call(alice, server)
        taken = await bob.next_incoming()
        await taken.answered()
        told = taken.leg.refer("<sip:carol@127.0.0.1:9>")
        answer = await asyncio.wait_for(told.get(), 5)
        assert isinstance(answer, ReferAnswered)
        assert answer.status == 603
        assert not taken.has_ended
        taken.hang_up()
        await placed.ended(15)
    (done,) = app.of("/done")
    assert done.parameters["DialCallStatus"] == "completed"


async def test_early_media_of_the_called_side_is_heard_before_the_answer(
    app: VoiceApp, server: Server, tmp_path: Path
) -> None:
    """DI-02, DI-10: with `answerOnBridge` a 183 with a session description reaches the caller, then the 200."""
    async with Softphone.open() as alice, Softphone.open(name="carrier") as carrier:
        carrier.answering = Answering(ring_seconds=2.5, early_media=tone(CALLEE, 2), hang_up_after_seconds=0.5)
        app.pages["/voice"] = f'<Dial answerOnBridge="true"><Sip>{carrier.uri}</Sip></Dial>'
        placed = call(alice, server)
        await carrier.next_incoming()
        await asyncio.sleep(0.5)
        assert placed.leg.has_media
        assert not placed.is_up
        placed.record(tmp_path / "early.wav")
        await placed.answered()
        await placed.ended(10)
    assert 183 in placed.provisionals
    assert tones_in(loudest_stretch(read_wav(tmp_path / "early.wav"), 1.0), [CALLER, CALLEE]) == {CALLEE}
