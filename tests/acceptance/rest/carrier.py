"""A carrier between the telephone network and the server: a phone on loopback, made known by our own API."""

import contextlib
from collections.abc import AsyncIterator

import aiohttp

from ringback.testing.softphone import Softphone, SoftphoneCall
from tests.acceptance.conftest import ACCOUNT_SID, AUTH_TOKEN, Server

PATH = f"/ringback/v1/Accounts/{ACCOUNT_SID}/Trunks"


@contextlib.asynccontextmanager
async def carrier(server: Server, phone: Softphone, name: str = "loopback") -> AsyncIterator[None]:
    """Numbers are dialled to the phone, and it may bring calls to numbers."""
    trunk = {"FriendlyName": name, "SipUri": f"sip:127.0.0.1:{phone.port}", "Allow": "127.0.0.1/32", "Position": "0"}
    headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT_SID, AUTH_TOKEN)}
    async with aiohttp.ClientSession(server.http, headers=headers) as client:
        async with client.post(f"{PATH}.json", data=trunk) as made:
            assert made.status == 201, await made.text()
            sid = (await made.json())["sid"]
        try:
            yield
        finally:
            async with client.delete(f"{PATH}/{sid}.json") as deleted:
                assert deleted.status == 204


def call_number(phone: Softphone, server: Server, number: str) -> SoftphoneCall:
    """A call of the telephone network for a number."""
    return phone.call(f"sip:{number}@127.0.0.1:{server.port}")
