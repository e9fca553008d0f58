"""The real network: one aiohttp session with one pool. Tries once, reads no more than asked, names what failed.

ConnectionTimeoutError            11201   CONNECT       DNS            11210   CONNECT
ConnectionRefusedError            11202   CONNECT       other OSError  11205   CONNECT
certificate: name, expiry, issuer 11235, 11236, 11237   other TLS      11220   TLS
no answer, or closed before one   11200, 11205          NO_ANSWER
a part of an answer               11200   PARTIAL       not HTTP       11206   PROTOCOL
"""

import asyncio
import socket
import ssl
from types import SimpleNamespace
from typing import Self

import aiohttp
import aiohttp.abc
from yarl import URL

from ringback.webhooks.address_policy import AddressPolicy, AddressRefused
from ringback.webhooks.errors import FailureCode, FailureKind, TransportFailure
from ringback.webhooks.transport import HttpRequest, HttpResponse, TryLimits

KEEPALIVE_SECONDS = 4.0
"""An idle connection is dropped before common app servers drop it (uvicorn: 5 s): few requests meet a closed one."""

_WRONG_NAME = frozenset({62, 64})  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
_WRONG_TIME = frozenset({9, 10})  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
_OURS = frozenset({"User-Agent", "Accept", "Accept-Encoding", "Content-Type"})


class AiohttpTransport:
    """A `Transport` on sockets. Made and closed on a running loop."""

    def __init__(
        self,
        *,
        address_policy: AddressPolicy | None = None,
        ssl_context: ssl.SSLContext | None = None,
        resolver: aiohttp.abc.AbstractResolver | None = None,
    ) -> None:
        self._policy = address_policy or AddressPolicy()
        tracing = aiohttp.TraceConfig()
        tracing.on_connection_reuseconn.append(_note_reuse)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                keepalive_timeout=KEEPALIVE_SECONDS,
                ssl=ssl_context or True,
                resolver=_CheckedResolver(resolver or aiohttp.ThreadedResolver(), self._policy),
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            trace_configs=[tracing],
            skip_auto_headers=_OURS,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    async def send(self, request: HttpRequest, limits: TryLimits) -> HttpResponse:
        """Send once and read the answer, at most `limits.max_body_bytes` of it. Raises `TransportFailure`."""
        url = URL(request.url, encoded=True)
        try:
            self._policy.check_host(url.raw_host or "")
        except AddressRefused as refused:
            raise _failure(FailureCode.CONNECTION_FAILED, str(refused), FailureKind.FORBIDDEN) from refused
        seen = {"reused": False}
        try:
            response = await self._session.request(
                request.method,
                url,
                headers=request.headers,
                data=request.body if request.method == "POST" else None,
                allow_redirects=False,
                timeout=_timeout(limits),
                trace_request_ctx=seen,
            )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _before_answer(error, limits, reused=seen["reused"]) from error
        return await _whole(response, limits)


