"""The HTTP server's life: real ports, no signals, a graceful end."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from starlette.types import Receive, Scope, Send

from ringback.api.server import HttpServer, bind, url_of

Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def slow(seconds: float, reached: asyncio.Event | None = None) -> Application:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if reached:
            reached.set()
        await asyncio.sleep(seconds)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})

    return app


async def test_port_0_becomes_the_real_port() -> None:
    server = HttpServer(slow(0), host="127.0.0.1", port=0)
    await server.start()
    assert server.port != 0
    async with aiohttp.ClientSession() as client, client.get(server.url) as response:
        assert await response.text() == "done"
    await server.stop()
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind((server.host, server.port))


async def test_an_address_in_use_is_an_os_error_and_nothing_is_started() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = HttpServer(slow(0), host="127.0.0.1", port=taken.getsockname()[1])
        with pytest.raises(OSError, match="in use"):
            await server.start()
        await server.stop()


async def test_the_signal_handlers_of_the_process_are_left_alone() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    server = HttpServer(slow(0), host="127.0.0.1", port=0)
    await server.start()
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
    await server.stop()
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


async def test_a_running_request_is_finished_before_the_end() -> None:
    reached = asyncio.Event()
    server = HttpServer(slow(0.2, reached), host="127.0.0.1", port=0)
    await server.start()
    async with aiohttp.ClientSession() as client:
        request: asyncio.Task[Any] = asyncio.create_task(client.get(server.url))
        await reached.wait()
        await server.stop(5.0)
        response = await request
        assert await response.text() == "done"


async def test_a_request_that_does_not_end_is_cut_off_after_the_grace_time() -> None:
    reached = asyncio.Event()
    server = HttpServer(slow(3600, reached), host="127.0.0.1", port=0)
    await server.start()
    async with aiohttp.ClientSession() as client:
        request: asyncio.Task[Any] = asyncio.create_task(client.get(server.url))
        await reached.wait()
        async with asyncio.timeout(5):
            await server.stop(0.2)
        try:
            assert (await request).status == 500
        except aiohttp.ClientError:
            pass


async def test_stopping_twice_or_without_a_start_does_nothing() -> None:
    server = HttpServer(slow(0), host="127.0.0.1", port=0)
    await server.stop()
    await server.start()
    await server.stop()
    await server.stop()


async def test_an_ipv6_address_stands_in_brackets() -> None:
    server = HttpServer(slow(0), host="::1", port=0)
    try:
        await server.start()
    except OSError:
        pytest.skip("this machine has no IPv6")
    assert server.url == f"http://[::1]:{server.port}"
    await server.stop()


async def test_who_must_know_the_address_before_it_is_served_binds_first() -> None:
    listener = bind("127.0.0.1", 0)
    server = HttpServer(slow(0), listener=listener)
    known = url_of(listener)
    await server.start()
    assert server.url == known
    async with aiohttp.ClientSession() as client, client.get(known) as response:
        assert response.status == 200
    await server.stop()
