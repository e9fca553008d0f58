"""A clock that is turned by hand and a network that says what the test wrote down."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from ringback.clock import TimerHandle
from ringback.model.record import AccountRecord
from ringback.model.sid import AccountSid
from ringback.webhooks.client import AppClient, ClientLimits
from ringback.webhooks.errors import TransportFailure
from ringback.webhooks.http_cache import HttpCache
from ringback.webhooks.transport import HttpRequest, HttpResponse, TryLimits

START = datetime(2026, 3, 24, 18, 15, 40, tzinfo=UTC)


class HandClock:
    """Time that moves by `advance` only."""

    def __init__(self) -> None:
        self._now = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self._now

    def utc_now(self) -> datetime:
        return START + timedelta(seconds=self._now)

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + seconds, future))
        await future

    def call_at(self, when: float, callback: Callable[[], None]) -> TimerHandle:
        raise NotImplementedError

    async def advance(self, seconds: float) -> None:
        """Let everything that is ready run, move on, and let what wakes up run."""
        await settle()
        self._now += seconds
        for when, future in self._sleepers:
            if when <= self._now and not future.done():
                future.set_result(None)
        await settle()


async def settle() -> None:
    """Run the loop until nobody has anything to do without time or network."""
    for _ in range(20):
        await asyncio.sleep(0)


Step = HttpResponse | TransportFailure | Callable[[HttpRequest], Awaitable[HttpResponse]]


@dataclass
class ScriptedTransport:
    """Answers one request after the other with the next step, and remembers what was sent."""

    steps: list[Step] = field(default_factory=list)
    sent: list[HttpRequest] = field(default_factory=list)
    limits: list[TryLimits] = field(default_factory=list)

    async def send(self, request: HttpRequest, limits: TryLimits) -> HttpResponse:
        self.sent.append(request)
        self.limits.append(limits)
        step = self.steps.pop(0)
        if isinstance(step, TransportFailure):
            raise step
        if isinstance(step, HttpResponse):
            return step
        return await step(request)


def answer(status: int = 200, body: bytes = b"<Response/>", /, **headers: str) -> HttpResponse:
    """An answer; `content_type="text/xml"` becomes `content-type: text/xml`."""
    pairs = {"content_type": "text/xml", **headers}
    return HttpResponse(
        status=status, headers=tuple((name.replace("_", "-"), value) for name, value in pairs.items()), body=body
    )


def header(request: HttpRequest, name: str) -> str | None:
    """A header of a request."""
    return next((value for key, value in request.headers if key.lower() == name.lower()), None)


async def never(_: HttpRequest) -> HttpResponse:
    """An app that does not answer."""
    await asyncio.Event().wait()
    raise AssertionError


ACCOUNT = AccountRecord(sid=AccountSid("AC" + "0" * 31 + "1"), auth_token="12345")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def transport() -> ScriptedTransport:
    return ScriptedTransport()


@pytest.fixture
def client(transport: ScriptedTransport, clock: HandClock) -> AppClient:
    tokens = iter(f"token-{number}" for number in range(1000))
    limits = ClientLimits(max_media_bytes=1000)
    return AppClient(
        transport,
        clock,
        ACCOUNT,
        limits=limits,
        cache=HttpCache(2000),
        new_token=lambda: next(tokens),
    )
