"""The audio is listened to: tones sent on one side are looked for on the other."""

import asyncio
import base64
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from ringback.media._engine import Clip
from ringback.testing.softphone import Answering, Softphone, SoftphoneCall
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
from tests.peers.listening import loudest_stretch, read_wav, share, tone_wav, tones_in
from tests.peers.lossy import LossyEngine


def call(phone: Softphone, server: Server, *, called: str = "hello") -> SoftphoneCall:
    return phone.call(f"sip:{called}@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)


def fetch(url: str, *, user: str = ACCOUNT_SID, password: str = AUTH_TOKEN) -> bytes:
    request = urllib.request.Request(url)
    request.add_header("Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())
    with urllib.request.urlopen(request, timeout=10) as response:
        return bytes(response.read())


def tone(frequency_hz: float, seconds: float = 2) -> Clip:
    return Clip.decode(tone_wav(frequency_hz, seconds), "wav")


async def test_a_file_of_440_hz_is_440_hz_at_the_phone(app: VoiceApp, server: Server, tmp_path: Path) -> None:
    app.pages["/voice"] = "<Play>/tone.wav</Play>"
    app.pages["/tone.wav"] = tone_wav(440, 1.5)
    async with Softphone.open() as phone:
        placed = call(phone, server)
        await placed.answered()
        placed.record(tmp_path / "heard.wav")
        await placed.ended(20)
    heard = read_wav(tmp_path / "heard.wav")
    assert share(loudest_stretch(heard, 1.0), 440) > 0.9
    assert tones_in(loudest_stretch(heard, 1.0), [220, 440, 880]) == {440}


async def test_what_the_phone_says_is_in_the_recording(app: VoiceApp, server: Server) -> None:
    app.pages["/voice"] = '<Record playBeep="false" maxLength="2" timeout="0" action="/done" trim="do-not-trim"/>'
    app.pages["/done"] = "<Hangup/>"
    async with Softphone.open() as phone:
        placed = call(phone, server)
        await placed.answered()
        await placed.play(tone(523, 2.5))
        await placed.ended(20)
    (done,) = app.of("/done")
    url = done.parameters["RecordingUrl"]
    assert url.startswith(f"{server.http}/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/RE")
    assert done.parameters["RecordingDuration"] == "2"
    for suffix in ("", ".wav"):
        assert tones_in(loudest_stretch(read_wav(await asyncio.to_thread(fetch, url + suffix))), [440, 523]) == {523}
    mp3 = await asyncio.to_thread(fetch, url + ".mp3")
    pcm = Clip.decode(mp3, "mp3").pcm()
    assert len(pcm) > 8000
    with pytest.raises(urllib.error.HTTPError, match="401"):
        await asyncio.to_thread(fetch, url, password="wrong")


async def test_an_app_can_play_a_recording_by_its_url(app: VoiceApp, server: Server, tmp_path: Path) -> None:
    """As voicemail does: "you said ...". The URL asks strangers for credentials, and the document has none."""
    app.pages["/voice"] = '<Record playBeep="false" maxLength="2" timeout="0" action="/done" trim="do-not-trim"/>'
    app.pages["/done"] = lambda request: f"<Play>{request.parameters['RecordingUrl']}</Play>"
    async with Softphone.open() as phone:
        placed = call(phone, server)
        await placed.answered()
        placed.record(tmp_path / "heard.wav")
        await placed.play(tone(523, 2.5))
        await placed.ended(20)
    assert tones_in(loudest_stretch(read_wav(tmp_path / "heard.wav"), 1.0), [440, 523]) == {523}


async def test_two_bridged_phones_hear_each_other_and_not_themselves(
    app: VoiceApp, server: Server, tmp_path: Path
) -> None:
    async with Softphone.open(name="alice") as alice, Softphone.open(name="bob") as bob:
        bob.answering = Answering(ring_seconds=0.2, play=tone(700, 3), hang_up_after_seconds=0)
        app.pages["/voice"] = f'<Dial action="/done"><Sip>{bob.uri}</Sip></Dial>'
        app.pages["/done"] = "<Hangup/>"
        placed = call(alice, server)
        await placed.answered()
        placed.record(tmp_path / "alice.wav")
        speaking = asyncio.create_task(placed.play(tone(300, 4)))
        taken = await bob.next_incoming()
        await taken.answered()
        taken.record(tmp_path / "bob.wav")
        await placed.ended(20)
        await taken.ended(5)
        await asyncio.gather(speaking, return_exceptions=True)
    assert tones_in(loudest_stretch(read_wav(tmp_path / "bob.wav"), 1.0), [300, 700]) == {300}
    assert tones_in(loudest_stretch(read_wav(tmp_path / "alice.wav")[-16000:], 1.0), [300, 700]) == {700}
    (done,) = app.of("/done")
    assert done.parameters["DialCallStatus"] == "completed"
    assert done.parameters["DialBridged"] == "true"
    assert done.parameters["DialSipResponseCode"] == "200"


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_digits_arrive_once_each_under_five_percent_loss(app: VoiceApp, server: Server, seed: int) -> None:
    digits = "0123456789*55501"
    app.pages["/voice"] = '<Gather finishOnKey="#" timeout="4" action="/digits"/>'
    app.pages["/digits"] = "<Hangup/>"
    media = LossyEngine(loss=0.05, seed=seed)
    async with Softphone.open(media=media) as phone:
        placed = call(phone, server)
        await placed.answered()
        await placed.press("w" + digits + "#")
        await placed.ended(20)
    (request,) = app.of("/digits")
    assert media.relays[0].lost > 0
    assert request.parameters["Digits"] == digits


async def test_a_key_interrupts_the_prompt_and_the_next_document_is_heard(
    app: VoiceApp, server: Server, tmp_path: Path
) -> None:
    """G-02, in real time: the first tone stops at the key, the second one is heard."""

    def chosen(request: AppRequest) -> str:
        return "<Play>/second.wav</Play>" if request.parameters["Digits"] == "7" else "<Hangup/>"

    app.pages["/voice"] = '<Gather numDigits="1" action="/chosen"><Play>/first.wav</Play></Gather>'
    app.pages["/chosen"] = chosen
    app.pages["/first.wav"] = tone_wav(300, 20)
    app.pages["/second.wav"] = tone_wav(900, 1)
    async with Softphone.open() as phone:
        placed = call(phone, server)
        await placed.answered()
        placed.record(tmp_path / "heard.wav")
        await asyncio.sleep(1)
        await placed.press("7")
        await placed.ended(10)
    heard = read_wav(tmp_path / "heard.wav")
    assert tones_in(heard[:6000], [300, 900]) == {300}
    assert tones_in(heard[-6000:], [300, 900]) == {900}


async def test_a_plain_number_goes_out_through_the_trunk(
    app: VoiceApp, serve: Callable[[str], Server], tmp_path: Path
) -> None:
    """The carrier sees the number, our caller id and the call's SIDs; its busy is the app's busy."""
    async with Softphone.open(name="carrier") as carrier, Softphone.open() as phone:
        carrier.answering = Answering(status=486, ring_seconds=0.1)
        trunk = (
            f'[[trunk]]\nname = "carrier"\nuri = "sip:127.0.0.1:{carrier.port}"\n[[number]]\nnumber = "+15551230000"\n'
        )
        server = serve(settings_text(app.url(), extra=trunk))
        app.pages["/voice"] = '<Dial callerId="+15551230000" action="/done">+15557654321</Dial>'
        app.pages["/done"] = '<Reject reason="busy"/>'
        placed = call(phone, server)
        await placed.answered()
        await placed.ended(10)
        request = carrier.calls[0].leg.session.request
    assert str(request.uri) == f"sip:+15557654321@127.0.0.1:{carrier.port}"
    assert request.from_.sip_uri.user == "+15551230000"
    assert request.headers.get("X-Twilio-AccountSid") == ACCOUNT_SID
    (done,) = app.of("/done")
    assert done.parameters["DialCallStatus"] == "busy"
    assert done.parameters["DialSipResponseCode"] == "486"


async def test_a_call_from_a_trunk_asks_the_numbers_voice_url(app: VoiceApp, serve: Callable[[str], Server]) -> None:
    extra = (
        '[[trunk]]\nname = "carrier"\nuri = "sip:127.0.0.1:9"\nallow = ["127.0.0.1/32"]\n'
        f'[[number]]\nnumber = "+15551230000"\nvoice_url = "{app.url("/number")}"\n'
    )
    server = serve(settings_text(app.url(), extra=extra))
    app.pages["/number"] = web.Response(text='<Response><Reject reason="busy"/></Response>', content_type="text/xml")
    async with Softphone.open() as phone:
        placed = phone.call(f"sip:+15551230000@127.0.0.1:{server.port}")
        await placed.ended(10)
    (asked,) = app.of("/number")
    assert asked.parameters["To"] == "+15551230000"
    assert "SipDomain" not in asked.parameters
    assert app.of("/voice") == []
