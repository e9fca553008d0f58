"""TCP and TLS connections: framed messages in and out, within limits, found again by flow or by address."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from ringback.clock import Clock
from ringback.sip.events import Flow
from ringback.sip.message.errors import MalformedStream
from ringback.sip.message.framer import StreamFramer
from ringback.sip.net.address import Target

PONG = b"\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """What a stranger may hold open. `unfinished_seconds` is for a first message, and for the rest of any.

    One address may have a quarter of all, so that no single stranger keeps the others out.
    """

    connections: int = 2_000
    connections_of_address: int = 500
    idle_seconds: float = 3_600.0
    unfinished_seconds: float = 30.0
    connect_seconds: float = 10.0
    unsent_bytes: int = 1_048_576
    sweep_seconds: float = 5.0


class Connection(asyncio.Protocol):
    """One stream. Made for both directions; `flow` is known once it is open."""

    def __init__(self, pool: "ConnectionPool", transport_name: str) -> None:
        self._pool = pool
        self._transport_name = transport_name
        self._transport: asyncio.Transport | None = None
        self._framer = StreamFramer()
        self._last_used = pool.now()
        self._waiting_since: float | None = self._last_used  # for a first message, or for the rest of one
        self.flow: Flow | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = stream = cast(asyncio.Transport, transport)  # the loop's own class need not derive from it
        remote, local = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        if remote is None or local is None or not self._pool.has_room_for(str(remote[0])):
            stream.abort()
            return
        self.flow = Flow(
            transport=self._transport_name,
            remote_address=str(remote[0]),
            remote_port=int(remote[1]),
            local_address=str(local[0]),
            local_port=int(local[1]),
            connection_id=self._pool.new_id(),
        )
        self._pool.add(self, self.flow)

    def data_received(self, data: bytes) -> None:
        self._last_used = self._pool.now()
        try:
            messages = self._framer.feed(data)
        except MalformedStream:
            self._pool.malformed_streams += 1
            self.close()
            return
        for _ in range(self._framer.take_pings()):
            self.send(PONG)
        if messages:
            self._waiting_since = None
        if self._waiting_since is None and not self._framer.is_between_messages:
            self._waiting_since = self._last_used
        for message in messages:
            if self.flow is not None:
                self._pool.receive(message, self.flow)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self.flow is not None:
            self._pool.remove(self, self.flow)

    def send(self, data: bytes) -> bool:
        """Whether it could be handed to the system. A peer that does not read what it is sent is cut off."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return False
        if transport.get_write_buffer_size() + len(data) > self._pool.limits.unsent_bytes:
            transport.abort()
            return False
        transport.write(data)
        self._last_used = self._pool.now()
        return True

    def is_overdue(self, now: float) -> bool:
        """Whether it is idle for too long, or has been at one message for too long."""
        limits = self._pool.limits
        if self._waiting_since is not None:
            return now - self._waiting_since > limits.unfinished_seconds
        return now - self._last_used > limits.idle_seconds

    def mark_ours(self) -> None:
        """A connection that we opened need not speak first."""
        self._waiting_since = None

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class ConnectionPool:
    """All open connections. `receive(message, flow)`, `opened()` and `lost(flow)` tell the driver."""

    def __init__(
        self,
        clock: Clock,
        limits: ConnectionLimits,
        *,
        receive: Callable[[bytes, Flow], None],
        opened: Callable[[], None],
        lost: Callable[[Flow], None],
    ) -> None:
        self.limits = limits
        self.receive = receive
        self._opened = opened
        self.malformed_streams = 0
        self._clock = clock
        self._lost = lost
        self._by_id: dict[int, Connection] = {}
        self._by_address: dict[tuple[str, str, int], Connection] = {}
        self._of_address: Counter[str] = Counter()
        self._last_id = 0
        self._next_sweep = clock.now() + limits.sweep_seconds

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def is_full(self) -> bool:
        return len(self._by_id) >= self.limits.connections

    def has_room_for(self, address: str) -> bool:
        """Whether one more connection with this address may be open."""
        return not self.is_full and self._of_address[address] < self.limits.connections_of_address

    def now(self) -> float:
        return self._clock.now()

    def new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def add(self, connection: Connection, flow: Flow) -> None:
        assert flow.connection_id is not None, "flows of connections have an id"
        self._by_id[flow.connection_id] = connection
        self._of_address[flow.remote_address] += 1
        self._by_address[flow.transport, flow.remote_address, flow.remote_port] = connection
        self._opened()

    def remove(self, connection: Connection, flow: Flow) -> None:
        assert flow.connection_id is not None, "flows of connections have an id"
        if self._by_id.pop(flow.connection_id, None) is not None:
            self._of_address[flow.remote_address] -= 1
            if not self._of_address[flow.remote_address]:
                del self._of_address[flow.remote_address]
        key = (flow.transport, flow.remote_address, flow.remote_port)
        if self._by_address.get(key) is connection:
            del self._by_address[key]
        self._lost(flow)

    def of_flow(self, flow: Flow) -> Connection | None:
        return self._by_id.get(flow.connection_id) if flow.connection_id is not None else None

    def to_target(self, target: Target) -> Connection | None:
        """An open connection to this address, whoever opened it."""
        return self._by_address.get((target.transport, target.address, target.port))

    def next_sweep(self) -> float | None:
        return self._next_sweep if self._by_id else None

    def sweep(self, now: float) -> None:
        """Close what is overdue."""
        if now < self._next_sweep:
            return
        self._next_sweep = now + self.limits.sweep_seconds
        for connection in [each for each in self._by_id.values() if each.is_overdue(now)]:
            connection.close()

    def close(self) -> None:
        for connection in list(self._by_id.values()):
            connection.close()
