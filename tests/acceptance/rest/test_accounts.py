"""Subaccounts by the official library: their own calls, their parent's rights, and suspension (rest-api.md 9.1, 2)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from ringback.testing.softphone import CallRefused, Softphone
from tests.acceptance.conftest import ACCOUNT_SID, Server, VoiceApp
from tests.acceptance.rest.conftest import client_of

HANG_UP = "<Response><Hangup/></Response>"


def code_of(work: Callable[[], Any]) -> tuple[int, int | None]:
    with pytest.raises(TwilioRestException) as refused:
        work()
    return refused.value.status, refused.value.code


@pytest.fixture
async def branch(client: Client) -> AsyncIterator[Any]:
    """A subaccount, closed afterwards."""
    made = await asyncio.to_thread(client.api.accounts.create, friendly_name="branch")
    yield made
    await asyncio.to_thread(client.api.accounts(made.sid).update, status="closed")


async def test_a_subaccount_makes_calls_that_only_it_and_its_parent_see(
    rest_server: Server, client: Client, phone: Softphone, branch: Any
) -> None:
    own = client_of(rest_server, branch.sid, branch.auth_token, branch.sid)
    made = await asyncio.to_thread(own.calls.create, to=phone.uri, from_="branch", twiml=HANG_UP)
    assert made.account_sid == branch.sid
    taken = await phone.next_incoming()
    await taken.ended(10)

    def work() -> None:
        assert client.api.accounts(branch.sid).calls(made.sid).fetch().sid == made.sid
        assert code_of(client.calls(made.sid).fetch) == (404, 20404)
        assert code_of(own.api.accounts(ACCOUNT_SID).fetch) == (404, 20404)
        assert [entry.sid for entry in own.api.accounts.list()] == [branch.sid]
        assert branch.sid in {entry.sid for entry in client.api.accounts.list(friendly_name="branch")}

    await asyncio.to_thread(work)


async def test_a_suspended_subaccount_neither_makes_nor_takes_calls_until_it_is_active(
    rest_server: Server, client: Client, app: VoiceApp, phone: Softphone, branch: Any
) -> None:
    own = client_of(rest_server, branch.sid, branch.auth_token, branch.sid)
    app.pages["/branch"] = "<Hangup/>"
    host = f"{branch.sid.lower()[:20]}.sip.localhost"

    def open_domain() -> None:
        addresses = own.sip.ip_access_control_lists.create(friendly_name="here")
        addresses_here = own.sip.ip_access_control_lists(addresses.sid)
        addresses_here.ip_addresses.create(friendly_name="here", ip_address="127.0.0.1")
        domain = own.sip.domains.create(domain_name=host, voice_url=app.url("/branch"))
        mappings = own.sip.domains(domain.sid).auth.calls.ip_access_control_list_mappings
        mappings.create(ip_access_control_list_sid=addresses.sid)

    async def call() -> None:
        placed = phone.call(f"sip:x@{host}", proxy=f"127.0.0.1:{rest_server.port}")
        await placed.answered(10)

    await asyncio.to_thread(open_domain)
    await call()
    await asyncio.to_thread(client.api.accounts(branch.sid).update, status="suspended")
    with pytest.raises(CallRefused) as refused:
        await call()
    assert refused.value.status == 403
    assert await asyncio.to_thread(code_of, lambda: own.calls.create(to=phone.uri, from_="x", twiml=HANG_UP)) == (
        403, 20403,
    )  # fmt: skip
    parents = client.api.accounts(branch.sid)
    assert await asyncio.to_thread(code_of, lambda: parents.calls.create(to=phone.uri, from_="x", twiml=HANG_UP)) == (
        403, 20403,
    )  # fmt: skip
    assert (await asyncio.to_thread(parents.update, status="active")).status == "active"
    await call()


async def test_requests_of_a_subaccounts_app_are_signed_with_its_own_token(
    rest_server: Server, app: VoiceApp, phone: Softphone, branch: Any
) -> None:
    own = client_of(rest_server, branch.sid, branch.auth_token, branch.sid)
    app.pages["/branch"] = "<Hangup/>"
    await asyncio.to_thread(own.calls.create, to=phone.uri, from_="branch", url=app.url("/branch"))
    (asked,) = await app.wait_for("/branch")
    signature = asked.headers["X-Twilio-Signature"]
    assert RequestValidator(branch.auth_token).validate(asked.url, asked.parameters, signature)
    assert not asked.is_signed, "that is the parent's"
