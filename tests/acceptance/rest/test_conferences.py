"""Conferences by the official library, with phones whose tones are listened to (rest-api.md 9.8 and 9.9)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from ringback.testing.softphone import Answering
from tests.acceptance.conftest import ACCOUNT_SID, AppRequest, Server, VoiceApp
from tests.acceptance.rest.conftest import NUMBER
from tests.acceptance.rest.party import TONES, Party, blocking, party_of
from tests.peers.listening import tone_wav

QUIET = 'beep="false" waitUrl=""'
EVENTS = "start end join leave mute hold modify announcement"


@pytest.fixture
async def party(rest_server: Server, tmp_path: Path) -> AsyncIterator[Party]:
    async with party_of(rest_server, tmp_path) as party:
        yield party


class Team:
    """A conference of its own for a test; whoever calls in is put into it."""

    def __init__(self, client: Client, app: VoiceApp, party: Party) -> None:
        self.client, self.app, self.party = client, app, party
        self.name = f"team-{uuid4().hex[:8]}"
        app.pages |= {
            "/voice": f'<Dial action="/done"><Conference {QUIET} statusCallback="/events" statusCallbackEvent='
            f'"{EVENTS}">{self.name}</Conference></Dial>',
            "/done": "<Hangup/>",
            "/events": "",
            "/tone.wav": tone_wav(TONES["page"], 2),
            "/leg": "",
        }

    async def fetch(self, status: str) -> Any:
        (found,) = await blocking(self.client.conferences.list, friendly_name=self.name, status=status)
        return found

    async def of(self, *names: str) -> Any:
        """Who is in it once these have called in, by name; and the conference."""
        sids: dict[str, str] = {}
        for name in names:
            await self.party.call_in(name)
            sids[name] = (await self.told("participant-join", len(sids) + 1))[-1]["CallSid"]
        conference = await self.fetch("in-progress" if len(names) > 1 else "init")
        return self.client.conferences(conference.sid), sids

    async def told(self, kind: str = "", count: int = 1) -> list[dict[str, str]]:
        """The events of this conference (of this kind) once there are so many; a late one of another's is none."""
        seen = len(self.app.of("/events"))
        async with asyncio.timeout(10):
            while True:
                events = [request for request in self.app.of("/events") if self._is_ours(request, kind)]
                if len(events) >= count:
                    assert all(event.is_signed for event in events)
                    return [event.parameters for event in events]
                seen = len(await self.app.wait_for("/events", seen + 1))

    def _is_ours(self, request: AppRequest, kind: str) -> bool:
        about = request.parameters
        return about["FriendlyName"] == self.name and about["StatusCallbackEvent"].startswith(kind)

    async def event(self, kind: str) -> dict[str, str]:
        return (await self.told(kind))[-1]


@pytest.fixture
def team(client: Client, app: VoiceApp, party: Party) -> Team:
    return Team(client, app, party)


