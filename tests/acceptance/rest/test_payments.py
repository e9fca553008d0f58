"""A payment by the official library while the payer talks with an agent: both phones are real (rest-api.md 9.5)."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from ringback.testing.softphone import Answering, Softphone
from tests.acceptance.conftest import Server, VoiceApp
from tests.acceptance.rest.conftest import call_in

CARD = "4242424242424242"


class Teller:
    """The program that steers a payment: what it asks, and what it is told."""

    def __init__(self, client: Client, app: VoiceApp, call_sid: str) -> None:
        self.payments = client.calls(call_sid).payments
        self.sid = ""
        self._app = app
        self._client = client
        self._call_sid = call_sid
        self._requests = 0

    async def begin(self, **wanted: Any) -> None:
        made = await self._ask(lambda **common: self.payments.create(**common, **wanted))
        self.sid = made.sid

    async def update(self, **wanted: Any) -> None:
        call = self._client.calls(self._call_sid)
        await self._ask(lambda **common: call.payments(self.sid).update(**common, **wanted))

    async def told(self, **expected: str) -> dict[str, str]:
        """The first callback that says all of this."""
        async with asyncio.timeout(10):
            while True:
                for request in self._app.of("/paid"):
                    if expected.items() <= request.parameters.items():
                        assert request.is_signed
                        return request.parameters
                await asyncio.sleep(0.05)

    async def _ask(self, work: Callable[..., Any]) -> Any:
        self._requests += 1
        common = {"idempotency_key": str(self._requests), "status_callback": self._app.url("/paid")}
        return await asyncio.to_thread(lambda: work(**common))


async def test_the_payer_keys_in_a_card_and_the_agent_hears_no_key(
    client: Client, app: VoiceApp, rest_server: Server, phone: Softphone
) -> None:
    app.pages |= {"/paid": "", "/status": "", "/dialled": ""}
    async with Softphone.open(name="agent") as agent:
        agent.answering = Answering(ring_seconds=0.1)
        app.pages["/voice"] = f"<Dial action='/dialled'><Sip>{agent.uri}</Sip></Dial>"
        payer = call_in(phone, rest_server)
        desk = await agent.next_incoming()
        await desk.answered()
        (asked,) = await app.wait_for("/voice")
        teller = Teller(client, app, asked.parameters["CallSid"])
        await asyncio.sleep(0.3)
        await teller.begin(charge_amount=20, postal_code=False, timeout=2)
        assert (await teller.told(Sid=teller.sid))["Required"] == "payment-card-number,expiration-date,security-code"
        async with desk.leg.media.digits() as overheard:
            for word, keys, said in (
                ("payment-card-number", f"{CARD}#", {"PaymentCardNumber": "xxxxxxxxxxxx4242"}),
                ("expiration-date", "1299", {"ExpirationDate": "1299"}),
                ("security-code", "123", {"SecurityCode": "xxx"}),
            ):
                await teller.update(capture=word)
                await teller.told(Capture=word)
                await payer.press(keys)
                await teller.told(Capture=word, **said)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(overheard.next(), 0.5)
        await teller.update(status="complete")
        paid = await teller.told(Result="success")
        assert paid["PaymentConfirmationCode"].startswith("test_")
        assert (paid["PaymentCardType"], paid["ChargeAmount"]) == ("visa", "20")
        assert not payer.has_ended
        payer.hang_up()
        await desk.ended(5)
    assert all(CARD not in str(request.parameters) for request in app.requests)
    assert not any(CARD in line for line in rest_server.log)


async def test_what_cannot_be_done_has_its_code(
    client: Client, app: VoiceApp, rest_server: Server, phone: Softphone
) -> None:
    app.pages |= {"/paid": "", "/status": "", "/voice": "<Gather timeout='60'/>"}
    payer = call_in(phone, rest_server)
    await payer.answered()
    (asked,) = await app.wait_for("/voice")
    teller = Teller(client, app, asked.parameters["CallSid"])
    await asyncio.sleep(0.3)
    await teller.begin()
    for wanted, code in (({"status": "complete"}, 64019), ({"capture": "bank-account-number"}, 64021)):
        with pytest.raises(TwilioRestException) as refused:
            await teller.update(**wanted)
        assert (refused.value.status, refused.value.code) == (400, code)
    await teller.update(status="cancel")
    assert (await teller.told(Result="canceled"))["Sid"] == teller.sid
    payer.hang_up()
