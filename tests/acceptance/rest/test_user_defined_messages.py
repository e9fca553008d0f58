"""User-defined messages by the official library, and a real phone that hears and says them (rest-api.md 9.5)."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from ringback.testing.softphone import Answering, Softphone, SoftphoneCall
from tests.acceptance.conftest import ACCOUNT_SID, DOMAIN, PASSWORD, USER, Server, VoiceApp
from tests.acceptance.rest.conftest import NUMBER, call_in

WAITS = "<Gather timeout='60'/>"
RINGS = Answering(ring_seconds=60)
"""Until the test lets it be answered or refused."""
PATIENCE_SECONDS = 15


class Line:
    """A call, as the program knows it that exchanges messages with its phone."""

    def __init__(self, client: Client, sid: str) -> None:
        self.sid = sid
        self._call = client.calls(sid)

    async def send(self, content: object, **more: Any) -> Any:
        return await self._do(lambda: self._call.user_defined_messages.create(content=json.dumps(content), **more))

    async def subscribe(self, url: str, **more: Any) -> Any:
        return await self._do(lambda: self._call.user_defined_message_subscriptions.create(callback=url, **more))

    async def unsubscribe(self, sid: str) -> bool:
        return bool(await self._do(lambda: self._call.user_defined_message_subscriptions(sid).delete()))

    async def notifications(self) -> list[Any]:
        return list(await self._do(self._call.notifications.list))

    async def notified(self) -> list[Any]:
        """The notifications, when there are some."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                if notes := await self.notifications():
                    return notes
                await asyncio.sleep(0.05)

    async def becomes(self, status: str) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                if (await self._do(self._call.fetch)).status == status:
                    return
                await asyncio.sleep(0.05)

    async def hang_up(self) -> None:
        await self._do(lambda: self._call.update(status="completed"))

    async def _do(self, work: Callable[[], Any]) -> Any:
        return await asyncio.to_thread(work)


async def caller(app: VoiceApp, client: Client, placed: SoftphoneCall) -> Line:
    """The line of a phone that called in and is up."""
    await placed.answered()
    (asked,) = await app.wait_for("/voice")
    line = Line(client, asked.parameters["CallSid"])
    await line.becomes("in-progress")
    return line


async def test_a_program_and_a_phone_talk_beside_the_audio(
    client: Client, app: VoiceApp, rest_server: Server, phone: Softphone
) -> None:
    app.pages |= {"/voice": WAITS, "/told": "", "/also": "", "/status": ""}
    placed = call_in(phone, rest_server)
    line = await caller(app, client, placed)

    sent = await line.send({"stars": "★★★"})
    heard = await placed.next_message(PATIENCE_SECONDS)
    assert (sent.sid[:2], sent.call_sid, sent.account_sid) == ("KX", line.sid, ACCOUNT_SID)
    assert isinstance(sent.date_created, datetime)
    assert (heard.content_type, json.loads(heard.content)) == ("application/json", {"stars": "★★★"})

    keyed = await asyncio.gather(*(line.send("once", idempotency_key="the same") for _ in range(5)))
    assert len({message.sid for message in keyed}) == 1
    assert json.loads((await placed.next_message(PATIENCE_SECONDS)).content) == "once"

    first = await line.subscribe(app.url("/told"))
    await line.subscribe(app.url("/also"), method="GET")
    assert (first.sid[:2], first.call_sid) == ("ZY", line.sid)
    assert first.uri.endswith(f"/Calls/{line.sid}/UserDefinedMessageSubscriptions/{first.sid}.json")
    assert await placed.send_message('{"key1": "This is a message"}') == 200
    (told,), (also,) = await app.wait_for("/told"), await app.wait_for("/also")
    for request in (told, also):
        assert request.is_signed
        said = request.parameters
        assert {name: said[name] for name in ("AccountSid", "CallSid", "ContentType", "Content", "SequenceNumber")} == {
            "AccountSid": ACCOUNT_SID,
            "CallSid": line.sid,
            "ContentType": "application/json",
            "Content": '{"key1": "This is a message"}',
            "SequenceNumber": "1",
        }
        assert said["Sid"][:2] == "KX"
        assert abs((parsedate_to_datetime(said["Timestamp"]) - sent.date_created).total_seconds()) < 30
    assert (told.method, also.method) == ("POST", "GET")

    assert await line.unsubscribe(first.sid)
    assert await placed.send_message("thank you", content_type="text/plain") == 200
    _, again = await app.wait_for("/also", 2)
    assert (again.parameters["Content"], again.parameters["ContentType"]) == ("thank you", "text/plain")
    assert again.parameters["SequenceNumber"] == "2"
    assert len(app.of("/told")) == 1

    assert len(placed.messages) == 2

    placed.hang_up()
    await app.wait_for("/status")
    with pytest.raises(TwilioRestException) as refused:
        await line.send(1)
    assert (refused.value.status, refused.value.code) == (400, 21220)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_many_messages_keep_their_order_both_ways(
    client: Client, app: VoiceApp, rest_server: Server, transport: str
) -> None:
    app.pages |= {"/voice": WAITS, "/told": "", "/status": ""}
    async with Softphone.open(transport=transport) as phone:
        placed = phone.call(
            f"sip:hello@{DOMAIN};transport={transport}", user=USER, password=PASSWORD,
            proxy=f"127.0.0.1:{rest_server.sip[transport]}",
        )  # fmt: skip
        line = await caller(app, client, placed)
        await line.subscribe(app.url("/told"))
        large = "x" * 10_000
        said = [placed.send_message(json.dumps([number, large])) for number in range(5)]
        for number in range(5):
            await line.send([number, large])
        assert await asyncio.gather(*said) == [200] * 5
        heard = [await placed.next_message(PATIENCE_SECONDS) for _ in range(5)]
        assert [json.loads(message.content)[0] for message in heard] == list(range(5))
        told = await app.wait_for("/told", 5)
        assert [json.loads(request.parameters["Content"])[0] for request in told] == list(range(5))
        assert [request.parameters["SequenceNumber"] for request in told] == ["1", "2", "3", "4", "5"]
        placed.hang_up()
        await app.wait_for("/status")


