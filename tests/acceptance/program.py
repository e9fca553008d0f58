"""A program that works the REST API for the call that comes in: what it asks, and how it is answered."""

import asyncio
import json

import aiohttp

from tests.acceptance.conftest import ACCOUNT_SID, AUTH_TOKEN, Server, VoiceApp

LOGIN = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT_SID, AUTH_TOKEN)}


class Program:
    """The call is the one that asks the app's /voice."""

    def __init__(self, server: Server, app: VoiceApp) -> None:
        self._server = server
        self._app = app

    async def post(self, resource: str, **data: str) -> int:
        """The status of the answer to a request below the call."""
        url = await self._url(resource)
        async with aiohttp.ClientSession(headers=LOGIN) as session, session.post(url, data=data) as response:
            return response.status

    async def notifications(self) -> list[str]:
        """The codes of those of the call."""
        url = await self._url("Notifications")
        async with aiohttp.ClientSession(headers=LOGIN) as session, session.get(url) as response:
            return [note["error_code"] for note in json.loads(await response.read())["notifications"]]

    async def notified(self, seconds: float = 10) -> list[str]:
        """The same, when there are some."""
        async with asyncio.timeout(seconds):
            while True:
                if codes := await self.notifications():
                    return codes
                await asyncio.sleep(0.05)

    async def _url(self, resource: str) -> str:
        asked = (await self._app.wait_for("/voice"))[0]
        call = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Calls/{asked.parameters['CallSid']}"
        return f"{self._server.http}{call}/{resource}.json"
