"""`ringback call` as scripts use it: what it does, what it prints, and its exit code."""

import asyncio
import json
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from ringback.cli.call import own_address
from ringback.sip.net.address import address_toward
from tests.acceptance.conftest import DOMAIN, PASSWORD, USER, Server, VoiceApp
from tests.acceptance.program import Program
from tests.peers.listening import loudest_stretch, read_wav, share, tone_wav


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


async def run(*arguments: str, command: str = "call") -> Ran:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RINGBACK_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ringback", command, *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=environment,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert b"Traceback" not in err, err.decode()
    return Ran(code=process.returncode or 0, out=out.decode(), err=err.decode())


async def call(server: Server, *arguments: str, user: str = USER, password: str = PASSWORD) -> Ran:
    to = [f"sip:hello@{DOMAIN}", "--proxy", f"127.0.0.1:{server.port}", "--user", user, "--password", password]
    return await run(*to, *arguments)


async def test_it_presses_speaks_records_and_sends_headers(app: VoiceApp, server: Server, tmp_path: Path) -> None:
    (tmp_path / "speak.wav").write_bytes(tone_wav(880, 1.0))
    app.pages["/voice"] = '<Gather numDigits="2" action="/keys" timeout="5"/>'
    app.pages["/keys"] = '<Record playBeep="false" maxLength="2" timeout="0" action="/done"/>'
    app.pages["/done"] = "<Play>/tone.wav</Play>"
    app.pages["/tone.wav"] = tone_wav(440, 1.0)
    ran = await call(
        server, "--press", "4@0.2", "--press", "2@0.6", "--play", str(tmp_path / "speak.wav"),
        "--record", str(tmp_path / "heard.wav"), "--header", "X-Customer: 42", "--json",
    )  # fmt: skip
    report = json.loads(ran.out)
    assert ran.code == 0
    assert list(report) == ["uri", "answered", "status", "reason", "seconds", "ended_by", "recorded", "messages"]
    assert (report["answered"], report["status"], report["ended_by"]) == (True, 200, "the far end")
    assert report["recorded"] == str(tmp_path / "heard.wav")
    assert app.of("/keys")[0].parameters["Digits"] == "42"
    assert app.of("/voice")[0].parameters["SipHeader_X-Customer"] == "42"
    assert share(loudest_stretch(read_wav(tmp_path / "heard.wav"), 0.8), 440) > 0.9


async def test_it_tells_the_app_and_prints_what_the_app_says(app: VoiceApp, server: Server) -> None:
    app.pages |= {"/voice": "<Gather timeout='30'/>", "/told": ""}

    async def answer_the_phone() -> None:
        program = Program(server, app)
        assert await program.post("UserDefinedMessageSubscriptions", Callback=app.url("/told")) == 201
        await app.wait_for("/told", 2)
        assert await program.post("UserDefinedMessages", Content='{"stars": 5}') == 201

    async with asyncio.TaskGroup() as group:
        group.create_task(answer_the_phone())
        ran = await call(
            server, "--message", '{"like": "it"}@1.5', "--message", "ann@example.com@1.6",
            "--message", "x" * 10_241 + "@1.7", "--max-seconds", "3", "--json",
        )  # fmt: skip
    assert json.loads(ran.out)["messages"] == ['{"stars": 5}']
    assert ran.err == "ringback call: a message was refused: 413\n"
    assert [(told.parameters["Content"], told.parameters["ContentType"]) for told in app.of("/told")] == [
        ('{"like": "it"}', "application/json"),
        ("ann@example.com", "text/plain"),
    ]


async def test_a_sentence_says_how_it_went_and_max_seconds_hangs_up(app: VoiceApp, server: Server) -> None:
    app.pages["/voice"] = '<Say loop="0">for ever</Say>'
    ran = await call(server, "--max-seconds", "0.5")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"sip:hello@{DOMAIN} answered; 0.5 s, ended by us")


@pytest.mark.parametrize(
    ("verbs", "password", "code"), [('<Reject reason="busy"/>', PASSWORD, 486), ("", "wrong-Passw0rd", 403)]
)
async def test_a_refusal_is_exit_code_1_with_its_sip_code(
    app: VoiceApp, server: Server, verbs: str, password: str, code: int
) -> None:
    app.pages["/voice"] = verbs
    ran = await call(server, password=password)
    assert ran.code == 1
    assert f"refused the call: {code}" in ran.out


async def test_a_proxy_where_nobody_listens_is_exit_code_1() -> None:
    ran = await run(f"sip:hello@{DOMAIN}", "--proxy", "127.0.0.1:9", "--json")
    assert ran.code == 1
    assert json.loads(ran.out)["status"] in (408, 503)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["--play", __file__], "not audio that can be played"), (["--no-such-option"], "--no-such-option")],
)
async def test_wrong_usage_is_exit_code_2_and_a_sentence(arguments: list[str], told: str) -> None:
    ran = await run(f"sip:hello@{DOMAIN}", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


async def test_nobody_there_is_not_called_a_refusal() -> None:
    ran = await run("sip:x@127.0.0.1:9;transport=tcp")
    assert (ran.code, ran.out) == (1, "sip:x@127.0.0.1:9;transport=tcp could not be reached: 503 Service Unavailable\n")


async def test_who_waits_for_a_server_that_is_not_there_is_told_so_soon() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        proxy = f"127.0.0.1:{silent.getsockname()[1]}"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ringback", "call", "sip:x@demo.sip.localhost", "--proxy", proxy,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stderr is not None
        told = await asyncio.wait_for(process.stderr.readline(), 20)
        process.kill()
        await process.wait()
    assert told.decode() == f"ringback call: it does not ring yet; is a SIP server running at {proxy}?\n"


@pytest.mark.parametrize("host", ["127.0.0.1", "demo.sip.localhost", "no-such-host.invalid"])
async def test_the_phone_is_on_loopback_for_a_server_of_this_machine(host: str) -> None:
    assert await own_address(host) == "127.0.0.1"


async def test_the_phone_has_the_address_of_the_route_for_a_server_elsewhere() -> None:
    ours = address_toward("192.0.2.1")
    assert await own_address(ours) == ours
