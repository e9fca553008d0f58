"""An application as a participant, by the official library and by ear (rest-api.md 9.9, To=app:AP...)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from ringback.media._engine import Clip
from ringback.speech.providers.hibari import HibariSynthesizer
from ringback.testing.softphone import Softphone
from tests.acceptance.conftest import ACCOUNT_SID, AUTH_TOKEN, AppRequest, Server, VoiceApp
from tests.acceptance.rest.conftest import APPLICATION, NUMBER, call_in
from tests.acceptance.rest.party import TONES, Party, blocking, party_of
from tests.peers.listening import loudest_stretch, read_wav, tone_wav, tones_in


@pytest.fixture
async def party(rest_server: Server, tmp_path: Path) -> AsyncIterator[Party]:
    async with party_of(rest_server, tmp_path) as party:
        yield party


class Room:
    """A conference of its own for a test, with ann in it."""

    def __init__(self, client: Client, app: VoiceApp, party: Party) -> None:
        self.client, self.app, self.party = client, app, party
        self.name = f"apps-{uuid4().hex[:8]}"
        app.pages |= {
            "/voice": f'<Dial><Conference beep="false" waitUrl="" statusCallback="/events" statusCallbackEvent='
            f'"start end join leave">{self.name}</Conference></Dial>',
            "/events": "",
            "/leg": "",
            "/hold": "<Pause length='60'/>",
            "/application-status": "",
            "/page.wav": tone_wav(TONES["page"], 5),
        }

    async def of_ann(self) -> None:
        await self.party.call_in("ann")
        await self.told("participant-join")

    async def call_application(self, parameters: str = "", **wanted: Any) -> Any:
        (desk,) = await blocking(self.client.applications.list, friendly_name=APPLICATION)
        create = self.client.conferences(self.name).participants.create
        to = f"app:{desk.sid}{parameters}"
        return await blocking(create, from_=NUMBER, to=to, beep="false", wait_url="", **wanted)

    async def told(self, kind: str, count: int = 1) -> list[dict[str, str]]:
        seen = len(self.app.of("/events"))
        async with asyncio.timeout(10):
            while len(self._kinds(kind)) < count:
                seen = len(await self.app.wait_for("/events", seen + 1))
        return self._kinds(kind)

    def _kinds(self, kind: str) -> list[dict[str, str]]:
        told = [request.parameters for request in self.app.of("/events")]
        ours = [event for event in told if event["FriendlyName"] == self.name]
        return [event for event in ours if event["StatusCallbackEvent"] == kind]


@pytest.fixture
def room(client: Client, app: VoiceApp, party: Party) -> Room:
    return Room(client, app, party)


async def test_the_room_hears_an_application_and_the_application_hears_the_room(
    room: Room, client: Client, app: VoiceApp
) -> None:
    app.pages["/application"] = "<Play>/page.wav</Play><Record action='/recorded' maxLength='2' playBeep='false'/>"
    app.pages["/recorded"] = "<Hangup/>"
    await room.of_ann()
    made = await room.call_application(
        "?mood=merry&floor=3%20b",
        label="desk",
        status_callback=app.url("/leg"),
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    assert (made.status, made.label) == ("queued", "desk")
    (asked,) = await app.wait_for("/application")
    assert asked.is_signed
    told = asked.parameters
    assert (told["Param_mood"], told["Param_floor"], told["customerId"]) == ("merry", "3 b", ACCOUNT_SID)
    assert (told["ParentCallSid"], told["Direction"], told["From"]) == (made.call_sid, "outbound-dial", NUMBER)
    joined = await room.told("participant-join", 2)
    assert joined[-1]["CallSid"] == made.call_sid
    found = await blocking(client.conferences(made.conference_sid).participants("desk").fetch)
    assert (found.status, found.call_sid) == ("connected", made.call_sid)
    assert await room.party.heard() == {"ann": {"page"}}
    (recorded,) = await app.wait_for("/recorded")
    assert await _tones_of(recorded) == {TONES["ann"]}
    (left,) = await room.told("participant-leave")
    assert (left["CallSid"], left["ReasonParticipantLeft"]) == (made.call_sid, "participant_hung_up")
    legs = [request.parameters["CallStatus"] for request in await app.wait_for("/leg", 4)]
    assert legs == ["initiated", "ringing", "in-progress", "completed"]
    calls = [await blocking(client.calls(sid).fetch) for sid in (made.call_sid, told["CallSid"])]
    assert [(call.status, call.parent_call_sid) for call in calls] == [
        ("completed", None),
        ("completed", made.call_sid),
    ]
    assert calls[0].to == f"app:{told['To']}"


async def _tones_of(recorded: AppRequest) -> set[float]:
    async with (
        aiohttp.ClientSession(headers={"Authorization": aiohttp.encode_basic_auth(ACCOUNT_SID, AUTH_TOKEN)}) as session,
        session.get(recorded.parameters["RecordingUrl"]) as response,
    ):
        return tones_in(loudest_stretch(read_wav(await response.read())), TONES.values())


async def test_an_application_is_muted_held_and_taken_out_like_a_phone(
    room: Room, client: Client, app: VoiceApp
) -> None:
    app.pages["/application"] = "<Play loop='0'>/page.wav</Play>"
    await room.of_ann()
    made = await room.call_application()
    await room.told("conference-start")
    await app.wait_for("/page.wav")
    participant = client.conferences(made.conference_sid).participants(made.call_sid)
    assert await room.party.heard() == {"ann": {"page"}}
    await blocking(participant.update, muted=True)
    assert await room.party.heard() == {"ann": set()}
    await blocking(participant.update, muted=False, hold=True, hold_url=app.url("/hold"))
    assert await room.party.heard() == {"ann": set()}
    await blocking(participant.update, hold=False)
    assert await room.party.heard() == {"ann": {"page"}}
    await blocking(participant.delete)
    (left,) = await room.told("participant-leave")
    assert left["CallSid"] == made.call_sid
    (status,) = await app.wait_for("/application-status")
    assert (status.parameters["CallStatus"], status.parameters["ParentCallSid"]) == ("completed", made.call_sid)


async def test_what_is_said_in_the_room_is_what_its_gather_hears(
    room: Room, app: VoiceApp, phone: Softphone, rest_server: Server
) -> None:
    app.pages["/application"] = (
        '<Gather input="speech" hints="sales, support" speechTimeout="1" timeout="20" action="/understood"/>'
    )
    app.pages["/understood"] = "<Hangup/>"
    ann = call_in(phone, rest_server)
    await ann.answered(10)
    made = await room.call_application()
    await room.told("conference-start")
    word = HibariSynthesizer().synthesize("support", voice="heart", language="en-US")
    await asyncio.sleep(0.5)
    await ann.play(Clip.from_pcm(word.pcm, word.rate_hz))
    (understood,) = await app.wait_for("/understood", seconds=30)
    assert understood.parameters["SpeechResult"] == "support"
    assert understood.parameters["ParentCallSid"] == made.call_sid
    ann.hang_up()


async def test_an_application_that_rejects_does_not_come(room: Room, app: VoiceApp) -> None:
    app.pages["/application"] = '<Reject reason="busy"/>'
    await room.of_ann()
    made = await room.call_application()
    (left,) = await room.told("participant-leave")
    assert (left["CallSid"], left["ReasonParticipantLeft"], left["ParticipantCallStatus"]) == (
        made.call_sid,
        "participant_add_failed",
        "busy",
    )


@pytest.mark.parametrize(
    ("to", "code"),
    [("app:AP" + "9" * 32, 21218), ("app:nobody", 21211), ("app:AP" + "9" * 32 + "?" + "a" * 801, 21211)],
)
async def test_an_application_that_there_is_not_is_refused(client: Client, app: VoiceApp, to: str, code: int) -> None:
    name = f"apps-{uuid4().hex[:8]}"
    with pytest.raises(TwilioRestException) as refused:
        await blocking(client.conferences(name).participants.create, from_=NUMBER, to=to)
    assert (refused.value.status, refused.value.code) == (400, code)
    assert await blocking(client.conferences.list, friendly_name=name) == []


async def test_a_call_of_its_own_takes_no_application(client: Client, app: VoiceApp) -> None:
    (desk,) = await blocking(client.applications.list, friendly_name=APPLICATION)
    with pytest.raises(TwilioRestException) as refused:
        await blocking(client.calls.create, from_=NUMBER, to=f"app:{desk.sid}", twiml="<Response/>")
    assert refused.value.code == 21211