async def test_a_message_to_a_phone_that_rings_is_heard_when_it_answers(
    client: Client, app: VoiceApp, phone: Softphone
) -> None:
    phone.answering = RINGS
    made = await asyncio.to_thread(
        lambda: client.calls.create(to=phone.uri, from_=NUMBER, twiml=f"<Response>{WAITS}</Response>")
    )
    taken, line = await phone.next_incoming(), Line(client, made.sid)
    await line.becomes("ringing")
    sent = await line.send({"before": "the answer"}, idempotency_key="once")
    assert (await line.send({"before": "the answer"}, idempotency_key="once")).sid == sent.sid
    assert not taken.is_up
    assert taken.messages == []
    await taken.leg.answer()
    taken.mark_up()
    heard = await taken.next_message(PATIENCE_SECONDS)
    assert json.loads(heard.content) == {"before": "the answer"}
    assert taken.is_up
    await line.hang_up()
    await taken.ended(PATIENCE_SECONDS)
    assert len(taken.messages) == 1
    assert await line.notifications() == []


async def test_a_phone_that_never_answers_has_heard_nothing_and_that_is_told(
    client: Client, app: VoiceApp, phone: Softphone
) -> None:
    phone.answering = RINGS
    made = await asyncio.to_thread(
        lambda: client.calls.create(to=phone.uri, from_=NUMBER, twiml=f"<Response>{WAITS}</Response>")
    )
    taken, line = await phone.next_incoming(), Line(client, made.sid)
    await line.becomes("ringing")
    sent = await line.send("too early")
    taken.leg.refuse(486)
    await taken.ended(PATIENCE_SECONDS)
    notes = await line.notified()
    assert [(note.error_code, note.log) for note in notes] == [("32700", "0")]
    note = await asyncio.to_thread(client.notifications(notes[0].sid).fetch)
    said = dict(parse_qsl(note.message_text))["Msg"]
    assert said == f"user-defined message {sent.sid} did not arrive: the call ended before the phone had it"


async def test_what_the_phone_says_that_is_not_json_is_an_error_of_the_app_and_not_of_the_phone(
    client: Client, app: VoiceApp, rest_server: Server, phone: Softphone
) -> None:
    app.pages |= {"/voice": WAITS, "/told": "", "/status": ""}
    placed = call_in(phone, rest_server)
    line = await caller(app, client, placed)
    await line.subscribe(app.url("/told"))
    assert await placed.send_message("no json") == 200
    assert await placed.send_message("<b>no</b>", content_type="text/html") == 415
    assert await placed.send_message("x" * 10_241) == 413
    notes = await line.notified()
    assert [note.error_code for note in notes] == ["32700"]
    assert app.of("/told") == []
    assert placed.is_up
    placed.hang_up()
    await app.wait_for("/status")
