"""The ways to point the official library at Ringback that docs/reference/rest-api.md shows."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.acceptance.conftest import ACCOUNT_SID, AUTH_TOKEN, Server
from tests.acceptance.rest.conftest import APPLICATION, client_of


def names(client: Client) -> list[str | None]:
    return [application.friendly_name for application in client.applications.list()]


async def test_the_library_with_another_base_url(client: Client) -> None:
    assert APPLICATION in await asyncio.to_thread(names, client)


async def test_the_library_with_an_http_client_that_changes_the_host(rest_server: Server) -> None:
    there = urlsplit(rest_server.http)

    class RingbackHttpClient(TwilioHttpClient):  # type: ignore[misc]  # the library has no types
        def request(self, method: str, url: str, *args: Any, **keywords: Any) -> Any:
            parts = urlsplit(url)
            if parts.hostname == "api.twilio.com":
                url = parts._replace(scheme=there.scheme, netloc=there.netloc).geturl()
            return super().request(method, url, *args, **keywords)

    client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=RingbackHttpClient())
    assert APPLICATION in await asyncio.to_thread(names, client)


# The library's own use of aiohttp.
@pytest.mark.filterwarnings("ignore:.*deprecated and will be removed:DeprecationWarning")
async def test_the_library_with_asyncio(rest_server: Server) -> None:
    async with AsyncTwilioHttpClient() as http:
        client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=http)
        client.api.base_url = rest_server.http
        listed = await client.applications.list_async()
    assert APPLICATION in [application.friendly_name for application in listed]


async def test_wrong_credentials_are_refused(rest_server: Server) -> None:
    stranger = client_of(rest_server, password="wrong")
    with pytest.raises(TwilioRestException) as refused:
        await asyncio.to_thread(lambda: stranger.applications("AP" + "1" * 32).fetch())
    assert (refused.value.status, refused.value.code) == (401, 20003)
