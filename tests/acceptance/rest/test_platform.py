"""`[limits] like = "twilio"`: so many requests at once, and 429 for one more (rest-api.md section 8)."""

import asyncio
from collections.abc import Callable

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException

from ringback.api.platform import TWILIO_CONCURRENT_REQUESTS
from tests.acceptance.conftest import ACCOUNT_SID, AUTH_TOKEN, Server, settings_text
from tests.acceptance.rest.conftest import client_of

PATH = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Applications.json"
CREDENTIALS = aiohttp.encode_basic_auth(ACCOUNT_SID, AUTH_TOKEN)


async def begin_request(server: Server) -> asyncio.StreamWriter:
    """A POST whose body does not come, so that it stays under way."""
    host, _, port = server.http.removeprefix("http://").partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {CREDENTIALS}\r\nContent-Length: 10\r\n\r\n"
    writer.write(head.encode())
    await writer.drain()
    return writer


async def until(asking: aiohttp.ClientSession, status: int) -> None:
    """Ask again and again, until the server has seen what was sent to it."""
    async with asyncio.timeout(10):
        while True:
            async with asking.get(PATH) as answer:
                if answer.status == status:
                    return


async def test_with_twilios_limits_one_request_too_many_at_once_is_429(serve: Callable[[str], Server]) -> None:
    server = serve(settings_text("http://127.0.0.1:9/", extra='[limits]\nlike = "twilio"\n'))
    client = client_of(server)
    waiting = [await begin_request(server) for _ in range(TWILIO_CONCURRENT_REQUESTS)]
    async with aiohttp.ClientSession(server.http, headers={"Authorization": CREDENTIALS}) as asking:
        await until(asking, 429)
        with pytest.raises(TwilioRestException) as refused:
            await asyncio.to_thread(client.applications.create, friendly_name="one too many")
        assert (refused.value.status, refused.value.code) == (429, 20429)
        for writer in waiting:
            writer.close()
            await writer.wait_closed()
        await until(asking, 200)
    assert await asyncio.to_thread(client.applications.list) == []
