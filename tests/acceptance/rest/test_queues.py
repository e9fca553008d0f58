"""Queues and the calls in them by the official library, with phones that wait (rest-api.md 9.10)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.acceptance.conftest import Server, VoiceApp, settings_text
from tests.acceptance.rest.conftest import client_of
from tests.acceptance.rest.party import TONES, Party, blocking, party_of
from tests.peers.listening import tone_wav


@pytest.fixture
async def party(rest_server: Server, tmp_path: Path) -> AsyncIterator[Party]:
    async with party_of(rest_server, tmp_path) as party:
        yield party


@pytest.fixture
def name() -> str:
    """A queue of its own for a test."""
    return f"desk-{uuid4().hex[:8]}"


def waiting_room(app: VoiceApp, name: str) -> None:
    """Whoever calls in waits in the queue; `/next` is where calls are moved."""
    app.pages |= {
        "/voice": f'<Enqueue action="/left-{name}" waitUrl="/wait">{name}</Enqueue>',
        "/wait": "<Pause length='30'/>",
        f"/left-{name}": "<Hangup/>",
        "/next": "<Play>/tone.wav</Play><Pause length='30'/>",
        "/tone.wav": tone_wav(TONES["page"], 3),
    }


async def wait_in(party: Party, app: VoiceApp, *names: str) -> dict[str, str]:
    """These phones call in, one after the other; their calls' SIDs."""
    sids: dict[str, str] = {}
    for count, caller in enumerate(names, start=1):
        await party.call_in(caller)
        sids[caller] = (await app.wait_for("/wait", count))[-1].parameters["CallSid"]
    return sids


async def test_three_wait_and_the_front_is_moved_to_a_url(
    client: Client, app: VoiceApp, party: Party, name: str
) -> None:
    waiting_room(app, name)
    sids = await wait_in(party, app, "ann", "bob", "cee")
    (queue,) = [one for one in await blocking(client.queues.list) if one.friendly_name == name]
    assert (queue.current_size, queue.max_size) == (3, 1000)
    members = await blocking(client.queues(queue.sid).members.list)
    assert [member.call_sid for member in members] == list(sids.values())
    assert [member.position for member in members] == [1, 2, 3]
    assert all(member.date_enqueued is not None and member.wait_time >= 0 for member in members)
    taken = await blocking(client.queues(queue.sid).members("Front").update, url=app.url("/next"), method="GET")
    assert (taken.call_sid, taken.position) == (sids["ann"], 1)
    (left,) = await app.wait_for(f"/left-{name}")
    assert (left.parameters["QueueResult"], left.parameters["QueueSid"]) == ("redirected", queue.sid)
    (moved,) = await app.wait_for("/next")
    assert (moved.method, moved.parameters["CallSid"], moved.is_signed) == ("GET", sids["ann"], True)
    await app.wait_for("/tone.wav")
    assert await party.heard() == {"ann": {"page"}, "bob": set(), "cee": set()}
    front = await blocking(client.queues(queue.sid).members("Front").fetch)
    assert (front.call_sid, front.position) == (sids["bob"], 1)
    assert (await blocking(client.queues(queue.sid).fetch)).current_size == 2
    with pytest.raises(TwilioRestException) as gone:
        await blocking(client.queues(queue.sid).members(sids["ann"]).fetch)
    assert gone.value.status == 404


async def test_a_queue_is_renamed_with_its_calls_and_removed_when_it_is_empty(
    client: Client, app: VoiceApp, party: Party, name: str
) -> None:
    waiting_room(app, name)
    made = await blocking(client.queues.create, friendly_name=name, max_size=2)
    assert (made.current_size, made.max_size, made.average_wait_time) == (0, 2, 0)
    sids = await wait_in(party, app, "ann", "bob")
    await party.call_in("cee")  # one too many for the size that was set
    (full,) = await app.wait_for(f"/left-{name}")
    assert full.parameters["QueueResult"] == "queue-full"
    renamed = await blocking(client.queues(made.sid).update, friendly_name=f"{name}-b", max_size=9)
    assert (renamed.sid, renamed.friendly_name, renamed.current_size) == (made.sid, f"{name}-b", 2)
    app.pages["/voice"] = f'<Dial><Queue url="/taken">{name}-b</Queue></Dial>'
    app.pages["/taken"] = ""
    await party.calls["cee"].ended(5)
    await party.call_in("cee")
    (asked,) = await app.wait_for("/taken")
    assert (asked.parameters["QueueSid"], asked.parameters["CallSid"]) == (made.sid, sids["ann"])
    assert await party.heard() == {"ann": {"cee"}, "bob": set(), "cee": {"ann"}}
    with pytest.raises(TwilioRestException) as refused:
        await blocking(client.queues(made.sid).delete)
    assert (refused.value.status, refused.value.code) == (400, 20001)
    party.calls["bob"].hang_up()
    await app.wait_for(f"/left-{name}", 2)
    party.calls["cee"].hang_up()
    await app.wait_for(f"/left-{name}", 3)
    assert await deleted(client, made.sid)
    with pytest.raises(TwilioRestException) as gone:
        await blocking(client.queues(made.sid).fetch)
    assert (gone.value.status, gone.value.code) == (404, 20404)


async def deleted(client: Client, sid: str) -> Any:
    """Once the verbs of its calls have ended, too."""
    async with asyncio.timeout(5):
        while True:
            with contextlib.suppress(TwilioRestException):
                return await blocking(client.queues(sid).delete)
            await asyncio.sleep(0.1)


async def test_22003_a_queue_that_a_call_made_has_its_name(
    client: Client, app: VoiceApp, party: Party, name: str
) -> None:
    waiting_room(app, name)
    await wait_in(party, app, "ann")
    with pytest.raises(TwilioRestException) as refused:
        await blocking(client.queues.create, friendly_name=name)
    assert (refused.value.status, refused.value.code) == (400, 22003)
    assert f"A queue with the name {name} already exists" in refused.value.msg
    await asyncio.sleep(1.1)
    (queue,) = [one for one in await blocking(client.queues.list) if one.friendly_name == name]
    assert queue.average_wait_time >= 1


async def test_a_queue_outlives_the_server(app: VoiceApp, serve: Callable[[str], Server], name: str) -> None:
    first = serve(settings_text(app.url()))
    made = await blocking(client_of(first).queues.create, friendly_name=name, max_size=3)
    assert await first.stop() == 0
    second = Server.start_in(first.folder)
    try:
        found = await blocking(client_of(second).queues(made.sid).fetch)
        assert (found.friendly_name, found.max_size) == (name, 3)
        await second.stop()
    finally:
        second.close()
