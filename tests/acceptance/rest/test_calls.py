"""Calls by the official library, with phones that ring: rest-api.md 9.2, twiml.md section 20, webhooks.md section 4."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from ringback.media._engine import Clip
from ringback.testing.softphone import Answering, Softphone
from tests.acceptance.conftest import ACCOUNT_SID, Server, VoiceApp
from tests.acceptance.rest.conftest import APPLICATION, NUMBER, call_in
from tests.peers.listening import loudest_stretch, read_wav, tone_wav, tones_in

TONE, OTHER_TONE = 300, 700
EVERY = ["initiated", "ringing", "answered", "completed"]


async def blocking(work: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """The library waits for its answers in a thread."""
    return await asyncio.to_thread(lambda: work(*arguments, **keywords))


async def until(client: Client, sid: str, *statuses: str, seconds: float = 10) -> Any:
    """Read the call again and again, as programs do, until it has one of the statuses."""
    async with asyncio.timeout(seconds):
        while True:
            call = await blocking(client.calls(sid).fetch)
            if call.status in statuses:
                return call
            await asyncio.sleep(0.1)


def code_of(work: Callable[[], Any]) -> tuple[int, int | None]:
    with pytest.raises(TwilioRestException) as refused:
        work()
    return refused.value.status, refused.value.code


# -- create --------------------------------------------------------------------------------------------------------


async def test_a_call_by_url_is_heard_and_told_in_order_by_signed_callbacks(
    client: Client, app: VoiceApp, phone: Softphone, tmp_path: Path
) -> None:
    app.pages |= {"/tone.wav": tone_wav(TONE, 1), "/voice": "<Play>/tone.wav</Play>", "/events": ""}
    made = await blocking(
        client.calls.create,
        to=phone.uri,
        from_=NUMBER,
        url=app.url("/voice"),
        status_callback=app.url("/events"),
        status_callback_event=EVERY,
    )
    assert (made.status, made.direction, made.to, made._from) == ("queued", "outbound-api", phone.uri, NUMBER)
    assert (made.from_formatted, made.start_time, made.duration) == ("(500) 555-0006", None, None)
    taken = await phone.next_incoming()
    await taken.answered()
    taken.record(tmp_path / "heard.wav")
    told = await app.wait_for("/events", 4)
    await taken.ended(5)
    assert tones_in(loudest_stretch(read_wav(tmp_path / "heard.wav"), 0.5), [TONE, OTHER_TONE]) == {TONE}
    assert [request.parameters["CallStatus"] for request in told] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert [request.parameters["SequenceNumber"] for request in told] == ["0", "1", "2", "3"]
    assert {request.parameters["CallSid"] for request in told} == {made.sid}
    assert {request.parameters["CallbackSource"] for request in told} == {"call-progress-events"}
    assert all(request.is_signed for request in app.requests)
    last = told[-1].parameters
    assert (last["CallDuration"], last["SipResponseCode"], last["Direction"]) == ("1", "200", "outbound-api")
    ended = await until(client, made.sid, "completed")
    assert (ended.duration, ended.price, ended.price_unit) == ("1", None, "USD")
    assert made.date_created <= ended.start_time <= ended.end_time
    (asked,) = app.of("/voice")
    assert (asked.parameters["CallSid"], asked.parameters["CallStatus"]) == (made.sid, "in-progress")


async def test_a_call_by_twiml_says_it_without_asking_anybody(client: Client, app: VoiceApp, phone: Softphone) -> None:
    made = await blocking(
        client.calls.create, to=phone.uri, from_="ann", twiml="<Response><Pause length='1'/></Response>"
    )
    taken = await phone.next_incoming()
    await taken.ended(5)
    assert (await until(client, made.sid, "completed"))._from == "ann"
    assert [request for request in app.requests if request.parameters["CallSid"] == made.sid] == []


async def test_a_call_by_application_takes_all_urls_from_it(client: Client, app: VoiceApp, phone: Softphone) -> None:
    app.pages |= {"/application": "<Hangup/>", "/application-status": ""}
    desk = await blocking(lambda: client.applications.list(friendly_name=APPLICATION)[0])
    made = await blocking(
        client.calls.create, to=phone.uri, from_=NUMBER, application_sid=desk.sid, status_callback=app.url("/unused")
    )
    (asked,) = await app.wait_for("/application")
    (told,) = await app.wait_for("/application-status")
    assert asked.parameters["CallSid"] == told.parameters["CallSid"] == made.sid
    assert told.parameters["CallStatus"] == "completed"
    assert app.of("/unused") == []


async def test_a_number_is_rung_through_the_trunk_and_shown_the_accounts_own(
    client: Client, app: VoiceApp, rest_server: Server, phone: Softphone
) -> None:
    """The trunk is made over our own resource, and leads to the phone."""
    app.pages["/voice"] = "<Hangup/>"
    trunks = f"{rest_server.http}/ringback/v1/Accounts/{ACCOUNT_SID}/Trunks"
    wanted = {"FriendlyName": "phone", "SipUri": phone.uri.replace("phone@", "")}
    made = await blocking(client.request, "POST", f"{trunks}.json", data=wanted)
    assert made.status_code == 201, made.text
    try:
        call = await blocking(client.calls.create, to="+1 500 555 0009", from_=NUMBER, url=app.url("/voice"))
        taken = await phone.next_incoming()
        (asked,) = await app.wait_for("/voice")
        await taken.ended(5)
    finally:
        trunk = json.loads(made.text)["sid"]
        await blocking(client.request, "DELETE", f"{trunks}/{trunk}.json")
    assert taken.uri.startswith(f"sip:{NUMBER}@")
    assert (asked.parameters["To"], asked.parameters["From"]) == ("+15005550009", NUMBER)
    ended = await until(client, call.sid, "completed")
    assert (ended.to_formatted, ended.phone_number_sid[:2]) == ("(500) 555-0009", "PN")


async def test_send_digits_are_heard_by_the_called_party(client: Client, phone: Softphone) -> None:
    twiml = "<Response><Pause length='2'/></Response>"
    await blocking(client.calls.create, to=phone.uri, from_=NUMBER, twiml=twiml, send_digits="w12#")
    taken = await phone.next_incoming()
    await taken.answered()
    async with asyncio.timeout(5), taken.leg.media.digits() as keys:
        assert [await keys.next() for _ in range(3)] == ["1", "2", "#"]


async def test_a_call_that_nobody_takes_in_time_is_no_answer(client: Client, app: VoiceApp, phone: Softphone) -> None:
    """L-06: Timeout, and about five seconds more."""
    app.pages["/events"] = ""
    phone.answering = Answering(ring_seconds=30)
    made = await blocking(
        client.calls.create,
        to=phone.uri,
        from_=NUMBER,
        url=app.url("/voice"),
        timeout=1,
        status_callback=app.url("/events"),
    )
    (told,) = await app.wait_for("/events")
    assert (told.parameters["CallStatus"], told.parameters["SipResponseCode"]) == ("no-answer", "487")
    ended = await blocking(client.calls(made.sid).fetch)
    assert (ended.status, ended.duration) == ("no-answer", None)


@pytest.mark.parametrize(("answer", "status"), [(486, "busy"), (404, "failed"), (603, "no-answer")])
async def test_what_the_called_party_answers_is_the_calls_status(
    client: Client, app: VoiceApp, phone: Softphone, answer: int, status: str
) -> None:
    phone.answering = Answering(status=answer, ring_seconds=0.1)
    made = await blocking(client.calls.create, to=phone.uri, from_=NUMBER, url=app.url("/voice"))
    assert (await until(client, made.sid, "busy", "failed", "no-answer")).status == status
    assert app.of("/voice") == []


async def test_the_whole_call_is_recorded_when_asked(client: Client, app: VoiceApp, phone: Softphone) -> None:
    app.pages["/recorded"] = ""
    phone.answering = Answering(ring_seconds=0.1, play=Clip.decode(tone_wav(TONE, 1), "wav"))
    made = await blocking(
        client.calls.create,
        to=phone.uri,
        from_=NUMBER,
        twiml="<Response><Pause length='1'/></Response>",
        record=True,
        recording_channels="dual",
        recording_status_callback=app.url("/recorded"),
        recording_status_callback_event=["in-progress", "completed"],
    )
    begun, completed = await app.wait_for("/recorded", 2)
    assert [each.parameters["RecordingStatus"] for each in (begun, completed)] == ["in-progress", "completed"]
    assert (completed.parameters["CallSid"], completed.parameters["RecordingSource"]) == (made.sid, "OutboundAPI")
    assert completed.parameters["RecordingChannels"] == "2"


async def test_a_person_is_told_from_a_machine_beside_the_document(
    client: Client, app: VoiceApp, phone: Softphone
) -> None:
    """AsyncAmd: nothing is said, so after the silence nobody knows."""
    app.pages["/amd"] = ""
    made = await blocking(
        client.calls.create,
        to=phone.uri,
        from_=NUMBER,
        twiml="<Response><Pause length='3'/></Response>",
        machine_detection="Enable",
        machine_detection_silence_timeout=2000,
        async_amd="true",
        async_amd_status_callback=app.url("/amd"),
    )
    (told,) = await app.wait_for("/amd")
    assert (told.parameters["CallSid"], told.parameters["AnsweredBy"]) == (made.sid, "unknown")
    assert told.is_signed
    assert (await until(client, made.sid, "completed")).answered_by == "unknown"


async def test_what_is_wrong_is_refused_with_twilios_code(client: Client, app: VoiceApp) -> None:
    good = {"to": "sip:ann@127.0.0.1", "from_": NUMBER, "url": app.url()}
    for wrong, code in (
        ({"to": ""}, 21201),
        ({"from_": ""}, 21213),
        ({"url": ""}, 21205),
        ({"to": "+15005550009", "from_": "+15005550001"}, 21210),
        ({"to": "+15005550009"}, 21214),
        ({"application_sid": "AP" + "9" * 32}, 21218),
    ):
        assert await blocking(code_of, lambda wrong=wrong: client.calls.create(**{**good, **wrong})) == (400, code)


# -- update --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "running",
    ["<Play loop='0'>/tone.wav</Play>", "<Gather timeout='60'><Play loop='0'>/tone.wav</Play></Gather>"],
    ids=["Play", "Gather"],
)
async def test_l_01_another_document_takes_over_from_what_runs(
    client: Client, app: VoiceApp, rest_server: Server, phone: Softphone, tmp_path: Path, running: str
) -> None:
    app.pages |= {"/tone.wav": tone_wav(TONE, 1), "/other.wav": tone_wav(OTHER_TONE, 1), "/voice": running}
    app.pages |= {"/next": "<Play>/other.wav</Play>", "/status": ""}
    placed = call_in(phone, rest_server)
    await placed.answered()
    (asked,) = await app.wait_for("/voice")
    await app.wait_for("/tone.wav")
    placed.record(tmp_path / "heard.wav")
    await asyncio.sleep(0.5)
    changed = await blocking(client.calls(asked.parameters["CallSid"]).update, url=app.url("/next"), method="GET")
    assert (changed.status, changed.direction) == ("in-progress", "inbound")
    await placed.ended(10)
    (moved,) = app.of("/next")
    assert (moved.method, moved.is_signed, moved.parameters["CallStatus"]) == ("GET", True, "in-progress")
    heard = read_wav(tmp_path / "heard.wav")
    assert tones_in(heard[:3200], [TONE, OTHER_TONE]) == {TONE}
    assert tones_in(loudest_stretch(heard[-5600:], 0.3), [TONE, OTHER_TONE]) == {OTHER_TONE}


async def test_l_02_l_04_twiml_ends_a_dial_and_the_dialled_leg_with_it(
    client: Client, app: VoiceApp, rest_server: Server, phone: Softphone
) -> None:
    app.pages |= {"/status": "", "/dialled": ""}
    async with Softphone.open(name="bob") as bob:
        bob.answering = Answering(ring_seconds=0.1)
        app.pages["/voice"] = f"<Dial action='/dialled'>{_sip(bob)}</Dial>"
        placed = call_in(phone, rest_server)
        taken = await bob.next_incoming()
        await taken.answered()
        (asked,) = await app.wait_for("/voice")
        await asyncio.sleep(0.3)
        parent = asked.parameters["CallSid"]
        (child,) = await blocking(lambda: client.calls.list(parent_call_sid=parent))
        assert (child.direction, child.status) == ("outbound-dial", "in-progress")
        await blocking(client.calls(parent).update, twiml="<Response><Pause length='1'/></Response>")
        await taken.ended(2)
        assert not placed.has_ended
        await placed.ended(5)
    (done,) = await app.wait_for("/dialled")
    assert done.parameters["DialCallSid"] == child.sid


async def test_l_03_completed_ends_an_answered_call(
    client: Client, app: VoiceApp, rest_server: Server, phone: Softphone
) -> None:
    app.pages |= {"/voice": "<Gather timeout='60'/>", "/status": ""}
    placed = call_in(phone, rest_server)
    await placed.answered()
    (asked,) = await app.wait_for("/voice")
    sid = asked.parameters["CallSid"]
    left = await blocking(client.calls(sid).update, status="canceled")
    assert left.status == "in-progress"
    ended = await blocking(client.calls(sid).update, status="completed")
    assert ended.status == "completed"
    await placed.ended(2)
    assert await blocking(code_of, lambda: client.calls(sid).update(status="completed")) == (400, 21220)
    assert await blocking(code_of, lambda: client.calls(sid).update(url=app.url())) == (400, 21220)


async def test_l_03_canceled_ends_a_call_that_rings(client: Client, app: VoiceApp, phone: Softphone) -> None:
    phone.answering = Answering(ring_seconds=30)
    made = await blocking(client.calls.create, to=phone.uri, from_=NUMBER, url=app.url())
    taken = await phone.next_incoming()
    await until(client, made.sid, "ringing")
    assert await blocking(code_of, lambda: client.calls(made.sid).update(twiml="<Response/>")) == (400, 21220)
    assert (await blocking(client.calls(made.sid).update, status="canceled")).status == "canceled"
    assert (await taken.ended(2)).status == 487


async def test_a_time_limit_set_later_ends_the_call(
    client: Client, app: VoiceApp, rest_server: Server, phone: Softphone
) -> None:
    app.pages |= {"/voice": "<Gather timeout='60'/>", "/status": ""}
    placed = call_in(phone, rest_server)
    await placed.answered()
    (asked,) = await app.wait_for("/voice")
    await blocking(client.calls(asked.parameters["CallSid"]).update, time_limit=1)
    await placed.ended(3)


# -- list and delete -----------------------------------------------------------------------------------------------


async def test_lists_are_filtered_and_read_over_many_pages(client: Client, phone: Softphone) -> None:
    twiml, began = "<Response><Hangup/></Response>", datetime.now(UTC)
    phone.answering = Answering(ring_seconds=0.05)
    made = [await blocking(client.calls.create, to=phone.uri, from_="lister", twiml=twiml) for _ in range(5)]
    for call in made:
        await until(client, call.sid, "completed")
    phone.answering = Answering(status=486, ring_seconds=0.05)
    busy = await blocking(client.calls.create, to=phone.uri, from_="lister", twiml=twiml)
    await until(client, busy.sid, "busy")
    newest_first = [call.sid for call in reversed([*made, busy])]

    def sids(**filters: Any) -> list[str | None]:
        return [call.sid for call in client.calls.list(to=phone.uri, **filters)]

    assert await blocking(sids, page_size=2) == newest_first
    assert await blocking(sids, limit=3) == newest_first[:3]
    assert await blocking(sids, status="busy") == [busy.sid]
    assert await blocking(sids, from_="lister", status="completed") == newest_first[1:]
    assert await blocking(sids, from_="nobody") == []
    assert await blocking(sids, start_time_after=began - timedelta(seconds=1)) == newest_first
    assert await blocking(sids, start_time_before=began - timedelta(seconds=5)) == []
    assert await blocking(sids, start_time=began) == newest_first
    assert await blocking(sids, end_time_after=began + timedelta(hours=1)) == []
    assert await blocking(sids, end_time=began - timedelta(days=2)) == []


async def test_a_call_is_deleted_when_it_is_over(client: Client, phone: Softphone) -> None:
    made = await blocking(
        client.calls.create, to=phone.uri, from_=NUMBER, twiml="<Response><Pause length='1'/></Response>"
    )
    await phone.next_incoming()
    assert await blocking(code_of, lambda: client.calls(made.sid).delete()) == (400, 20009)
    await until(client, made.sid, "completed")
    assert await blocking(client.calls(made.sid).delete)
    assert await blocking(code_of, lambda: client.calls(made.sid).fetch()) == (404, 20404)
    assert await blocking(lambda: client.calls.list(to=phone.uri)) == []


async def test_a_call_of_nobody_is_not_found(client: Client) -> None:
    sid = "CA" + "9" * 32
    assert await blocking(code_of, lambda: client.calls(sid).fetch()) == (404, 20404)
    assert await blocking(code_of, lambda: client.calls(sid).update(status="completed")) == (404, 20404)
    assert f"/Accounts/{ACCOUNT_SID}/Calls/" in (await blocking(lambda: client.calls(sid)))._uri


def _sip(phone: Softphone) -> str:
    return f"<Sip>{phone.uri}</Sip>"
