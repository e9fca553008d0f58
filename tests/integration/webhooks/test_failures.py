"""What fails below HTTP, on real sockets: each failure has its number (webhooks.md section 5, H-15, H-16)."""

import asyncio
import ipaddress
import socket
import ssl
import warnings

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from ringback.clock import SystemClock
from ringback.webhooks.address_policy import AddressPolicy
from ringback.webhooks.aiohttp_transport import AiohttpTransport
from ringback.webhooks.client import AppClient
from ringback.webhooks.errors import FailureKind, FetchFailed, TransportFailure
from ringback.webhooks.signature import sign
from ringback.webhooks.transport import HttpRequest, TryLimits
from tests.integration.webhooks.conftest import (
    ACCOUNT,
    App,
    listening,
    running,
    says,
    server_context,
    trusting_context,
)

LIMITS = TryLimits(connect_seconds=2, read_seconds=2, max_body_bytes=1000)


class Names(AbstractResolver):
    """A DNS of the test's own."""

    def __init__(self, addresses: dict[str, str]) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        if host not in self.addresses:
            raise OSError(None, "no such name")
        return [
            ResolveResult(
                hostname=host,
                host=self.addresses[host],
                port=port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        return None


async def failure_of(transport: AiohttpTransport, url: str) -> TransportFailure:
    request = HttpRequest(method="POST", url=url, headers=(("Host", "h"),), body=b"a=1")
    with pytest.raises(TransportFailure) as caught:
        await transport.send(request, LIMITS)
    return caught.value


async def test_a_port_where_nobody_listens_is_11202(transport: AiohttpTransport) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        failure = await failure_of(transport, f"http://127.0.0.1:{port}/")
    assert (failure.code, failure.kind) == (11202, FailureKind.CONNECT)


async def test_a_name_that_does_not_resolve_is_11210() -> None:
    async with AiohttpTransport(resolver=Names({})) as transport:
        failure = await failure_of(transport, "http://nobody.example/")
    assert (failure.code, failure.kind) == (11210, FailureKind.CONNECT)


async def test_a_connection_that_is_never_accepted_is_11201(transport: AiohttpTransport) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(8)]
        for peer in waiting:
            peer.setblocking(False)
            peer.connect_ex(("127.0.0.1", port))
        request = HttpRequest(method="GET", url=f"http://127.0.0.1:{port}/", headers=())
        limits = TryLimits(connect_seconds=0.2, read_seconds=2, max_body_bytes=10)
        with pytest.raises(TransportFailure) as caught:
            await transport.send(request, limits)
        for peer in waiting:
            peer.close()
    assert (caught.value.code, caught.value.kind) == (11201, FailureKind.CONNECT)


async def test_a_server_that_hangs_up_without_a_word_is_11205(transport: AiohttpTransport) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)

    async with listening(hang_up) as port:
        failure = await failure_of(transport, f"http://127.0.0.1:{port}/")
    assert (failure.code, failure.kind) == (11205, FailureKind.NO_ANSWER)


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 20000 + b"\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_11206(transport: AiohttpTransport, answer: bytes) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(answer)
        await writer.drain()

    async with listening(speak) as port:
        failure = await failure_of(transport, f"http://127.0.0.1:{port}/")
    assert (failure.code, failure.kind) == (11206, FailureKind.PROTOCOL)


async def test_an_answer_that_breaks_off_is_partial(transport: AiohttpTransport) -> None:
    """CO-03."""

    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<Resp")
        await writer.drain()

    async with listening(break_off) as port:
        failure = await failure_of(transport, f"http://127.0.0.1:{port}/")
    assert (failure.code, failure.kind) == (11200, FailureKind.PARTIAL)


async def test_a_kept_connection_that_the_app_closed_may_be_tried_again(transport: AiohttpTransport) -> None:
    """The second request on it meets the end; nobody saw the request, so it counts as a failed connection."""

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"a=1")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        await reader.readexactly(1)

    async with listening(answer_once) as port:
        url = f"http://127.0.0.1:{port}/"
        await transport.send(HttpRequest(method="POST", url=url, headers=(), body=b"a=1"), LIMITS)
        failure = await failure_of(transport, url)
    assert (failure.code, failure.kind) == (11205, FailureKind.CONNECT)