async def test_who_is_called_into_a_conference_is_heard_there_and_told_of_in_order(team: Team, app: VoiceApp) -> None:
    known: dict[str, str] = {}
    over = asyncio.Event()

    async def event(request: AppRequest) -> web.Response:
        """What a callback names can be fetched by then."""
        about = request.parameters
        found = await blocking(team.client.conferences(about["ConferenceSid"]).fetch)
        known[about["StatusCallbackEvent"]] = found.status
        if about["StatusCallbackEvent"] == "conference-end":
            over.set()
        return web.Response(status=204)

    app.pages["/events"] = lambda request: event(request)
    conference, sids = await team.of("ann")
    bob = await team.party.phone("bob")
    made = await blocking(
        conference.participants.create,
        from_=NUMBER,
        to=bob.uri,
        label="bob",
        beep="false",
        status_callback=app.url("/leg"),
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    assert (made.status, made.label, made.account_sid, made.queue_time) == ("queued", "bob", ACCOUNT_SID, "0")
    assert (made.muted, made.hold, made.coaching, made.end_conference_on_exit) == (False, False, False, False)
    before = await blocking(conference.participants("bob").fetch)
    assert before.status in ("queued", "connecting", "ringing")
    await team.party.taken("bob")
    await team.event("conference-start")
    assert await team.party.heard() == {"ann": {"bob"}, "bob": {"ann"}}
    listed = await blocking(conference.participants.list)
    assert {one.call_sid: one.status for one in listed} == {sids["ann"]: "connected", made.call_sid: "connected"}
    running = await blocking(conference.fetch)
    assert (running.status, running.friendly_name, running.reason_conference_ended) == ("in-progress", team.name, None)
    ended = await blocking(conference.update, status="completed")
    assert (ended.status, ended.reason_conference_ended) == ("completed", "conference-ended-via-api")
    for call in team.party.calls.values():
        await call.ended(5)
    with pytest.raises(TwilioRestException) as refused:
        await blocking(conference.update, status="completed")
    assert (refused.value.status, refused.value.code) == (400, 20001)
    with pytest.raises(TwilioRestException) as gone:
        await blocking(conference.participants("bob").fetch)
    assert (gone.value.status, gone.value.code) == (404, 20404)
    told = [event["StatusCallbackEvent"] for event in await team.told(count=6)]
    assert told == ["participant-join", "participant-join", "conference-start"] + ["participant-leave"] * 2 + [
        "conference-end"
    ]
    await asyncio.wait_for(over.wait(), 5)
    assert known["participant-join"] == "in-progress"  # the second one's
    assert (known["conference-start"], known["conference-end"]) == ("in-progress", "completed")
    legs = [request.parameters["CallStatus"] for request in await app.wait_for("/leg", 4)]
    assert legs == ["initiated", "ringing", "in-progress", "completed"]


async def test_the_held_hear_the_hold_document_and_nobody_hears_the_held(team: Team, app: VoiceApp) -> None:
    conference, sids = await team.of("ann", "bob", "cee")
    app.pages["/hold"] = "<Play loop='9'>/tone.wav</Play>"
    held = await blocking(conference.participants(sids["bob"]).update, hold=True, hold_url=app.url("/hold"))
    assert (held.hold, held.muted) == (True, False)
    (asked,) = await app.wait_for("/hold")
    assert (asked.method, asked.parameters["CallSid"], asked.is_signed) == ("GET", sids["bob"], True)
    await app.wait_for("/tone.wav")
    assert await team.party.heard() == {"ann": {"cee"}, "bob": {"page"}, "cee": {"ann"}}
    assert [one.call_sid for one in await blocking(conference.participants.list, hold=True)] == [sids["bob"]]
    await blocking(conference.participants(sids["bob"]).update, hold=False)
    assert await team.party.heard() == {"ann": {"bob", "cee"}, "bob": {"ann", "cee"}, "cee": {"ann", "bob"}}
    assert (await team.event("participant-hold"))["CallSid"] == sids["bob"]
    assert (await team.event("participant-unhold"))["Hold"] == "false"


async def test_the_muted_and_the_coach_are_heard_by_whom_they_should(team: Team) -> None:
    conference, sids = await team.of("ann", "bob", "cee")
    muted = await blocking(conference.participants(sids["bob"]).update, muted=True)
    assert muted.muted
    assert await team.party.heard() == {"ann": {"cee"}, "bob": {"ann", "cee"}, "cee": {"ann"}}
    await blocking(conference.participants(sids["bob"]).update, muted=False)
    coach = await blocking(conference.participants(sids["cee"]).update, coaching=True, call_sid_to_coach=sids["ann"])
    assert (coach.coaching, coach.call_sid_to_coach) == (True, sids["ann"])
    assert await team.party.heard() == {"ann": {"bob", "cee"}, "bob": {"ann"}, "cee": {"ann", "bob"}}
    assert [one.call_sid for one in await blocking(conference.participants.list, coaching=True)] == [sids["cee"]]
    with pytest.raises(TwilioRestException) as refused:
        await blocking(conference.participants(sids["bob"]).update, call_sid_to_coach="CA" + "0" * 32)
    assert (refused.value.status, refused.value.code) == (400, 16028)


async def test_an_announcement_is_heard_by_all_or_by_one(team: Team, app: VoiceApp) -> None:
    conference, sids = await team.of("ann", "bob")
    app.pages["/news"] = "<Play>/tone.wav</Play>"
    await blocking(conference.update, announce_url=app.url("/news"))
    (asked,) = await app.wait_for("/news")
    assert (asked.method, asked.is_signed) == ("POST", True)
    await app.wait_for("/tone.wav")
    assert await team.party.heard() == {"ann": {"bob", "page"}, "bob": {"ann", "page"}}
    assert (await team.event("announcement-end"))["AnnounceUrl"] == app.url("/news")
    app.requests.clear()
    one = conference.participants(sids["bob"])
    await blocking(one.update, announce_url=app.url("/tone.wav"), announce_method="GET")
    await app.wait_for("/tone.wav")
    heard = await team.party.heard()
    assert heard["ann"] == {"bob"}
    assert "page" in heard["bob"]
    assert (await team.event("announcement-end"))["CallSid"] == sids["bob"]
    await blocking(one.update, announce_url=app.url("/nowhere"))
    assert (await team.event("announcement-fail"))["ReasonAnnouncementFailed"]


async def test_who_is_kicked_goes_on_with_its_document(team: Team, app: VoiceApp) -> None:
    conference, sids = await team.of("ann", "bob")
    app.pages["/done"] = "<Play>/tone.wav</Play>"
    assert await blocking(conference.participants(sids["bob"]).delete)
    (done,) = await app.wait_for("/done")
    assert (done.parameters["DialCallStatus"], done.parameters["CallSid"]) == ("answered", sids["bob"])
    await app.wait_for("/tone.wav")
    assert await team.party.heard() == {"ann": set(), "bob": {"page"}}
    with pytest.raises(TwilioRestException) as gone:
        await blocking(conference.participants(sids["bob"]).fetch)
    assert gone.value.status == 404
    left = await team.event("participant-leave")
    assert left["ReasonParticipantLeft"] == "participant_updated_via_api"
    await blocking(conference.participants(sids["ann"]).update, end_conference_on_exit=True)
    team.party.calls["ann"].hang_up()
    ended = await team.event("conference-end")
    assert ended["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    over = await blocking(conference.fetch)
    assert (over.status, over.call_sid_ending_conference) == ("completed", sids["ann"])


async def test_who_does_not_answer_is_told_and_is_not_there(team: Team) -> None:
    conference, _ = await team.of("ann")
    bob = await team.party.phone("bob")
    bob.answering = Answering(status=486)
    made = await blocking(conference.participants.create, from_=NUMBER, to=bob.uri)
    left = await team.event("participant-leave")
    assert (left["CallSid"], left["ReasonParticipantLeft"], left["ParticipantCallStatus"]) == (
        made.call_sid,
        "participant_add_failed",
        "busy",
    )
    with pytest.raises(TwilioRestException) as gone:
        await blocking(conference.participants(made.call_sid).fetch)
    assert gone.value.status == 404


async def test_a_conference_is_made_by_its_first_call_and_found_by_filters(client: Client, party: Party) -> None:
    name = f"made-{uuid4().hex[:8]}"
    for phone in ("ann", "bob"):
        called = await party.phone(phone)
        await blocking(client.conferences(name).participants.create, from_="desk", to=called.uri, beep="false")
        await party.taken(phone)
    assert await party.heard() == {"ann": {"bob"}, "bob": {"ann"}}
    found = await blocking(client.conferences.list, friendly_name=name)
    today = datetime.now(UTC).date()
    since = await blocking(client.conferences.list, friendly_name=name, date_created_after=today, status="in-progress")
    assert [one.sid for one in since] == [found[0].sid]
    before = await blocking(client.conferences.list, friendly_name=name, date_updated_before=_yesterday(today))
    assert before == []
    await blocking(client.conferences(found[0].sid).update, status="completed")
    for call in party.calls.values():
        await call.ended(5)
    assert await blocking(client.conferences.list, friendly_name=name) == []
    (over,) = await blocking(client.conferences.list, friendly_name=name, status="completed")
    assert over.reason_conference_ended == "conference-ended-via-api"


def _yesterday(today: date) -> date:
    return today - timedelta(days=1)
