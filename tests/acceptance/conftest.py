"""The server as a black box: `ringback serve` in a process of its own, and a voice app that the test scripts."""

import asyncio
import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from tests.peers.ports import free_port

ACCOUNT_SID = "AC00000000000000000000000000000001"
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
DOMAIN = "demo.sip.localhost"
USER = "alice"
PASSWORD = "a-long-Passw0rd"

_BUSY = re.compile(r"^ringback_(calls_active\{.*\}|calls_running|callbacks_calls) (?!0\.0$)", re.MULTILINE)

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


@pytest.fixture(scope="session")
def app_port() -> int:
    """The port of every test's voice app, so that one server can serve them all."""
    return free_port()


@pytest.fixture
async def app(app_port: int) -> AsyncIterator[VoiceApp]:
    """A voice app on loopback."""
    voice_app = VoiceApp(port=app_port)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", voice_app.handle)
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", app_port, reuse_address=True).start()
    yield voice_app
    await runner.cleanup()


@dataclass
class Server:
    """A running `ringback serve`."""

    process: subprocess.Popen[str]
    folder: Path
    sip: dict[str, int]
    http: str
    log: list[str]
    reader: threading.Thread

    @property
    def port(self) -> int:
        return self.sip["udp"]

    @classmethod
    def start(cls, settings: str, folder: Path) -> "Server":
        """Run it until it says that it is ready."""
        folder.mkdir()
        (folder / "ringback.toml").write_text(settings)
        return cls.start_in(folder)

    @classmethod
    def start_in(cls, folder: Path) -> "Server":
        """The same, where the settings file lies already."""
        process = subprocess.Popen(
            [sys.executable, "-m", "ringback", "serve", "-c", "ringback.toml"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        log: list[str] = []
        assert process.stdout is not None
        assert process.stderr is not None
        reader = threading.Thread(target=lambda lines: log.extend(lines), args=(process.stderr,), daemon=True)
        reader.start()
        line = process.stdout.readline()
        assert line, f"the server did not start; it left with {process.wait()}: {log}"
        ready = json.loads(line)
        assert ready["event"] == "ready"
        sip = {uri.split(":")[0]: int(uri.rsplit(":", 1)[1]) for uri in ready["sip"]}
        return cls(process=process, folder=folder, sip=sip, http=ready["http"], log=log, reader=reader)

    async def quiet(self, seconds: float = 20) -> None:
        """Until its calls owe their apps nothing any more, so that no request of theirs reaches the next test's app."""
        async with asyncio.timeout(seconds), aiohttp.ClientSession() as session:
            while True:
                async with session.get(f"{self.http}/metrics") as response:
                    if not _BUSY.search(await response.text()):
                        return
                await asyncio.sleep(0.02)

    async def stop(self, seconds: float = 60) -> int:
        """SIGTERM, and the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, seconds)

    def close(self) -> None:
        """End it if it runs, and look at what it logged."""
        self.process.kill()
        self.process.wait()
        self.reader.join(10)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        assert not [line for line in self.log if "Traceback" in line], "".join(self.log)


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
def serve(tmp_path: Path) -> Iterator[Callable[[str], Server]]:
    """Start a server of one's own from settings text; stopped at the end."""
    servers: list[Server] = []

    def start(settings: str) -> Server:
        server = Server.start(settings, tmp_path / f"server-{len(servers)}")
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.close()


@pytest.fixture(scope="session")
def shared_server(app_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = f"http://127.0.0.1:{app_port}"
    settings = settings_text(f"{root}/voice", domain=f'status_callback_url = "{root}/status"')
    running = Server.start(settings, tmp_path_factory.mktemp("acceptance") / "server")
    yield running
    running.close()


@pytest.fixture
async def server(shared_server: Server, app: VoiceApp) -> AsyncIterator[Server]:
    """The usual server, shared: one domain with the user alice, whose VoiceUrl is the app's /voice."""
    yield shared_server
    await shared_server.quiet()
