"""SIP servers on free ports of the loopback, and sipp as the independent peer."""

import asyncio
import secrets
import shutil
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ringback.clock import SystemClock
from ringback.sip.dialog.session import InviteSession
from ringback.sip.digest import Credentials
from ringback.sip.endpoint import Endpoint, EndpointSettings, Screen, allow_everybody
from ringback.sip.events import Event, IncomingCall
from ringback.sip.message.address import NameAddress
from ringback.sip.message.uri import SipUri
from ringback.sip.net.connection import ConnectionLimits
from ringback.sip.net.resolver import Resolver
from ringback.sip.net.server import ListenAddress, SipServer
from ringback.sip.net.trace import TraceLine
from tests.peers.ports import free_port

SCENARIOS = Path(__file__).parent / "scenarios"
SDP = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n"
WAIT_SECONDS = 10.0


@dataclass
class Party:
    """One server, where it listens, and what it was told."""

    server: SipServer
    bound: dict[str, ListenAddress]
    clock: SystemClock
    events: list[Event] = field(default_factory=list)
    trace: list[TraceLine] = field(default_factory=list)
    on_event: Callable[["Party", Event], None] = lambda party, event: None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()
        self.on_event(self, event)

    async def told(self, kind: type[Event]) -> Event:
        """Wait for an event of this kind."""
        async with asyncio.timeout(WAIT_SECONDS):
            while not (found := [event for event in self.events if isinstance(event, kind)]):
                self._news.clear()
                await self._news.wait()
        return found[-1]

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    def session(self, event: Event) -> InviteSession:
        assert isinstance(event, IncomingCall)
        session = self.server.endpoint.session(event.session_id)
        assert session is not None
        return session

    def uri(self, transport: str = "udp") -> str:
        at = self.bound[transport]
        return f"sip:callee@{at.host}:{at.port};transport={transport}"

    def call(self, target: str, credentials: Credentials | None = None) -> InviteSession:
        session = self.server.endpoint.invite(
            target=SipUri.parse(target),
            from_=NameAddress.parse("<sip:caller@127.0.0.1>"),
            sdp=SDP,
            credentials=credentials,
            now=self.clock.now(),
        )
        self.server.pump()
        return session

    def do(self, action: Callable[[float], None]) -> None:
        action(self.clock.now())
        self.server.pump()


OpenParty = Callable[..., Awaitable[Party]]


@pytest.fixture
async def open_party() -> AsyncIterator[OpenParty]:
    """Start servers; all are stopped at the end, and must have had no defect."""
    parties: list[Party] = []

    async def start(
        *transports: str,
        screen: Screen = allow_everybody,
        settings: EndpointSettings | None = None,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
        client_tls: ssl.SSLContext | None = None,
        limits: ConnectionLimits | None = None,
        resolver: Resolver | None = None,
    ) -> Party:
        clock = SystemClock()
        endpoint = Endpoint(settings or EndpointSettings(), entropy=secrets.token_bytes, screen=screen)
        trace: list[TraceLine] = []
        server = SipServer(endpoint, clock, resolver, trace=trace.append, tls=tls, client_tls=client_tls, limits=limits)
        listen = [ListenAddress(transport=each, host=host, port=0) for each in transports or ("udp", "tcp")]
        bound = await server.start(listen)
        party = Party(server=server, bound={each.transport: each for each in bound}, clock=clock, trace=trace)
        server.on_event = party.take
        parties.append(party)
        return party

    yield start
    for party in parties:
        await party.server.close()
        assert party.server.internal_errors == 0


async def run_sipp(scenario: str, target: str, *, transport: str = "udp", arguments: tuple[str, ...] = ()) -> None:
    """Run a scenario to its end; a call that goes otherwise than written fails the test with sipp's own words."""
    if shutil.which("sipp") is None:
        pytest.skip("sipp is not installed")
    process = await asyncio.create_subprocess_exec(
        "sipp",
        target,
        *("-sf", str(SCENARIOS / f"{scenario}.xml"), "-m", "1", "-i", "127.0.0.1", "-mp", str(free_port())),
        *("-nostdin", "-timeout", "20s", "-timeout_error", "-t", "t1" if transport == "tcp" else "u1"),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, output.decode(errors="replace")[-3000:]
