"""The server as a black box: `ringback serve` in a process of its own, and a voice app that the test scripts."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

ACCOUNT_SID = "AC00000000000000000000000000000001"
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
DOMAIN = "demo.sip.localhost"
USER = "alice"
PASSWORD = "a-long-Passw0rd"

Page = str | bytes | web.Response | Callable[["AppRequest"], "str | web.Response | Awaitable[web.Response]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRequest:
    """One request that reached the app."""

    method: str
    path: str
    url: str
    parameters: dict[str, str]
    headers: dict[str, str]
    at: float

    @property
    def is_signed(self) -> bool:
        """What the official library's validator says of the signature."""
        posted = self.parameters if self.method == "POST" else {}
        signature = self.headers.get("X-Twilio-Signature", "")
        return bool(RequestValidator(AUTH_TOKEN).validate(self.url, posted, signature))


@dataclass
class VoiceApp:
    """A voice app; `pages` maps a path to TwiML verbs, to audio, to a response, or to a function of the request."""

    pages: dict[str, Page] = field(default_factory=dict)
    requests: list[AppRequest] = field(default_factory=list)
    port: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def url(self, path: str = "/voice") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def of(self, path: str) -> list[AppRequest]:
        return [request for request in self.requests if request.path == path]

    async def wait_for(self, path: str, count: int = 1, seconds: float = 15) -> list[AppRequest]:
        """Until `path` was asked `count` times."""
        async with asyncio.timeout(seconds):
            while len(self.of(path)) < count:
                self._news.clear()
                await self._news.wait()
        return self.of(path)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        parameters = (
            dict(request.query) if request.method == "GET" else {k: str(v) for k, v in (await request.post()).items()}
        )
        seen = AppRequest(
            method=request.method,
            path=request.path,
            url=str(request.url),
            parameters=parameters,
            headers=dict(request.headers),
            at=asyncio.get_running_loop().time(),
        )
        self.requests.append(seen)
        self._news.set()
        page: Any = self.pages.get(request.path, web.Response(status=404))
        if callable(page):
            page = page(seen)
        if asyncio.iscoroutine(page):
            page = await page
        if isinstance(page, web.StreamResponse):
            return page
        if isinstance(page, bytes):
            return web.Response(body=page, content_type="audio/wav")
        return web.Response(text=f"<Response>{page}</Response>", content_type="text/xml")


@pytest.fixture
async def app() -> AsyncIterator[VoiceApp]:
    """A voice app on a free loopback port."""
    voice_app = VoiceApp()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", voice_app.handle)
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    voice_app.port = runner.addresses[0][1]
    yield voice_app
    await runner.cleanup()


@dataclass
class Server:
    """A running `ringback serve`."""

    process: asyncio.subprocess.Process
    sip: dict[str, int]
    http: str
    folder: Path
    log: list[str]

    @property
    def port(self) -> int:
        return self.sip["udp"]

    async def stop(self, seconds: float = 15) -> int:
        """SIGTERM, and the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(seconds):
            return await self.process.wait()


def settings_text(app_url: str, *, domain: str = "", extra: str = "", media: str = "[20000, 29998]") -> str:
    """A settings file for one domain; `domain` are more lines of its table, `extra` more tables."""
    credentials = "" if "users" in domain or "allow" in domain else f'users = {{ {USER} = "{PASSWORD}" }}\n'
    return (
        '[sip]\nlisten = ["udp:127.0.0.1:0", "tcp:127.0.0.1:0"]\n'
        f"[media]\nports = {media}\n"
        '[http]\nlisten = "127.0.0.1:0"\n'
        '[store]\nurl = "sqlite:///ringback.db"\n'
        f'[account]\nsid = "{ACCOUNT_SID}"\nauth_token = "{AUTH_TOKEN}"\n'
        f'{extra}\n[[domain]]\nname = "{DOMAIN}"\nvoice_url = "{app_url}"\n{credentials}{domain}\n'
    )


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Callable[[str], Awaitable[Server]]]:
    """Start servers from settings text; all are stopped at the end."""
    servers: list[Server] = []
    readers: list[asyncio.Task[None]] = []

    async def start(settings: str) -> Server:
        folder = tmp_path / f"server-{len(servers)}"
        folder.mkdir()
        (folder / "ringback.toml").write_text(settings)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ringback", "serve", "-c", "ringback.toml",
            cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        log: list[str] = []
        assert process.stdout is not None
        readers.append(asyncio.create_task(_collect(process, log)))
        async with asyncio.timeout(40):
            line = await process.stdout.readline()
        if not line:
            await process.wait()
            await asyncio.sleep(0)
            raise AssertionError("the server did not start:\n" + "\n".join(log))
        ready = json.loads(line)
        assert ready["event"] == "ready"
        sip = {uri.split(":")[0]: int(uri.rsplit(":", 1)[1]) for uri in ready["sip"]}
        server = Server(process=process, sip=sip, http=ready["http"], folder=folder, log=log)
        servers.append(server)
        return server

    yield start
    for server in servers:
        if server.process.returncode is None:
            server.process.kill()
        await server.process.wait()
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    for server in servers:
        problems = [line for line in server.log if "Traceback" in line]
        assert not problems, "\n".join(server.log)


async def _collect(process: asyncio.subprocess.Process, log: list[str]) -> None:
    assert process.stderr is not None
    while line := await process.stderr.readline():
        log.append(line.decode(errors="replace").rstrip())


@pytest.fixture
async def server(app: VoiceApp, serve: Callable[[str], Awaitable[Server]]) -> Server:
    """The usual server: one domain with the user alice, whose VoiceUrl is the app's /voice."""
    return await serve(settings_text(app.url(), domain=f'status_callback_url = "{app.url("/status")}"'))


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
