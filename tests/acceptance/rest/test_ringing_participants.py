"""What a conference hears of a participant that still rings, by the official library and by ear (rest-api.md 9.9)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from twilio.rest import Client

from ringback.testing.softphone import Answering, SoftphoneCall
from tests.acceptance.conftest import Server, VoiceApp
from tests.acceptance.rest.conftest import NUMBER
from tests.acceptance.rest.party import RINGING, TONES, Party, blocking, party_of
from tests.acceptance.test_audio import tone
from tests.peers.listening import read_wav, tone_wav, tones_in

CARRIER = TONES["page"]
"""What a carrier says by early media."""
HOLD = {"hold": 1050.0}
RING_SECONDS = 5
"""A phone is listened to for one of them; the rest is for a machine that is busy."""


@pytest.fixture
async def party(rest_server: Server, tmp_path: Path) -> AsyncIterator[Party]:
    async with party_of(rest_server, tmp_path) as party:
        yield party


class Room:
    """A conference of its own for a test: ann is in it, and bob is called."""

    def __init__(self, client: Client, app: VoiceApp, party: Party) -> None:
        self.client, self.app, self.party = client, app, party
        self.name = f"ringing-{uuid4().hex[:8]}"
        app.pages |= {
            "/voice": f'<Dial><Conference beep="false" waitUrl="/wait" statusCallback="/events" statusCallbackEvent='
            f'"start end join leave">{self.name}</Conference></Dial>',
            "/wait": "<Play loop='0'>/hold.wav</Play>",
            "/hold.wav": tone_wav(HOLD["hold"], 2),
            "/events": "",
        }

    async def of(self, *names: str) -> None:
        for name in names:
            await self.party.call_in(name)
        await self.told("participant-join", len(names))

    async def call_bob(self, answering: Answering, **wanted: Any) -> Any:
        """Until he rings."""
        bob = await self.party.phone("bob")
        bob.answering = answering
        create = self.client.conferences(self.name).participants.create
        made = await blocking(create, from_=NUMBER, to=bob.uri, beep="false", **wanted)
        async with asyncio.timeout(RING_SECONDS):
            while (await self.bob(made)).status != "ringing":  # noqa: ASYNC110 (nobody tells of that)
                await asyncio.sleep(0.02)
        return made

    async def bob(self, made: Any) -> Any:
        return await blocking(self.client.conferences(made.conference_sid).participants(made.call_sid).fetch)

    async def heard(self) -> dict[str, set[str]]:
        return await self.party.heard(also=RINGING | HOLD)

    async def told(self, kind: str = "", count: int = 1) -> list[dict[str, str]]:
        """The events of this conference, once there are so many of that kind."""
        seen = len(self.app.of("/events"))
        async with asyncio.timeout(10):
            while len(self.kinds(kind)) < count:
                seen = len(await self.app.wait_for("/events", seen + 1))
        return self.kinds(kind)

    def kinds(self, kind: str = "") -> list[dict[str, str]]:
        told = [request.parameters for request in self.app.of("/events")]
        ours = [event for event in told if event["FriendlyName"] == self.name]
        return [event for event in ours if event["StatusCallbackEvent"].startswith(kind)]


@pytest.fixture
def room(client: Client, app: VoiceApp, party: Party) -> Room:
    return Room(client, app, party)


async def test_who_waits_hears_our_tone_instead_of_music_until_the_answer(room: Room) -> None:
    await room.of("ann")
    await room.app.wait_for("/hold.wav")
    assert await room.heard() == {"ann": {"hold"}}
    await room.call_bob(Answering(ring_seconds=RING_SECONDS))
    assert await room.heard() == {"ann": {"ring"}}
    assert [event["StatusCallbackEvent"] for event in room.kinds()] == ["participant-join"]
    await room.party.taken("bob")
    await room.told("conference-start")
    assert await room.heard() == {"ann": {"bob"}, "bob": {"ann"}}


async def test_early_media_is_heard_by_all_and_hears_nobody(room: Room, tmp_path: Path) -> None:
    await room.of("ann", "cee")
    await room.call_bob(Answering(status=486, ring_seconds=RING_SECONDS, early_media=tone(CARRIER, RING_SECONDS)))
    bob = await room.party.phones["bob"].next_incoming(5)
    heard, by_bob = await asyncio.gather(room.heard(), _listened(bob, tmp_path / "bob.wav"))
    assert heard == {"ann": {"cee", "page"}, "cee": {"ann", "page"}}
    assert by_bob == set()
    (left,) = await room.told("participant-leave")
    assert left["ReasonParticipantLeft"] == "participant_add_failed"
    assert await room.heard() == {"ann": {"cee"}, "cee": {"ann"}}
    assert len(room.kinds("participant-join")) == 2


async def test_without_early_media_the_conference_hears_nothing_of_it(room: Room) -> None:
    await room.of("ann")
    await room.app.wait_for("/hold.wav")
    answering = Answering(ring_seconds=RING_SECONDS, early_media=tone(CARRIER, RING_SECONDS))
    await room.call_bob(answering, early_media=False, jitter_buffer_size="small")
    assert await room.heard() == {"ann": {"hold"}}
    await room.party.taken("bob")
    await room.told("conference-start")
    assert await room.heard() == {"ann": {"bob"}, "bob": {"ann"}}


async def _listened(call: SoftphoneCall, file: Path) -> set[float]:
    """What a phone that rings hears."""
    live = call.leg.media.start_recording(file, what="received")
    await asyncio.sleep(1)
    live.stop()
    await live.finished
    return tones_in(read_wav(file), TONES.values())
