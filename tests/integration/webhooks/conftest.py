"""A web app on a free loopback port, and the client that asks it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ringback.clock import SystemClock
from ringback.model.record import AccountRecord
from ringback.model.sid import AccountSid
from ringback.webhooks.aiohttp_transport import AiohttpTransport
from ringback.webhooks.client import AppClient

CERTIFICATES = Path(__file__).parent / "certificates"
TOKEN = "12345"
ACCOUNT = AccountRecord(sid=AccountSid("AC" + "0" * 31 + "1"), auth_token=TOKEN)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Seen:
    """A request as the app saw it."""

    method: str
    path: str
    url: str
    headers: dict[str, str]
    form: dict[str, str]


@dataclass
class App:
    """Answers every path by its handler, and remembers what came."""

    handlers: dict[str, Handler] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    url: str = ""

    def on(self, path: str, handler: Handler) -> None:
        self.handlers[path] = handler

    async def handle(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        self.seen.append(
            Seen(
                method=request.method,
                path=request.raw_path,
                url=f"{request.scheme}://{request.headers['Host']}{request.raw_path}",
                headers=dict(request.headers),
                form={name: str(value) for name, value in form.items()},
            )
        )
        return await self.handlers[request.path](request)


def says(body: str = "<Response/>", status: int = 200, **headers: str) -> Handler:
    """A handler with one answer."""

    async def handler(_: web.Request) -> web.Response:
        return web.Response(
            text=body,
            status=status,
            content_type="text/xml",
            headers={k.replace("_", "-"): v for k, v in headers.items()},
        )

    return handler


@asynccontextmanager
async def running(app: App, context: ssl.SSLContext | None = None) -> AsyncIterator[App]:
    """The app on a socket."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", app.handle)
    server = TestServer(application, scheme="https" if context else "http", host="127.0.0.1")
    await server.start_server(ssl=context)
    app.url = str(server.make_url("")).rstrip("/")
    try:
        yield app
    finally:
        await server.close()


def server_context(name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / name)
    return context


def trusting_context() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATES / "authority.pem"))


@asynccontextmanager
async def listening(
    handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """A bare TCP server, for what no web server would do; yields its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.fixture
async def app() -> AsyncIterator[App]:
    async with running(App()) as app:
        yield app


@pytest.fixture
async def transport() -> AsyncIterator[AiohttpTransport]:
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(AiohttpTransport())


@pytest.fixture
def client(transport: AiohttpTransport) -> AppClient:
    return AppClient(transport, SystemClock(), ACCOUNT)
