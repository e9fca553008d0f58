"""Calls over REST to real phones: heard, refused, cancelled, challenged, recorded, and told from machines.

`rest/test_calls.py` has what clients see of them, on both databases; here it is what phones and apps do.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import pytest
from twilio.base import values
from twilio.rest import Client
from twilio.rest.api.v2010.account.call import CallInstance

from ringback.media._engine import Clip
from ringback.model.settings import Settings, settings_from_toml
from ringback.server import Server, running_server
from ringback.testing.softphone import Answering, Softphone
from ringback.webhooks.callback_parameters import StatusEvent
from tests.acceptance.conftest import ACCOUNT_SID, AUTH_TOKEN, VoiceApp, settings_text
from tests.conformance.amd.greetings import MACHINES, silence, spoken
from tests.peers.listening import loudest_stretch, read_wav, tone_wav, tones_in
from tests.peers.ports import free_port
from tests.peers.sipp import run_sipp

APP_TONE, PHONE_TONE = 440, 700


def settings(app: VoiceApp, folder: Path, extra: str = "") -> Settings:
    text = settings_text(app.url("/voice"), extra=extra).replace("ringback.db", f"{folder}/ringback.db")
    return settings_from_toml(text.replace("[store]\n", f'[store]\nrecordings = "{folder}/recordings"\n'))


def document(app: VoiceApp) -> str:
    """What the app says: a tone."""
    return f"<Play>{app.url('/tone.wav')}</Play>"


@pytest.fixture
async def server(app: VoiceApp, tmp_path: Path) -> AsyncIterator[Server]:
    app.pages |= {"/status": "", "/voice": document(app), "/tone.wav": tone_wav(APP_TONE, 2)}
    async with running_server(settings(app, tmp_path)) as running:
        yield running


@pytest.fixture
async def bob() -> AsyncIterator[Softphone]:
    async with Softphone.open(name="bob") as phone:
        yield phone


async def place(server: Server, app: VoiceApp, to: str, **wanted: Any) -> CallInstance:
    """By the official library, unmodified."""
    client = Client(ACCOUNT_SID, AUTH_TOKEN)
    client.api.base_url = server.ready.http
    parameters: dict[str, Any] = {
        "url": app.url("/voice"),
        "status_callback": app.url("/status"),
        "status_callback_event": list(get_args(StatusEvent)),
    }
    parameters |= {"to": to, "from_": "+15550001111"} | wanted
    return await asyncio.to_thread(client.calls.create, **parameters)


async def statuses(app: VoiceApp, count: int, seconds: float = 15) -> list[str]:
    told = await app.wait_for("/status", count, seconds)
    assert all(request.is_signed for request in told)
    assert [request.parameters["SequenceNumber"] for request in told] == [str(number) for number in range(count)]
    return [request.parameters["CallStatus"] for request in told]


@pytest.mark.parametrize("is_inline", [False, True])
async def test_who_answers_hears_the_document(
    server: Server, app: VoiceApp, bob: Softphone, tmp_path: Path, is_inline: bool
) -> None:
    first = {"url": values.unset, "twiml": f"<Response>{document(app)}</Response>"} if is_inline else {}
    placed = await place(server, app, bob.uri, **first)
    assert placed.status == "queued"
    taken = await bob.next_incoming()
    await taken.answered()
    taken.record(tmp_path / "heard.wav")
    await taken.ended(15)
    assert tones_in(loudest_stretch(read_wav(tmp_path / "heard.wav"), 1.0), [APP_TONE, PHONE_TONE]) == {APP_TONE}
    assert await statuses(app, 4) == ["initiated", "ringing", "in-progress", "completed"]
    last = app.of("/status")[-1].parameters
    assert (last["CallSid"], last["Direction"], last["SipResponseCode"]) == (placed.sid, "outbound-api", "200")
    assert 1 <= int(last["CallDuration"]) <= 4
    assert len(app.of("/voice")) == (0 if is_inline else 1)


async def test_a_busy_phone_is_told_as_busy(server: Server, app: VoiceApp, bob: Softphone) -> None:
    bob.answering = Answering(status=486, ring_seconds=0.2)
    await place(server, app, bob.uri)
    assert await statuses(app, 3) == ["initiated", "ringing", "busy"]
    assert app.of("/voice") == []


async def test_a_call_that_rings_is_cancelled_at_the_phone(server: Server, app: VoiceApp, bob: Softphone) -> None:
    bob.answering = Answering(ring_seconds=30)
    placed = await place(server, app, bob.uri)
    taken = await bob.next_incoming()
    await app.wait_for("/status", 2)
    await asyncio.to_thread(placed.update, status="canceled")
    assert (await taken.ended(5)).status == 487
    assert await statuses(app, 3) == ["initiated", "ringing", "canceled"]


async def test_a_host_that_does_not_exist_is_told_as_failed(server: Server, app: VoiceApp) -> None:
    await place(server, app, "sip:bob@no-such-host.invalid")
    assert await statuses(app, 2, seconds=30) == ["initiated", "failed"]


async def test_the_document_comes_after_the_verdict_on_a_machine(server: Server, app: VoiceApp, bob: Softphone) -> None:
    words = spoken(MACHINES[1], "heart").clip(-32768, 32767).astype("<i2").tobytes()
    quiet = silence(0.4).astype("<i2").tobytes()
    bob.answering = Answering(ring_seconds=0.2, play=Clip.from_pcm(quiet + words + quiet, 8000))
    await place(server, app, bob.uri, machine_detection="Enable")
    (asked,) = await app.wait_for("/voice", seconds=20)
    assert asked.parameters["AnsweredBy"] == "machine_start"
    assert 2000 < int(asked.parameters["MachineDetectionDuration"]) < 6000
    assert (await statuses(app, 4))[-1] == "completed"
    assert app.of("/status")[-1].parameters["AnsweredBy"] == "machine_start"


async def test_a_dual_recording_has_the_called_party_on_one_side_and_the_app_on_the_other(
    server: Server, app: VoiceApp, bob: Softphone, tmp_path: Path
) -> None:
    app.pages["/recorded"] = ""
    bob.answering = Answering(ring_seconds=0.2, play=Clip.decode(tone_wav(PHONE_TONE, 2), "wav"))
    wanted = {"record": True, "recording_channels": "dual", "trim": "do-not-trim"}
    await place(server, app, bob.uri, recording_status_callback=app.url("/recorded"), **wanted)
    (told,) = await app.wait_for("/recorded", seconds=20)
    assert (told.parameters["RecordingSource"], told.parameters["RecordingChannels"]) == ("OutboundAPI", "2")
    assert (await statuses(app, 4))[-1] == "completed"
    last = app.of("/status")[-1].parameters
    assert last["RecordingUrl"] == told.parameters["RecordingUrl"]
    audio = tmp_path / "recordings" / ACCOUNT_SID / f"{last['RecordingSid']}.wav"
    sides = [tones_in(loudest_stretch(read_wav(audio, channel), 1.0), [APP_TONE, PHONE_TONE]) for channel in (0, 1)]
    assert sides == [{PHONE_TONE}, {APP_TONE}]


async def test_send_digits_are_heard_as_keys_before_the_document(server: Server, app: VoiceApp, bob: Softphone) -> None:
    await place(server, app, bob.uri, send_digits="W1w2#")
    taken = await bob.next_incoming()
    await taken.answered()
    pressed = ""
    async with taken.leg.media.digits() as keys, asyncio.timeout(10):
        while len(pressed) < 3:
            pressed += await keys.next()
    assert pressed == "12#"
    assert len(await app.wait_for("/voice")) == 1


CHALLENGED = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="callee that asks for a password">
  <recv request="INVITE"/>
  <send><![CDATA[
SIP/2.0 {status} Who is it
[last_Via:]
[last_From:]
[last_To:];tag=[pid]a[call_number]
[last_Call-ID:]
[last_CSeq:]
{header}: Digest realm="sipp", nonce="47ebe028cda119c35d4877b383027d28da013815", algorithm=MD5
Content-Length: 0

]]></send>
  <recv request="ACK"/>
  <recv request="INVITE"><action>{check}</action></recv>
  <nop test="is_right" next="1"/>
  <nop><action><error message="wrong credentials"/></action></nop>
  <label id="1"/>
  <send retrans="500"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[pid]b[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:sipp@[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

v=0
o=sipp 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
]]></send>
  <recv request="ACK"/>
  <recv request="BYE" timeout="15000"/>
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
</scenario>
"""


