"""A SIP phone with real sockets and real audio: what `ringback call` is, what the demo and the tests call with.

async with Softphone.open() as phone:
    call = phone.call("sip:demo@demo.sip.localhost", proxy="127.0.0.1:5060", user="alice", password="...")
    await call.answered()
    await call.press("1")
    await call.ended()
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringback.call.exchange import Exchange, Invitation
from ringback.call.leg import Leg, LegSettings
from ringback.call.leg_event import Answered, LegEnd, Ringing
from ringback.call.phone_message import PhoneMessage
from ringback.clock import Clock, SystemClock, wait_for
from ringback.media._engine import Clip
from ringback.media.engine import MediaEngine
from ringback.media.leg import LiveRecording
from ringback.sip.dialog.conversation import Body
from ringback.sip.dialog.messaging import JSON
from ringback.sip.digest import Credentials
from ringback.sip.endpoint import Destination, Endpoint, EndpointSettings
from ringback.sip.events import IncomingCall
from ringback.sip.message.address import NameAddress
from ringback.sip.message.uri import SipUri
from ringback.sip.net.server import ListenAddress, SipServer
from ringback.sip.net.tls import client_context
from ringback.sip.net.trace import TraceLine

PORTS = (20000, 29999)


class CallRefused(Exception):
    """The other side did not take the call; `status` is its final SIP response, or ours where nobody was `reached`."""

    def __init__(self, status: int, reason: str, *, reached: bool = True) -> None:
        super().__init__(f"{status} {reason}".strip())
        self.status = status
        self.reason = reason
        self.reached = reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """How a phone treats a call that comes in: a final SIP status, or 200 after ringing a while.

    `early_media` is heard before that, by a 183: what a carrier says while nobody has answered yet.
    """

    status: int = 200
    ring_seconds: float = 0.5
    early_media: Clip | None = None
    play: Clip | None = None
    hang_up_after_seconds: float | None = None


class SoftphoneCall:
    """One call of a phone, placed or taken."""

    def __init__(self, leg: Leg, clock: Clock, *, uri: str, incoming: bool = False) -> None:
        self.leg = leg
        self.uri = uri
        self.is_incoming = incoming
        self.provisionals: list[int] = []
        self.messages: list[PhoneMessage] = []
        self._clock = clock
        self._unread: asyncio.Queue[PhoneMessage] = asyncio.Queue()
        leg.on_message = self._hear
        self._up = asyncio.Event()
        self._recording: LiveRecording | None = None
        self._follower = asyncio.ensure_future(self._follow())

    @property
    def has_ended(self) -> bool:
        return self.leg.has_ended

    @property
    def is_up(self) -> bool:
        """Answered, and not ended yet."""
        return self._up.is_set() and not self.leg.has_ended

    async def answered(self, seconds: float | None = 30) -> None:
        """Wait until the call is up. Raises `CallRefused`, or `TimeoutError` after `seconds`."""
        await wait_for(self._clock, self._answered(), seconds)

    async def press(self, digits: str) -> None:
        """Keys as RFC 4733 events; `w` and `W` wait 0.5 s and 1 s."""
        await self.leg.media.send_digits(digits)

    async def play(self, clip: Clip, *, loops: int = 1) -> None:
        """Speak into the phone; returns when all of it is sent."""
        await self.leg.media.play(clip, loops=loops)

    async def send_message(self, content: str, *, content_type: str = JSON) -> int | None:
        """Tell the app something (RFC 3428); the final SIP status, or None when the call ended before."""
        told: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

        def tell(status: int | None) -> None:
            if not told.done():  # whoever asked may not wait any more
                told.set_result(status)

        self.leg.send_message(Body(content_type=content_type, data=content.encode()), tell)
        return await told

    async def next_message(self, seconds: float | None = 30) -> PhoneMessage:
        """The next of the app's messages; all that came are in `messages`. Raises `TimeoutError`."""
        return await wait_for(self._clock, self._unread.get(), seconds)

    def record(self, path: Path) -> None:
        """Keep what the phone hears as a WAV, from now to the end of the call."""
        self._recording = self.leg.media.start_recording(path, what="received")

    async def ended(self, seconds: float | None = None) -> LegEnd:
        """Wait for the end of the call; what was recorded is complete then."""
        end = await wait_for(self._clock, asyncio.shield(self.leg.ended), seconds)
        if self._recording is not None:
            await self._recording.finished
        return end

    def hang_up(self) -> None:
        self.leg.hang_up()

    async def _answered(self) -> None:
        up: asyncio.Future[Any] = asyncio.ensure_future(self._up.wait())
        either: set[asyncio.Future[Any]] = {up, self.leg.ended}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            up.cancel()
        if not self._up.is_set():
            end = self.leg.ended.result()
            raise CallRefused(end.status or 487, end.reason, reached=end.by != "failure")

    async def _follow(self) -> None:
        if self.is_incoming:
            return
        while not self.leg.has_ended:
            match await self.leg.progress.get():
                case Ringing(status=status):
                    self.provisionals.append(status)
                case Answered():
                    self._up.set()
                    return

    def _hear(self, message: PhoneMessage) -> None:
        self.messages.append(message)
        self._unread.put_nowait(message)

    def mark_up(self) -> None:
        """A taken call is up once we answered it."""
        self._up.set()

    def close(self) -> None:
        self._follower.cancel()
        self.leg.hang_up()


