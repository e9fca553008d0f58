"""API keys by the official library, which is built with key, secret and account (rest-api.md 9.16, section 2)."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from ringback.testing.softphone import Softphone
from tests.acceptance.conftest import ACCOUNT_SID, Server
from tests.acceptance.rest.conftest import client_of

HANG_UP = "<Response><Hangup/></Response>"


def code_of(work: Callable[[], Any]) -> tuple[int, int | None]:
    with pytest.raises(TwilioRestException) as refused:
        work()
    return refused.value.status, refused.value.code


async def test_a_key_and_its_secret_make_an_application_and_a_call_and_are_refused_at_keys(
    rest_server: Server, client: Client, phone: Softphone
) -> None:
    made = await asyncio.to_thread(client.new_keys.create, friendly_name="ci")
    by_key = client_of(rest_server, made.sid, made.secret, ACCOUNT_SID)

    def work() -> None:
        application = by_key.applications.create(friendly_name="made by a key")
        assert client.applications(application.sid).fetch().friendly_name == "made by a key"
        assert by_key.applications(application.sid).delete()
        assert code_of(lambda: by_key.new_keys.create(friendly_name="another")) == (401, 20003)
        assert code_of(by_key.keys(made.sid).delete) == (401, 20003)
        assert code_of(by_key.api.accounts(ACCOUNT_SID).fetch) == (401, 20003)
        assert by_key.balance.fetch().currency == "USD"

    await asyncio.to_thread(work)
    call = await asyncio.to_thread(by_key.calls.create, to=phone.uri, from_="ci", twiml=HANG_UP)
    taken = await phone.next_incoming()
    await taken.ended(10)
    assert call.account_sid == ACCOUNT_SID


async def test_a_key_works_no_longer_when_it_was_deleted(rest_server: Server, client: Client) -> None:
    def work() -> None:
        made = client.new_signing_keys.create(friendly_name="short-lived")
        by_key = client_of(rest_server, made.sid, made.secret, ACCOUNT_SID)
        assert made.sid in {entry.sid for entry in client.keys.list()}
        assert client.signing_keys(made.sid).update(friendly_name="old").friendly_name == "old"
        assert by_key.applications.create().account_sid == ACCOUNT_SID
        assert client.keys(made.sid).delete()
        assert code_of(lambda: by_key.applications.create()) == (401, 20003)
        assert code_of(client.signing_keys(made.sid).fetch) == (404, 20404)

    await asyncio.to_thread(work)


def test_the_secret_is_neither_in_the_database_nor_in_the_log(rest_server: Server, client: Client) -> None:
    made = client.new_keys.create(friendly_name="secret")
    secret = made.secret.encode()
    files = [path for path in rest_server.folder.rglob("*") if path.is_file()]
    assert not [path.name for path in files if secret in path.read_bytes()]
    assert not [line for line in rest_server.log if made.secret in line]
