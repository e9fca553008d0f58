"""The way out: which socket or connection carries a message, after asking DNS and connecting where that is needed.

What is on its way to be sent waits in bounded queues, in order. What cannot be sent comes back through `failed`,
which is told whether DNS knows no address.
"""

import asyncio
import ssl
from collections.abc import Callable, Coroutine, Sequence

import structlog

from ringback.clock import Clock, wait_for
from ringback.sip.events import Flow
from ringback.sip.net.address import TRANSPORTS, Target
from ringback.sip.net.connection import Connection, ConnectionPool
from ringback.sip.net.datagram import DatagramSocket
from ringback.sip.net.resolver import NameNotFound, Resolver
from ringback.sip.transaction.outgoing import Destination, Outgoing

logger = structlog.get_logger(__name__)

MAX_WAITING = 10_000
"""Messages that wait for DNS or for a connection; one more fails at once."""


class Delivery:
    """Sends what an endpoint gives out. `route_chosen(outgoing, flow)` gives the bytes for the way that was found."""

    def __init__(
        self,
        *,
        clock: Clock,
        resolver: Resolver,
        pool: ConnectionPool,
        sockets: Sequence[DatagramSocket],
        route_chosen: Callable[[Outgoing, Flow], bytes],
        sent: Callable[[bytes, Flow], None],
        failed: Callable[[Outgoing, bool], None],
        client_tls: ssl.SSLContext | None,
    ) -> None:
        self._clock = clock
        self._resolver = resolver
        self._pool = pool
        self._sockets = sockets
        self._route_chosen = route_chosen
        self._sent = sent
        self._failed = failed
        self._client_tls = client_tls
        self._tasks: set[asyncio.Task[None]] = set()
        self._resolving: dict[Destination, list[Outgoing]] = {}
        self._connecting: dict[Target, list[tuple[Outgoing, Sequence[Target]]]] = {}

    def deliver(self, outgoing: Outgoing) -> None:
        """Send now if the way is known, else as soon as it is."""
        if isinstance(outgoing.to, Destination):
            self._deliver_to(outgoing.to, outgoing)
        elif not self._send(outgoing.data, outgoing.to):
            if outgoing.fallback is not None:
                self._deliver_to(outgoing.fallback, outgoing)
            else:
                self._failed(outgoing, False)

    async def close(self) -> None:
        """Stop looking and connecting; what waits is not sent."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _send(self, data: bytes, flow: Flow) -> bool:
        if flow.transport == "udp":
            socket = self._socket_of(flow)
            was_sent = socket is not None and socket.send(data, flow)
        else:
            connection = self._pool.of_flow(flow)
            was_sent = connection is not None and connection.send(data)
        if was_sent:
            self._sent(data, flow)
        return was_sent

    def _socket_of(self, flow: Flow) -> DatagramSocket | None:
        """The one that the flow came in by, else any that reaches the address."""
        able = [socket for socket in self._sockets if socket.can_reach(flow.remote_address)]
        same = [socket for socket in able if socket.port == flow.local_port and socket.host == flow.local_address]
        same = same or [socket for socket in able if socket.port == flow.local_port]
        return next(iter(same or able), None)

    # --- names

    def _deliver_to(self, destination: Destination, outgoing: Outgoing) -> None:
        if destination.transport not in (None, *TRANSPORTS):  # a peer may name any in its Contact
            self._failed(outgoing, False)
            return
        targets = self._resolver.known(destination)
        if targets is not None:
            self._try_all(outgoing, targets)
        elif destination in self._resolving:
            self._resolving[destination].append(outgoing)
        elif self._is_crowded():
            self._failed(outgoing, False)
        else:
            self._resolving[destination] = [outgoing]
            self._spawn(self._resolve(destination))

    async def _resolve(self, destination: Destination) -> None:
        targets: tuple[Target, ...] = ()
        try:
            targets = await self._resolver.resolve(destination)
        except NameNotFound:
            pass
        except Exception:
            logger.exception("a name could not be asked for", host=destination.host)
        finally:
            waiting = self._resolving.pop(destination, [])
        for outgoing in waiting:
            self._try_all(outgoing, targets)

    # --- addresses, one after the other

    def _try_all(self, outgoing: Outgoing, targets: Sequence[Target]) -> None:
        if targets:
            self._try(outgoing, targets)
        else:
            self._failed(outgoing, True)

    def _try(self, outgoing: Outgoing, targets: Sequence[Target]) -> None:
        if not targets:
            self._failed(outgoing, False)
            return
        first, others = targets[0], targets[1:]
        flow = self._flow_to(first)
        if flow is not None:
            if not self._send(self._route_chosen(outgoing, flow), flow):
                self._try(outgoing, others)
        elif first.transport == "udp":
            self._try(outgoing, others)
        else:
            self._connect_for(outgoing, first, others)

    def _flow_to(self, target: Target) -> Flow | None:
        if target.transport == "udp":
            able = [socket for socket in self._sockets if socket.can_reach(target.address)]
            return able[0].flow_to(target.address, target.port) if able else None
        connection = self._pool.to_target(target)
        return connection.flow if connection is not None else None

    def _connect_for(self, outgoing: Outgoing, target: Target, others: Sequence[Target]) -> None:
        if target in self._connecting:
            self._connecting[target].append((outgoing, others))
        elif self._is_crowded() or self._pool.is_full:
            self._failed(outgoing, False)
        else:
            self._connecting[target] = [(outgoing, others)]
            self._spawn(self._connect(target))

    async def _connect(self, target: Target) -> None:
        is_open = False
        try:
            is_open = await self._open(target)
        finally:
            waiting = self._connecting.pop(target, [])
        for outgoing, others in waiting:
            self._try(outgoing, [target, *others] if is_open else others)

    async def _open(self, target: Target) -> bool:
        """Whether there is a connection now."""
        loop = asyncio.get_running_loop()
        is_tls = target.transport == "tls"
        attempt = loop.create_connection(
            lambda: Connection(self._pool, target.transport),
            target.address,
            target.port,
            ssl=(self._client_tls or ssl.create_default_context()) if is_tls else None,
            server_hostname=target.host if is_tls else None,
        )
        try:
            _, connection = await wait_for(self._clock, attempt, self._pool.limits.connect_seconds)
        except (OSError, TimeoutError):  # ssl.SSLError is an OSError
            return False
        connection.mark_ours()
        return self._pool.to_target(target) is not None

    # --- bounds and tasks

    def _is_crowded(self) -> bool:
        waiting = sum(map(len, self._resolving.values())) + sum(map(len, self._connecting.values()))
        return waiting >= MAX_WAITING

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
