"""Refer, background recordings, Echo, Sms and Pay over real SIP and RTP."""

import asyncio
import sqlite3
from pathlib import Path

from ringback.testing.softphone import Softphone
from tests.acceptance.conftest import Server, VoiceApp
from tests.acceptance.test_audio import call, fetch, tone
from tests.peers.listening import loudest_stretch, read_wav, tone_wav, tones_in
from tests.peers.transferee import Transferee

CARD = "4111111111111111"


def transferee(phone: Softphone) -> Transferee:
    return Transferee.on(phone._sip, phone._clock)


async def test_a_phone_that_is_referred_tells_how_it_went_and_the_action_hears_of_it(
    app: VoiceApp, server: Server
) -> None:
    target = "sip:bob@192.0.2.7?X-Account=42"
    app.pages["/voice"] = f'<Refer action="/referred"><Sip>{target}</Sip></Refer>'
    app.pages["/referred"] = "<Hangup/>"
    async with Softphone.open() as phone:
        peer = transferee(phone)
        peer.progress = ((0.1, 180, False), (0.3, 200, True))
        placed = call(phone, server)
        await placed.answered()
        await placed.ended(10)
    (request,) = app.of("/referred")
    assert request.is_signed
    names = ("ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode")
    assert [request.parameters.get(name) for name in names] == ["in-progress", "202", "200"]
    assert peer.asked[0].refer_to == f"<{target}>"


async def test_a_phone_that_refuses_the_refer_stays_in_the_call(app: VoiceApp, server: Server) -> None:
    app.pages["/voice"] = '<Refer action="/referred"><Sip>sip:bob@192.0.2.7</Sip></Refer>'
    app.pages["/referred"] = "<Hangup/>"
    async with Softphone.open() as phone:
        transferee(phone).refusal = 405
        placed = call(phone, server)
        await placed.answered()
        await placed.ended(10)
    parameters = app.of("/referred")[0].parameters
    assert (parameters["ReferCallStatus"], parameters["ReferSipResponseCode"]) == ("failed", "405")
    assert "NotifySipResponseCode" not in parameters
    assert parameters["CallStatus"] == "in-progress"


async def test_a_background_recording_has_the_caller_and_the_prompts_in_their_channels(
    app: VoiceApp, server: Server
) -> None:
    app.pages["/voice"] = (
        '<Start><Recording trim="do-not-trim" recordingStatusCallback="/rec" '
        'recordingStatusCallbackEvent="in-progress completed"/></Start><Redirect>/next</Redirect>'
    )
    app.pages["/next"] = "<Play>/tone.wav</Play>"
    app.pages["/tone.wav"] = tone_wav(700, 3)
    app.pages["/rec"] = ""
    async with Softphone.open() as phone:
        placed = call(phone, server)
        await placed.answered()
        await placed.play(tone(300, 2.5))
        await placed.ended(10)
    started, completed = await app.wait_for("/rec", 2)
    assert [started.parameters["RecordingStatus"], completed.parameters["RecordingStatus"]] == [
        "in-progress",
        "completed",
    ]
    assert completed.parameters["RecordingSource"] == "StartCallRecordingTwiML"
    assert completed.parameters["RecordingChannels"] == "2"
    audio = await asyncio.to_thread(fetch, completed.parameters["RecordingUrl"])
    heard = [tones_in(loudest_stretch(read_wav(audio, channel)), [300, 700]) for channel in (0, 1)]
    assert heard == [{300}, {700}]


async def test_echo_gives_the_caller_their_own_voice_back(app: VoiceApp, server: Server, tmp_path: Path) -> None:
    app.pages["/voice"] = "<Echo/>"
    async with Softphone.open() as phone:
        placed = call(phone, server)
        await placed.answered()
        placed.record(tmp_path / "heard.wav")
        await placed.play(tone(523, 2))
        placed.hang_up()
        await placed.ended(5)
    assert tones_in(loudest_stretch(read_wav(tmp_path / "heard.wav"), 1.0), [440, 523]) == {523}


async def test_a_payment_leaves_no_digits_in_logs_webhooks_or_the_store(app: VoiceApp, server: Server) -> None:
    """PAY-04."""
    app.pages["/voice"] = (
        '<Say>Hi</Say><Start><Recording recordingStatusCallback="/rec"/></Start>'
        '<Pay action="/paid" statusCallback="/progress" timeout="3"/>'
    )
    app.pages["/paid"] = "<Hangup/>"
    app.pages["/progress"] = app.pages["/rec"] = ""
    async with Softphone.open() as phone:
        placed = call(phone, server)
        await placed.answered()
        await app.wait_for("/progress", 1)
        for count, keys in enumerate((f"{CARD}#", "1299", "987", "94110#")):
            await app.wait_for("/progress", count + 1)
            await placed.press("w" + keys)
        await placed.ended(20)
    (paid,) = app.of("/paid")
    assert paid.parameters["Result"] == "success"
    assert paid.parameters["PaymentCardNumber"] == "xxxxxxxxxxxx1111"
    await app.wait_for("/rec", 1)
    await asyncio.sleep(1)  # the store is written behind the call
    assert CARD not in "".join(server.log)
    assert CARD not in repr(app.requests)
    assert CARD not in await asyncio.to_thread(_dump, server.folder / "ringback.db")


async def test_a_hangup_while_paying_leaves_the_recording_whole_and_tells_the_action(
    app: VoiceApp, server: Server
) -> None:
    app.pages["/voice"] = (
        '<Say>Hi</Say><Start><Recording recordingStatusCallback="/rec" trim="do-not-trim"/></Start>'
        '<Pay action="/paid"/>'
    )
    app.pages["/paid"] = app.pages["/rec"] = ""
    async with Softphone.open() as phone:
        placed = call(phone, server)
        await placed.answered()
        await asyncio.sleep(1.5)
        await placed.press("4111")
        placed.hang_up()
        (paid,) = await app.wait_for("/paid", 1)
        (recorded,) = await app.wait_for("/rec", 1)
    assert paid.parameters["Result"] == "caller-hung-up"
    assert recorded.parameters["RecordingStatus"] == "completed"


async def test_a_message_is_in_the_store(app: VoiceApp, server: Server) -> None:
    app.pages["/voice"] = '<Sms to="+15551234567" action="/sent">Your order 4711 is ready</Sms>'
    app.pages["/sent"] = "<Hangup/>"
    async with Softphone.open() as phone:
        placed = call(phone, server)
        await placed.answered()
        await placed.ended(10)
    sid = app.of("/sent")[0].parameters["SmsSid"]
    await asyncio.sleep(1)  # the store is written behind the call
    stored = await asyncio.to_thread(_dump, server.folder / "ringback.db")
    assert sid in stored
    assert "Your order 4711 is ready" in stored


def _dump(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        return "\n".join(connection.iterdump())
