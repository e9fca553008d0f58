"""A UDP socket with a transport in memory."""

import asyncio
import socket

import pytest

from ringback.sip.net.datagram import RECEIVE_BUFFER_BYTES, DatagramSocket


class MemorySocket:
    """Keeps what was set, or refuses it as a system does that allows less."""

    def __init__(self, *, refuses: bool) -> None:
        self.refuses = refuses
        self.options: list[tuple[int, int, int]] = []

    def setsockopt(self, level: int, name: int, value: int) -> None:
        if self.refuses:
            raise OSError("no buffer space available")
        self.options.append((level, name, value))


@pytest.mark.parametrize("refuses", [False, True])
def test_a_system_that_refuses_the_larger_buffer_gets_by_with_its_own(refuses: bool) -> None:
    system = MemorySocket(refuses=refuses)
    bound = DatagramSocket(lambda data, flow: None)
    bound.connection_made(asyncio.DatagramTransport({"sockname": ("192.0.2.1", 5060), "socket": system}))
    assert (bound.host, bound.port) == ("192.0.2.1", 5060)
    wanted = [(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)]
    assert system.options == ([] if refuses else wanted)
