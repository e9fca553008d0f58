"""A UDP socket: datagrams in and out, as flows."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import cast

from ringback.sip.events import Flow
from ringback.sip.net.address import address_toward, is_wildcard

MAX_DATAGRAM_BYTES = 65_507
"""What fits into one UDP datagram over IPv4."""
RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
"""What waits while the loop is at other work, as far as the system allows it (Linux: net.core.rmem_max)."""


class DatagramSocket(asyncio.DatagramProtocol):
    """One bound socket. `receive(data, flow)` is called for each datagram."""

    def __init__(self, receive: Callable[[bytes, Flow], None]) -> None:
        self._receive = receive
        self._transport: asyncio.DatagramTransport | None = None
        self.host = ""
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)  # the loop's own class need not derive from it
        self.host, self.port = transport.get_extra_info("sockname")[:2]
        bound: socket.socket = transport.get_extra_info("socket")
        with contextlib.suppress(OSError):  # some systems refuse what is more than they allow, instead of giving less
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._receive(data, self.flow_to(addr[0], addr[1]))

    def error_received(self, exc: Exception) -> None:
        """An ICMP error or a full buffer: UDP promises nothing, and the transaction's timers handle it."""

    def flow_to(self, address: str, port: int) -> Flow:
        local = address_toward(address) if is_wildcard(self.host) else self.host
        return Flow(
            transport="udp",
            remote_address=address,
            remote_port=port,
            local_address=local,
            local_port=self.port,
        )

    def can_reach(self, address: str) -> bool:
        """Whether the address is of this socket's family."""
        return (":" in address) == (":" in self.host)

    def send(self, data: bytes, flow: Flow) -> bool:
        """Whether it could be handed to the system."""
        if self._transport is None or self._transport.is_closing() or len(data) > MAX_DATAGRAM_BYTES:
            return False
        self._transport.sendto(data, (flow.remote_address, flow.remote_port))
        return True

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