class _CheckedResolver(aiohttp.abc.AbstractResolver):
    """Leaves out the addresses that the policy refuses, after the resolution and therefore for every name."""

    def __init__(self, inner: aiohttp.abc.AbstractResolver, policy: AddressPolicy) -> None:
        self._inner = inner
        self._policy = policy

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[aiohttp.abc.ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        refused: AddressRefused | None = None
        allowed: list[aiohttp.abc.ResolveResult] = []
        for result in found:
            try:
                self._policy.check(result["host"])
            except AddressRefused as error:
                refused = error
            else:
                allowed.append(result)
        if not allowed and refused is not None:
            raise refused
        return allowed

    async def close(self) -> None:
        await self._inner.close()


async def _note_reuse(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _: aiohttp.TraceConnectionReuseconnParams
) -> None:
    context.trace_request_ctx["reused"] = True


def _timeout(limits: TryLimits) -> aiohttp.ClientTimeout:
    """The total is the client's business, in the client's clock."""
    return aiohttp.ClientTimeout(
        total=None, connect=limits.connect_seconds, sock_connect=limits.connect_seconds, sock_read=limits.read_seconds
    )


async def _whole(response: aiohttp.ClientResponse, limits: TryLimits) -> HttpResponse:
    """The answer with its body. A body over the limit is cut there, and its connection closed unread."""
    try:
        body, truncated = await _read(response.content, limits.max_body_bytes)
    except (aiohttp.ClientError, OSError) as error:
        response.close()
        message = f"the answer broke off: {type(error).__name__}"
        raise _failure(FailureCode.HTTP_RETRIEVAL, message, FailureKind.PARTIAL) from error
    except asyncio.CancelledError:
        response.close()
        raise
    if truncated:
        response.close()
    else:
        response.release()
    headers = tuple((name.decode("latin-1"), value.decode("utf-8", "replace")) for name, value in response.raw_headers)
    return HttpResponse(status=response.status, headers=headers, body=body, truncated=truncated)


async def _read(content: aiohttp.StreamReader, limit: int) -> tuple[bytes, bool]:
    body = bytearray()
    while len(body) <= limit:
        chunk = await content.read(limit + 1 - len(body))
        if not chunk:
            return bytes(body), False
        body += chunk
    return bytes(body[:limit]), True


def _failure(code: int, message: str, kind: FailureKind) -> TransportFailure:
    return TransportFailure(code, message, kind)


def _before_answer(error: Exception, limits: TryLimits, *, reused: bool) -> TransportFailure:
    """What a failure before the first byte of the answer means."""
    match error:
        case aiohttp.ConnectionTimeoutError():
            message = f"not connected in {limits.connect_seconds:g} s"
            return _failure(FailureCode.CONNECT_TIMED_OUT, message, FailureKind.CONNECT)
        case aiohttp.ServerTimeoutError():
            message = f"no answer in {limits.read_seconds:g} s"
            return _failure(FailureCode.HTTP_RETRIEVAL, message, FailureKind.NO_ANSWER)
        case aiohttp.ClientConnectorCertificateError():
            return _certificate(error.certificate_error)
        case aiohttp.ClientConnectorDNSError() if not isinstance(error.os_error, AddressRefused):
            return _failure(FailureCode.BAD_HOST_NAME, "the host name does not resolve", FailureKind.CONNECT)
        case aiohttp.ClientConnectorError():
            return _connecting(error.os_error)
        case aiohttp.ClientResponseError() | aiohttp.ClientPayloadError():
            return _failure(FailureCode.PROTOCOL_VIOLATION, "what answered does not speak HTTP", FailureKind.PROTOCOL)
        case aiohttp.ClientConnectionError() | OSError():
            return _closed(reused)
        case _:
            return _failure(FailureCode.URL_NOT_VALID, f"not sent: {error}", FailureKind.PROTOCOL)


def _closed(reused: bool) -> TransportFailure:
    """Closed before an answer. On a kept connection that is the app's idle timeout: nobody saw the request."""
    kind = FailureKind.CONNECT if reused else FailureKind.NO_ANSWER
    return _failure(FailureCode.CONNECTION_FAILED, "the app closed the connection without an answer", kind)


def _certificate(error: Exception) -> TransportFailure:
    """Which promise of the certificate is broken (H-15), by OpenSSL's verification code."""
    number = getattr(error, "verify_code", 0)
    reason = getattr(error, "verify_message", "") or str(error)
    if number in _WRONG_NAME:
        code = FailureCode.CERTIFICATE_NAME
    elif number in _WRONG_TIME:
        code = FailureCode.CERTIFICATE_EXPIRED
    else:
        code = FailureCode.CERTIFICATE_ISSUER
    return _failure(code, f"the certificate is not valid: {reason}", FailureKind.TLS)


def _connecting(error: OSError) -> TransportFailure:
    """Why there is no connection."""
    match error:
        case AddressRefused():
            return _failure(FailureCode.CONNECTION_FAILED, str(error), FailureKind.FORBIDDEN)
        case ssl.SSLError():
            message = f"TLS handshake failed: {error.reason or error}"
            return _failure(FailureCode.TLS_HANDSHAKE, message, FailureKind.TLS)
        case ConnectionResetError():  # TCP alone is refused, never reset: it was connected, and then TLS failed
            message = "TLS handshake failed: the app closed the connection"
            return _failure(FailureCode.TLS_HANDSHAKE, message, FailureKind.TLS)
        case ConnectionRefusedError():
            return _failure(FailureCode.CONNECT_REFUSED, "the connection was refused", FailureKind.CONNECT)
        case TimeoutError():
            return _failure(FailureCode.CONNECT_TIMED_OUT, "the connection timed out", FailureKind.CONNECT)
        case _:
            message = f"no connection: {error.strerror or type(error).__name__}"
            return _failure(FailureCode.CONNECTION_FAILED, message, FailureKind.CONNECT)