VERIFIED = '<verifyauth assign_to="is_right" username="ann" password="secret"/>'
NAMED = (  # sipp verifies an Authorization only
    """<ereg regexp='username="ann"' search_in="hdr" header="Proxy-Authorization:" assign_to="is_right"/>"""
)


@pytest.mark.parametrize(
    ("status", "header", "check"), [(401, "WWW-Authenticate", VERIFIED), (407, "Proxy-Authenticate", NAMED)]
)
async def test_sip_credentials_answer_a_challenge_of_sipp(
    server: Server, app: VoiceApp, tmp_path: Path, status: int, header: str, check: str
) -> None:
    scenario = tmp_path / "callee.xml"
    scenario.write_text(CHALLENGED.format(status=status, header=header, check=check))
    port = free_port()
    callee = asyncio.create_task(run_sipp(scenario, 5060, tmp_path, listen=port, seconds=30))
    await asyncio.sleep(0.5)
    try:
        await place(server, app, f"sip:sipp@127.0.0.1:{port}", sip_auth_username="ann", sip_auth_password="secret")
        assert (await statuses(app, 3))[-1] == "completed"
        await callee
    finally:
        callee.cancel()
        await asyncio.gather(callee, return_exceptions=True)


async def test_calls_that_nobody_answers_end_with_the_server(app: VoiceApp, bob: Softphone, tmp_path: Path) -> None:
    """`[limits] like = "twilio"`: one is dialled, the second waits; both are over when the server is."""
    app.pages["/status"] = ""
    bob.answering = Answering(ring_seconds=60)
    async with running_server(settings(app, tmp_path, '[limits]\nlike = "twilio"\ngrace_seconds = 0.2')) as running:
        placed = [await place(running, app, bob.uri) for _ in range(2)]
        assert placed[0].queue_time == "0"
        assert 0 < int(placed[1].queue_time or 0) <= 1000
        taken = await bob.next_incoming()
    assert (await taken.ended(5)).status == 487
    assert (await statuses(app, 3))[-1] == "canceled"
    assert len(bob.calls) == 1
