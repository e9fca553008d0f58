"""MESSAGE in a call as an independent phone sees it: sipp, while the app works the REST API (rest-api.md 9.5)."""

import asyncio
import json
from pathlib import Path

import aiohttp
import pytest

from tests.acceptance.conftest import ACCOUNT_SID, AUTH_TOKEN, DOMAIN, Server, VoiceApp
from tests.peers.sipp import Ladder, run_sipp

LOGIN = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT_SID, AUTH_TOKEN)}


class Program:
    """What works the REST API for a call that comes in."""

    def __init__(self, server: Server, app: VoiceApp) -> None:
        self._server = server
        self._app = app
        self._sid = ""

    async def post(self, resource: str, **data: str) -> int:
        """The status of the answer, of a request about the call that came in last."""
        if not self._sid:
            self._sid = (await self._app.wait_for("/voice"))[0].parameters["CallSid"]
        path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Calls/{self._sid}/{resource}.json"
        async with (
            aiohttp.ClientSession(headers=LOGIN) as session,
            session.post(self._server.http + path, data=data) as response,
        ):
            return response.status

    async def notifications(self) -> list[str]:
        """Their codes, when there are some."""
        path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Calls/{self._sid}/Notifications.json"
        async with aiohttp.ClientSession(headers=LOGIN) as session:
            while True:
                async with session.get(self._server.http + path) as response:
                    if notes := json.loads(await response.read())["notifications"]:
                        return [note["error_code"] for note in notes]
                await asyncio.sleep(0.05)


@pytest.fixture
def program(server: Server, app: VoiceApp) -> Program:
    app.pages |= {"/voice": "<Gather timeout='30'/>", "/told": "", "/status": ""}
    return Program(server, app)


def answered(transport: str = "UDP") -> Ladder:
    return Ladder(domain=DOMAIN, transport=transport).authenticated().expect(200).ack()


@pytest.mark.parametrize("transport", ["UDP", "TCP"])
async def test_messages_go_both_ways_in_the_dialog(
    app: VoiceApp, server: Server, program: Program, tmp_path: Path, transport: str
) -> None:
    ladder = (
        answered(transport)
        .expect_message("Content-Type: application/json.*first")
        .expect_message("second")
        .message('{"from": "the phone"}')
        .expect(200)
        .message("hello", content_type="text/plain")
        .expect(200)
        .message("PK", content_type="application/zip")
        .expect(415)
        .bye()
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(run_sipp(ladder, server.sip[transport.lower()], tmp_path))
        assert await program.post("UserDefinedMessageSubscriptions", Callback=app.url("/told")) == 201
        assert await program.post("UserDefinedMessages", Content='"first"') == 201
        assert await program.post("UserDefinedMessages", Content='"second"') == 201
        told = await app.wait_for("/told", 2)
    # sipp ends every message with a line end, which is part of the body then
    assert [(each.parameters["Content"].rstrip(), each.parameters["ContentType"]) for each in told] == [
        ('{"from": "the phone"}', "application/json"),
        ("hello", "text/plain"),
    ]
    assert all(each.is_signed for each in told)


async def test_a_phone_that_knows_text_alone_gets_text(server: Server, program: Program, tmp_path: Path) -> None:
    ladder = (
        answered()
        .expect_message("application/json", answer="415 Unsupported Media Type", headers=("Accept: text/plain",))
        .expect_message("Content-Type: text/plain.*first")
        .expect_message("Content-Type: text/plain.*second")
        .bye()
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(run_sipp(ladder, server.port, tmp_path))
        assert await program.post("UserDefinedMessages", Content='"first"') == 201
        assert await program.post("UserDefinedMessages", Content='"second"') == 201


async def test_a_phone_that_knows_no_message_stays_in_its_call(
    server: Server, program: Program, tmp_path: Path
) -> None:
    ladder = answered().expect_message("first", answer="405 Method Not Allowed")
    ladder = ladder.expect_message("second", answer="481 Call/Transaction Does Not Exist").pause(500).bye()
    async with asyncio.TaskGroup() as group:
        group.create_task(run_sipp(ladder, server.port, tmp_path))
        assert await program.post("UserDefinedMessages", Content='"first"') == 201
        assert await program.post("UserDefinedMessages", Content='"second"') == 201
    assert await program.notifications() == ["32700", "32700"]