@pytest.mark.parametrize(
    ("certificate", "trusted", "code"),
    [("good.pem", False, 11237), ("other.pem", True, 11235), ("expired.pem", True, 11236)],
)
async def test_a_bad_certificate_has_its_own_number(certificate: str, trusted: bool, code: int) -> None:
    """H-15."""
    context = trusting_context() if trusted else None
    async with running(App(), server_context(certificate)) as app, AiohttpTransport(ssl_context=context) as transport:
        failure = await failure_of(transport, app.url.replace("127.0.0.1", "localhost") + "/voice")
    assert (failure.code, failure.kind) == (code, FailureKind.TLS)


async def test_a_good_certificate_is_accepted_and_the_port_is_not_signed() -> None:
    """SG-08."""
    async with (
        running(App(), server_context("good.pem")) as app,
        AiohttpTransport(ssl_context=trusting_context()) as transport,
    ):
        app.on("/voice", says())
        client = AppClient(transport, SystemClock(), ACCOUNT)
        url = app.url.replace("127.0.0.1", "localhost")
        await client.fetch(url + "/voice", "POST", (("CallSid", "CA1"),))
        assert app.seen[0].headers["X-Twilio-Signature"] == sign(
            "https://localhost/voice", (("CallSid", "CA1"),), ACCOUNT.auth_token
        )


async def test_tls_to_a_plain_port_is_11220(app: App, transport: AiohttpTransport) -> None:
    failure = await failure_of(transport, app.url.replace("http://", "https://") + "/voice")
    assert (failure.code, failure.kind) == (11220, FailureKind.TLS)


async def test_plain_http_to_a_tls_port_that_hangs_up_is_11205(transport: AiohttpTransport) -> None:
    """A TLS server that answers with an alert instead is 11206, above."""
    async with running(App(), server_context("good.pem")) as app:
        failure = await failure_of(transport, app.url.replace("https://", "http://") + "/voice")
    assert (failure.code, failure.kind) == (11205, FailureKind.NO_ANSWER)


async def test_tls_before_1_2_is_refused() -> None:
    context = server_context("good.pem")
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    async with running(App(), context) as app, AiohttpTransport(ssl_context=trusting_context()) as transport:
        failure = await failure_of(transport, app.url.replace("127.0.0.1", "localhost") + "/voice")
    assert (failure.code, failure.kind) == (11220, FailureKind.TLS)


STRICT = AddressPolicy(refuse_private=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "2130706433", "127.1"])
async def test_a_strict_server_asks_no_inward_address(app: App, host: str) -> None:
    """H-16."""
    async with AiohttpTransport(address_policy=STRICT) as transport:
        failure = await failure_of(transport, app.url.replace("127.0.0.1", host) + "/voice")
    assert (failure.code, failure.kind) == (11205, FailureKind.FORBIDDEN)
    assert app.seen == []


async def test_a_name_that_leads_inwards_is_refused_after_resolution(app: App) -> None:
    names = Names({"rebind.example": "127.0.0.1"})
    async with AiohttpTransport(address_policy=STRICT, resolver=names) as transport:
        failure = await failure_of(transport, app.url.replace("127.0.0.1", "rebind.example") + "/voice")
    assert (failure.code, failure.kind) == (11205, FailureKind.FORBIDDEN)
    assert app.seen == []


async def test_a_redirect_that_leads_inwards_is_refused(app: App) -> None:
    """The first hop is allowed by name of its network, the second is not."""
    policy = AddressPolicy(refuse_private=True, allow=(ipaddress.ip_network("127.0.0.1/32"),))
    app.on("/voice", says(status=302, Location="http://169.254.169.254/latest/meta-data"))
    async with AiohttpTransport(address_policy=policy) as transport:
        with pytest.raises(FetchFailed, match="not a public address") as caught:
            await AppClient(transport, SystemClock(), ACCOUNT).fetch(app.url + "/voice", "POST", ())
    assert caught.value.code == 11205
    assert caught.value.url == "http://169.254.169.254/latest/meta-data"


async def test_the_system_resolver_is_used_by_default(app: App, transport: AiohttpTransport) -> None:
    app.on("/voice", says())
    url = app.url.replace("127.0.0.1", "localhost") + "/voice"
    response = await transport.send(HttpRequest(method="GET", url=url, headers=()), LIMITS)
    assert response.status == 200
