"""`SipServer`: the driver that pumps an `Endpoint`. Input, then events, then output, then one timer re-armed.

After calling any method of a session the caller calls `pump()`. `on_event` is called for each event, on the loop; what
it raises is logged and goes no further. No datagram and no stream ends the process.
"""

import asyncio
import ssl
from collections.abc import Callable, Sequence

import structlog

from ringback.clock import Clock, TimerHandle
from ringback.sip.endpoint import Endpoint
from ringback.sip.errors import BadAddress
from ringback.sip.events import Event, Flow
from ringback.sip.net.address import TRANSPORTS, ListenAddress, is_wildcard, shown_address
from ringback.sip.net.connection import Connection, ConnectionLimits, ConnectionPool
from ringback.sip.net.datagram import DatagramSocket
from ringback.sip.net.delivery import Delivery
from ringback.sip.net.resolver import Resolver
from ringback.sip.net.trace import TraceLine, trace_line
from ringback.sip.transaction.outgoing import Outgoing

__all__ = ["ListenAddress", "SipServer", "TraceLine"]

logger = structlog.get_logger(__name__)


class SipServer:
    """Sockets around an endpoint. `tls` is the context of our listeners, `client_tls` that of connections we open."""

    def __init__(
        self,
        endpoint: Endpoint,
        clock: Clock,
        resolver: Resolver | None = None,
        *,
        trace: Callable[[TraceLine], None] | None = None,
        tls: ssl.SSLContext | None = None,
        client_tls: ssl.SSLContext | None = None,
        limits: ConnectionLimits | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.on_event: Callable[[Event], None] = _drop
        self.internal_errors = 0
        self._clock = clock
        self._trace = trace
        self._tls = tls
        self._sockets: list[DatagramSocket] = []
        self._servers: list[asyncio.Server] = []
        self._pool = ConnectionPool(
            clock, limits or ConnectionLimits(), receive=self._receive_message, opened=self.pump, lost=self._lose
        )
        self._delivery = Delivery(
            clock=clock,
            resolver=resolver or Resolver(clock),
            pool=self._pool,
            sockets=self._sockets,
            route_chosen=endpoint.route_chosen,
            sent=self._note_sent,
            failed=self._fail,
            client_tls=client_tls,
        )
        self._is_pumping = False
        self._is_closed = False
        self._timer: TimerHandle | None = None
        self._timer_at: float | None = None

    @property
    def open_connections(self) -> int:
        return len(self._pool)

    async def start(self, listen: Sequence[ListenAddress]) -> list[ListenAddress]:
        """Bind all of them, or none: an address that cannot be bound raises `OSError` after the others are closed."""
        bound: list[ListenAddress] = []
        try:
            for address in listen:
                bound.append(await self._bind(address))
        except BaseException:
            await self.close()
            raise
        for address in bound:
            self.endpoint.listen_on(
                address.transport, shown_address(address.host), address.port, is_wildcard=is_wildcard(address.host)
            )
        return bound

    async def close(self) -> None:
        """Send what is left to send, then close every socket."""
        if self._is_closed:
            return
        self.pump()
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        await self._delivery.close()
        for server in self._servers:
            server.close()
        self._pool.close()
        for socket in self._sockets:
            socket.close()
        await asyncio.sleep(0)  # transports close on the next turn of the loop

    def pump(self) -> None:
        """Hand out events and send messages until there are none, then arm the timer."""
        if self._is_pumping or self._is_closed:
            return
        self._is_pumping = True
        try:
            while self._pump_once():
                pass
        finally:
            self._is_pumping = False
        self._arm()

    # --- binding

    async def _bind(self, address: ListenAddress) -> ListenAddress:
        if address.transport not in TRANSPORTS:
            raise BadAddress(str(address), "an address of udp, tcp or tls")
        loop = asyncio.get_running_loop()
        if address.transport == "udp":
            _, socket = await loop.create_datagram_endpoint(
                lambda: DatagramSocket(self._receive_datagram), local_addr=(address.host, address.port)
            )
            self._sockets.append(socket)
            return ListenAddress(transport="udp", host=address.host, port=socket.port)
        if address.transport == "tls" and self._tls is None:
            raise BadAddress(str(address), "an address to listen on without a TLS certificate")
        server = await loop.create_server(
            lambda: Connection(self._pool, address.transport),
            address.host,
            address.port,
            ssl=self._tls if address.transport == "tls" else None,
        )
        self._servers.append(server)
        port = int(server.sockets[0].getsockname()[1])
        return ListenAddress(transport=address.transport, host=address.host, port=port)

    # --- input

    def _receive_datagram(self, data: bytes, flow: Flow) -> None:
        self._note(data, flow, is_sent=False)
        self._guarded(lambda now: self.endpoint.receive_datagram(data, flow, now))

    def _receive_message(self, data: bytes, flow: Flow) -> None:
        self._note(data, flow, is_sent=False)
        self._guarded(lambda now: self.endpoint.receive_message(data, flow, now))

    def _lose(self, flow: Flow) -> None:
        self._guarded(lambda now: self.endpoint.connection_lost(flow, now))

    def _fail(self, outgoing: Outgoing, no_such_host: bool) -> None:
        self._guarded(lambda now: self.endpoint.delivery_failed(outgoing, now, no_such_host=no_such_host))

    def _wake(self) -> None:
        self._timer_at = None
        self._pool.sweep(self._clock.now())
        self._guarded(self.endpoint.handle_timeout)

    def _guarded(self, work: Callable[[float], None]) -> None:
        """The last line of defence: a defect of ours costs one message, not the server."""
        try:
            work(self._clock.now())
        except Exception:
            self.internal_errors += 1
            logger.exception("the SIP stack failed on an input, which is dropped")
        self.pump()

    # --- output

    def _pump_once(self) -> bool:
        """Whether there was anything to do."""
        events, messages = self.endpoint.events(), self.endpoint.outgoing()
        for outgoing in messages:
            self._send(outgoing)
        for event in events:
            self._tell(event)
        return bool(events or messages)

    def _send(self, outgoing: Outgoing) -> None:
        """One message that cannot be sent takes none of the others with it."""
        try:
            self._delivery.deliver(outgoing)
        except Exception:
            self.internal_errors += 1
            logger.exception("a message could not be handed to the network")

    def _tell(self, event: Event) -> None:
        try:
            self.on_event(event)
        except Exception:
            self.internal_errors += 1
            logger.exception("an event could not be handled", event_kind=type(event).__name__)

    def _arm(self) -> None:
        """One timer, for whatever comes first."""
        wanted = [when for when in (self.endpoint.next_deadline(), self._pool.next_sweep()) if when is not None]
        when = min(wanted, default=None)
        if when == self._timer_at:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = when
        self._timer = self._clock.call_at(when, self._wake) if when is not None else None

    # --- trace

    def _note_sent(self, data: bytes, flow: Flow) -> None:
        self._note(data, flow, is_sent=True)

    def _note(self, data: bytes, flow: Flow, *, is_sent: bool) -> None:
        if self._trace is not None and data.strip():
            self._trace(trace_line(data, flow, self._clock.now(), is_sent=is_sent))


def _drop(event: Event) -> None:
    """Until somebody sets `on_event`."""
