"""Serves an ASGI application in the running loop, on a socket of its own."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

BACKLOG = 1024
MAX_CONNECTIONS = 1000
KEEP_ALIVE_SECONDS = 15
MAX_REQUEST_HEAD_BYTES = 32 * 1024
START_SECONDS = 10.0


def bind(host: str, port: int) -> socket.socket:
    """A listening TCP socket; port 0 lets the system choose. Raises `OSError`."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def url_of(listener: socket.socket) -> str:
    """Where such a socket is reached, as `http://127.0.0.1:8080`."""
    return _url(*listener.getsockname()[:2])


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class HttpServer:
    """`await start()`, later `await stop()`. Once started, `host` and `port` are the real ones.

    `listener` is a socket of `bind` that is there already, for those who must know the address before they serve.
    """

    def __init__(self, app: ASGIApp, *, host: str = "", port: int = 0, listener: socket.socket | None = None) -> None:
        self._listener = listener
        self.host, self.port = host, port
        if listener is not None:
            self.host, self.port = listener.getsockname()[:2]
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            proxy_headers=False,
            limit_concurrency=MAX_CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            h11_max_incomplete_event_size=MAX_REQUEST_HEAD_BYTES,
            http="h11",
            ws="none",
        )
        self._server = _QuietServer(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it is served, as `http://127.0.0.1:8080`."""
        return _url(self.host, self.port)

    async def start(self) -> None:
        """Returns when requests are taken. Raises `OSError` when the address cannot be had."""
        listener = self._listener or bind(self.host, self.port)
        self.host, self.port = listener.getsockname()[:2]
        self._task = asyncio.get_running_loop().create_task(self._server.serve(sockets=[listener]), name="http server")
        async with asyncio.timeout(START_SECONDS):
            while not self._server.started:
                if self._task.done():
                    self._task.result()
                    raise RuntimeError("the HTTP server ended before it started")
                await asyncio.sleep(0.001)

    async def stop(self, grace_seconds: float = 5.0) -> None:
        """No new requests; those that run may finish within the grace time, then they are cut off."""
        if self._task is None:
            return
        self._server.config.timeout_graceful_shutdown = grace_seconds  # type: ignore[assignment]  # any number will do
        self._server.should_exit = True
        await self._task
        self._task = None


class _QuietServer(uvicorn.Server):
    """A server that leaves the process's signals alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