class Softphone:
    """A user agent on loopback. Use `Softphone.open()`."""

    def __init__(self, *, sip: SipServer, media: MediaEngine, clock: Clock, address: str, name: str) -> None:
        self._sip = sip
        self._media = media
        self._clock = clock
        self._name = name
        self._address = address
        self._calls: list[SoftphoneCall] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._exchange = Exchange(sip=sip, media=media, settings=LegSettings(address=address), clock=clock)
        self._exchange.on_call = self._take
        self.answering = Answering()
        self._incoming: asyncio.Queue[SoftphoneCall] = asyncio.Queue()
        self.port = 0

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls,
        *,
        name: str = "phone",
        address: str = "127.0.0.1",
        transport: str = "udp",
        ports: tuple[int, int] = PORTS,
        clock: Clock | None = None,
        media: MediaEngine | None = None,
        trace: Callable[[TraceLine], None] | None = None,
    ) -> "AsyncIterator[Softphone]":
        """A phone listening on a free port; everything it opened is closed at the end.

        Over TLS it takes any certificate, as many phones do.
        """
        clock = clock or SystemClock()
        endpoint = Endpoint(EndpointSettings(), entropy=secrets.token_bytes, screen=lambda *_: None)
        sip = SipServer(endpoint, clock=clock, trace=trace, client_tls=client_context(is_checked=False))
        media = media or MediaEngine(ports=ports, address=address)
        phone = cls(sip=sip, media=media, clock=clock, address=address, name=name)
        try:
            bound = await sip.start([ListenAddress(transport=transport, host=address, port=0)])
            phone.port = bound[0].port
            yield phone
        finally:
            await phone._close()

    @property
    def uri(self) -> str:
        """Where this phone can be called directly."""
        return f"sip:{self._name}@{self._address}:{self.port}"

    @property
    def calls(self) -> Sequence[SoftphoneCall]:
        return tuple(self._calls)

    def call(
        self,
        uri: str,
        *,
        proxy: str | None = None,
        user: str | None = None,
        password: str | None = None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> SoftphoneCall:
        """Place a call; it goes to `proxy` (HOST:PORT) where the URI's own host is not to be looked up."""
        target = SipUri.parse(uri)
        caller = SipUri.parse(f"sip:{user or self._name}@{target.host}")
        credentials = Credentials(username=user, password=password or "") if user else None
        invitation = Invitation(
            target=target,
            from_=NameAddress(display_name=None, uri=caller),
            headers=tuple(headers),
            credentials=credentials,
            destination=_destination(proxy, target.transport) if proxy else None,
        )
        call = SoftphoneCall(self._exchange.place(invitation), self._clock, uri=uri)
        self._calls.append(call)
        return call

    async def next_incoming(self, seconds: float | None = 30) -> SoftphoneCall:
        """The next call that comes in, ringing. Raises `TimeoutError`."""
        return await wait_for(self._clock, self._incoming.get(), seconds)

    def _take(self, leg: Leg, event: IncomingCall) -> None:
        call = SoftphoneCall(leg, self._clock, uri=str(event.request.from_.uri), incoming=True)
        self._calls.append(call)
        task = asyncio.ensure_future(self._answer(call, self.answering))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._incoming.put_nowait(call)

    async def _answer(self, call: SoftphoneCall, answering: Answering) -> None:
        call.leg.ring()
        playing = asyncio.ensure_future(_play_early(call, answering.early_media))
        try:
            await self._ring_and_answer(call, answering)
        finally:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)

    async def _ring_and_answer(self, call: SoftphoneCall, answering: Answering) -> None:
        await self._clock.sleep(answering.ring_seconds)
        if call.has_ended:
            return
        if answering.status >= 300:
            call.leg.refuse(answering.status)
            return
        await call.leg.answer()
        call.mark_up()
        if answering.play is not None and not call.has_ended:
            await call.play(answering.play)
        if answering.hang_up_after_seconds is not None:
            await self._clock.sleep(answering.hang_up_after_seconds)
            call.hang_up()

    async def _close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for call in self._calls:
            call.close()
        await self._sip.close()
        await self._media.close()


async def _play_early(call: SoftphoneCall, clip: Clip | None) -> None:
    if clip is not None and call.leg.ring_with_audio():
        await call.play(clip)


def _destination(proxy: str, transport: str) -> Destination:
    host, _, port = proxy.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"proxy {proxy!r}: expected HOST:PORT")
    return Destination(transport=transport, host=host, port=int(port))
