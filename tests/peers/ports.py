"""Ports for peers that must be told theirs beforehand.

They lie below those that the system gives to connections (32768 and up), and above those that the tests' servers have
for audio, so that nothing takes one between the look and the use.
"""

import contextlib
import random
import socket

LOWEST, HIGHEST = 30000, 32767


def free_ports(count: int) -> list[int]:
    """Different ones, free for UDP and TCP on loopback."""
    found: list[int] = []
    while len(found) < count:
        port = random.randint(LOWEST, HIGHEST)
        if port not in found and _is_free(port):
            found.append(port)
    return found


def free_port() -> int:
    return free_ports(1)[0]


def _is_free(port: int) -> bool:
    with contextlib.ExitStack() as stack:
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                stack.enter_context(socket.socket(socket.AF_INET, kind)).bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
