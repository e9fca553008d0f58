"""Connections with a transport in memory: framing, limits of time, and a peer that does not read."""

import asyncio
from dataclasses import dataclass, field

import pytest

from ringback.sip.events import Flow
from ringback.sip.net.address import Target
from ringback.sip.net.connection import Connection, ConnectionLimits, ConnectionPool
from ringback.testing.clock import VirtualClock

MESSAGE = b"OPTIONS sip:x SIP/2.0\r\nContent-Length: 2\r\n\r\nok"
TARGET = Target(transport="tcp", address="192.0.2.9", port=4000, host="peer.example")


class MemoryTransport(asyncio.Transport):
    """Keeps what is written; `unread` is what the peer has not taken yet."""

    def __init__(self, peer_port: int | None = 4000, address: str = "192.0.2.9") -> None:
        peer = None if peer_port is None else (address, peer_port)
        super().__init__({"peername": peer, "sockname": ("192.0.2.1", 5060)})
        self.written: list[bytes] = []
        self.unread = 0
        self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def get_write_buffer_size(self) -> int:
        return self.unread

    def is_closing(self) -> bool:
        return self.is_closed

    def close(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        self.is_closed = True


@dataclass
class Room:
    """A pool and what it told."""

    clock: VirtualClock
    limits: ConnectionLimits
    received: list[bytes] = field(default_factory=list)
    lost: list[Flow] = field(default_factory=list)
    opened: int = 0

    def __post_init__(self) -> None:
        self.pool = ConnectionPool(
            self.clock,
            self.limits,
            receive=lambda message, flow: self.received.append(message),
            opened=self._count,
            lost=self.lost.append,
        )

    def _count(self) -> None:
        self.opened += 1

    def connect(self, port: int = 4000, address: str = "192.0.2.9") -> tuple[Connection, MemoryTransport]:
        connection, transport = Connection(self.pool, "tcp"), MemoryTransport(port, address)
        connection.connection_made(transport)
        return connection, transport

    def sweep(self, seconds: float) -> None:
        self.clock._now += seconds
        self.pool.sweep(self.clock.now())


@pytest.fixture
def room() -> Room:
    limits = ConnectionLimits(
        connections=3, idle_seconds=600, unfinished_seconds=30, unsent_bytes=1000, sweep_seconds=1
    )
    return Room(VirtualClock(), limits)


def test_a_message_in_pieces_is_received_whole(room: Room) -> None:
    connection, _ = room.connect()
    for byte in MESSAGE + MESSAGE:
        connection.data_received(bytes([byte]))
    assert room.received == [MESSAGE, MESSAGE]
    assert room.opened == 1


def test_a_ping_is_answered(room: Room) -> None:
    connection, transport = room.connect()
    connection.data_received(b"\r\n\r\n")
    assert transport.written == [b"\r\n"]


def test_a_stream_that_cannot_be_framed_is_closed_and_counted(room: Room) -> None:
    connection, transport = room.connect()
    connection.data_received(b"x SIP/2.0\r\nContent-Length: -1\r\n\r\n")
    assert transport.is_closed
    assert room.pool.malformed_streams == 1


def test_a_connection_is_found_by_its_flow_and_by_its_address(room: Room) -> None:
    connection, _ = room.connect()
    assert connection.flow is not None
    assert room.pool.of_flow(connection.flow) is connection
    assert room.pool.to_target(TARGET) is connection
    connection.connection_lost(None)
    assert room.pool.of_flow(connection.flow) is None
    assert room.pool.to_target(TARGET) is None
    assert room.lost == [connection.flow]
    assert not connection.send(b"x")


def test_each_connection_has_a_flow_of_its_own(room: Room) -> None:
    first, _ = room.connect()
    second, _ = room.connect()
    assert first.flow != second.flow
    first.connection_lost(None)
    assert room.pool.to_target(TARGET) is second


def test_one_connection_over_the_limit_is_cut_off(room: Room) -> None:
    for port in range(3):
        room.connect(port)
    _, transport = room.connect(9)
    assert transport.is_closed
    assert len(room.pool) == 3


def test_one_address_cannot_keep_the_others_out() -> None:
    room = Room(VirtualClock(), ConnectionLimits(connections=10, connections_of_address=2))
    first, _ = room.connect(1)
    room.connect(2)
    assert room.connect(3)[1].is_closed
    assert not room.connect(3, address="192.0.2.77")[1].is_closed
    first.connection_lost(None)
    assert not room.connect(4)[1].is_closed


def test_a_peer_that_does_not_read_is_cut_off(room: Room) -> None:
    connection, transport = room.connect()
    assert connection.send(b"x" * 500)
    transport.unread = 600
    assert not connection.send(b"x" * 500)
    assert transport.is_closed


def test_a_first_message_has_to_come_soon(room: Room) -> None:
    connection, transport = room.connect()
    room.sweep(29)
    connection.data_received(b"OPTIONS sip:x")
    assert not transport.is_closed
    room.sweep(2)
    assert transport.is_closed


def test_the_rest_of_a_message_has_to_come_soon_also_after_a_long_pause(room: Room) -> None:
    connection, transport = room.connect()
    connection.data_received(MESSAGE)
    room.sweep(500)
    connection.data_received(MESSAGE[:10])
    room.sweep(29)
    assert not transport.is_closed
    connection.data_received(MESSAGE[10:20])
    room.sweep(2)
    assert transport.is_closed


def test_an_idle_connection_is_closed_and_a_used_one_is_not(room: Room) -> None:
    idle, idle_transport = room.connect(1)
    used, used_transport = room.connect(2)
    for connection in (idle, used):
        connection.data_received(MESSAGE)
    for _ in range(3):
        room.sweep(250)
        used.send(b"keep")
    assert idle_transport.is_closed
    assert not used_transport.is_closed


def test_a_connection_of_ours_need_not_hear_anything_first(room: Room) -> None:
    connection, transport = room.connect()
    connection.mark_ours()
    room.sweep(31)
    assert not transport.is_closed


def test_nothing_is_swept_while_there_is_nothing(room: Room) -> None:
    assert room.pool.next_sweep() is None
    room.connect()
    assert room.pool.next_sweep() == 1
    room.pool.close()


def test_a_socket_that_is_gone_before_it_is_open_is_dropped(room: Room) -> None:
    connection, transport = Connection(room.pool, "tcp"), MemoryTransport(None)
    connection.connection_made(transport)
    assert transport.is_closed
    assert len(room.pool) == 0
    connection.connection_lost(None)
    assert room.lost == []
