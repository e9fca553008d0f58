"""A verification call really rings a phone, whose keys make the number the account's to show (rest-api.md 9.15)."""

import asyncio
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from ringback.testing.softphone import Answering, Softphone
from tests.acceptance.conftest import Server, VoiceApp
from tests.acceptance.rest.carrier import carrier
from tests.acceptance.rest.conftest import NUMBER

HANG_UP = "<Response><Hangup/></Response>"
FOREIGN = "+15005550201"
"""A number that is not the account's."""


async def verify(client: Client, phone: Softphone, app: VoiceApp, number: str, keys: str | None = None) -> Any:
    """Ask, answer, and key in the code, or `keys`; what the request was answered with."""
    app.pages["/verified"] = ""
    made = await asyncio.to_thread(
        client.validation_requests.create, phone_number=number, status_callback=app.url("/verified")
    )
    taken = await phone.next_incoming()
    await taken.answered(10)
    await taken.press(f"W{keys or made.validation_code}")
    if keys is not None:
        taken.hang_up()
    await taken.ended(15)
    return made


async def test_the_right_code_verifies_a_number_which_may_then_be_shown(
    rest_server: Server, client: Client, app: VoiceApp, phone: Softphone
) -> None:
    async with carrier(rest_server, phone):
        with pytest.raises(TwilioRestException) as foreign:
            await asyncio.to_thread(client.calls.create, to="+15005550299", from_=FOREIGN, twiml=HANG_UP)
        assert (foreign.value.status, foreign.value.code) == (400, 21210)

        made = await verify(client, phone, app, FOREIGN)
        (told,) = await app.wait_for("/verified")
        assert (told.parameters["VerificationStatus"], told.is_signed) == ("success", True)
        assert (told.parameters["CallSid"], told.parameters["CallStatus"]) == (made.call_sid, "completed")
        (entry,) = await asyncio.to_thread(client.outgoing_caller_ids.list, phone_number=FOREIGN)
        assert (entry.sid, entry.friendly_name) == (told.parameters["OutgoingCallerIdSid"], "(500) 555-0201")
        call = await asyncio.to_thread(client.calls(made.call_sid).fetch)
        assert (call.to, call._from, call.direction) == (FOREIGN, NUMBER, "outbound-api")

        shown = await asyncio.to_thread(client.calls.create, to="+15005550299", from_=FOREIGN, twiml=HANG_UP)
        assert shown._from == FOREIGN
        taken = await phone.next_incoming()
        assert FOREIGN in taken.uri
        with pytest.raises(TwilioRestException) as again:
            await asyncio.to_thread(client.validation_requests.create, phone_number=FOREIGN)
        assert again.value.code == 21450

        assert await asyncio.to_thread(client.outgoing_caller_ids(entry.sid).delete)
        with pytest.raises(TwilioRestException) as gone:
            await asyncio.to_thread(client.calls.create, to="+15005550299", from_=FOREIGN, twiml=HANG_UP)
        assert gone.value.code == 21210


async def test_a_wrong_code_and_a_phone_that_is_busy_verify_nothing(
    rest_server: Server, client: Client, app: VoiceApp, phone: Softphone
) -> None:
    async with carrier(rest_server, phone):
        await verify(client, phone, app, "+15005550202", keys="000000")
        phone.answering = Answering(status=486)
        await asyncio.to_thread(
            client.validation_requests.create, phone_number="+15005550203", status_callback=app.url("/verified")
        )
        told = await app.wait_for("/verified", 2)
    assert [request.parameters["VerificationStatus"] for request in told] == ["failed", "failed"]
    assert {request.parameters["CallStatus"] for request in told} == {"completed", "busy"}
    assert await asyncio.to_thread(client.outgoing_caller_ids.list) == []


async def test_a_verified_number_may_be_the_caller_id_of_a_dial(
    rest_server: Server, client: Client, app: VoiceApp, phone: Softphone
) -> None:
    """DI-14."""
    number = "+15005550204"
    async with carrier(rest_server, phone):
        await verify(client, phone, app, number)
        twiml = f'<Response><Dial callerId="{number}">+15005550298</Dial></Response>'
        await asyncio.to_thread(client.calls.create, to=f"sip:desk@127.0.0.1:{phone.port}", from_=NUMBER, twiml=twiml)
        parent = await phone.next_incoming()
        child = await phone.next_incoming()
        assert number in child.uri
        child.hang_up()
        parent.hang_up()
    (entry,) = await asyncio.to_thread(client.outgoing_caller_ids.list, phone_number=number)
    await asyncio.to_thread(client.outgoing_caller_ids(entry.sid).delete)
