"""Numbers by the official library: what is mapped over REST answers the next call of a trunk (rest-api.md 9.14)."""

import asyncio

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from ringback.testing.softphone import CallRefused, Softphone
from tests.acceptance.conftest import Server, VoiceApp
from tests.acceptance.rest.carrier import call_number, carrier


async def test_a_number_mapped_to_an_application_answers_a_trunk_call_at_once(
    rest_server: Server, client: Client, app: VoiceApp, phone: Softphone
) -> None:
    app.pages |= {"/first": "<Hangup/>", "/second": "<Hangup/>", "/second-status": ""}
    number = "+15005550101"

    async def call() -> None:
        placed = call_number(phone, rest_server, number)
        await placed.answered(10)
        await placed.ended(10)

    async with carrier(rest_server, phone):
        with pytest.raises(CallRefused) as unknown:
            await call()
        assert unknown.value.status == 404
        made = await asyncio.to_thread(
            client.incoming_phone_numbers.create, phone_number=number, voice_url=app.url("/first")
        )
        await call()
        (first,) = app.of("/first")
        assert (first.parameters["To"], first.is_signed) == (number, True)

        application = await asyncio.to_thread(
            client.applications.create, voice_url=app.url("/second"), status_callback=app.url("/second-status")
        )
        numbers = client.incoming_phone_numbers(made.sid)
        await asyncio.to_thread(numbers.update, voice_application_sid=application.sid)
        await call()
        (second,) = await app.wait_for("/second-status")
        assert (len(app.of("/second")), len(app.of("/first"))) == (1, 1)
        assert second.parameters["CallStatus"] == "completed"

        assert await asyncio.to_thread(numbers.delete)
        with pytest.raises(CallRefused):
            await call()


async def test_a_number_moves_to_a_subaccount_whose_token_then_signs(
    rest_server: Server, client: Client, app: VoiceApp, phone: Softphone
) -> None:
    app.pages["/moved"] = "<Hangup/>"
    number = "+15005550102"

    def move() -> str:
        made = client.incoming_phone_numbers.create(phone_number=number, voice_url=app.url("/moved"))
        branch = client.api.accounts.create(friendly_name="branch")
        moved = client.incoming_phone_numbers(made.sid).update(account_sid=branch.sid)
        assert moved.account_sid == branch.sid
        with pytest.raises(TwilioRestException) as gone:
            client.incoming_phone_numbers(made.sid).fetch()
        assert gone.value.code == 20404
        return str(branch.sid)

    branch_sid = await asyncio.to_thread(move)
    async with carrier(rest_server, phone):
        placed = call_number(phone, rest_server, number)
        await placed.answered(10)
        (asked,) = await app.wait_for("/moved")
        assert (asked.parameters["AccountSid"], asked.is_signed) == (branch_sid, False)
        await asyncio.to_thread(client.api.accounts(branch_sid).update, status="closed")
        with pytest.raises(CallRefused):
            await call_number(phone, rest_server, number).answered(10)
    taken_again = await asyncio.to_thread(client.incoming_phone_numbers.create, phone_number=number)
    await asyncio.to_thread(client.incoming_phone_numbers(taken_again.sid).delete)


def test_numbers_are_found_by_a_part_and_by_type(client: Client) -> None:
    made = [
        client.incoming_phone_numbers.create(phone_number=number)
        for number in ("+15005550103", "+15005550104", "+18885550105")
    ]
    listed = [entry.phone_number for entry in client.incoming_phone_numbers.list(phone_number="500555010*")]
    assert listed == ["+15005550104", "+15005550103"]
    toll_free = [entry.phone_number for entry in client.incoming_phone_numbers.toll_free.list()]
    assert toll_free == ["+18885550105"]
    with pytest.raises(TwilioRestException) as taken:
        client.incoming_phone_numbers.local.create(phone_number="+15005550103")
    assert (taken.value.status, taken.value.code) == (400, 21422)
    for entry in made:
        assert client.incoming_phone_numbers(entry.sid).delete()
