"""MESSAGE in a call as an independent phone sees it: sipp, while the app works the REST API (rest-api.md 9.5)."""

import asyncio
from pathlib import Path

import pytest

from tests.acceptance.conftest import DOMAIN, Server, VoiceApp
from tests.acceptance.program import Program
from tests.peers.sipp import Ladder, run_sipp


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
    assert await program.notified() == ["32700", "32700"]
