"""One end of the media bench: an engine in a process of its own, driven by lines of JSON on stdin.

Both ends run this: the measured one plays a file to many legs, the other one is that many phones.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.process import resident_bytes
from ringback.media._engine import Clip, Engine


class Side:
    def __init__(self, port_low: int) -> None:
        self.engine = Engine(threads=1)
        self.bytes_before = resident_bytes(os.getpid())
        self.ports = (port_low, port_low + 9_999)
        self.legs: list[int] = []

    def open(self, count: int) -> list[int]:
        """Open legs; returns their ports."""
        low, high = self.ports
        opened = [self.engine.open_leg(address="127.0.0.1", port_low=low, port_high=high) for _ in range(count)]
        self.legs += [leg for leg, _ in opened]
        return [port for _, port in opened]

    def connect(self, ports: list[int], talk: bool) -> None:
        """Connect leg after leg to these ports; without `talk` they only listen."""
        for leg, port in zip(self.legs, ports, strict=True):
            self.engine.connect_leg(
                leg,
                remote_address="127.0.0.1",
                remote_port=port,
                codec="PCMU",
                payload_type=0,
                dtmf_payload_type=101,
                direction="sendrecv" if talk else "recvonly",
            )

    def play(self, seconds: float) -> None:
        """Everyone hears one clip, over and over."""
        clip = Clip.tone([440.0], seconds)
        for leg in self.legs:
            self.engine.play(leg, clip, loops=0)

    def measure(self, seconds: float) -> dict[str, float]:
        """Let it run, and say what it took."""
        self.engine.tick_statistics()
        began = time.monotonic()
        time.sleep(seconds)
        statistics = self.engine.tick_statistics()
        self.engine.poll_events()
        elapsed = time.monotonic() - began
        grown = resident_bytes(os.getpid()) - self.bytes_before
        return {**statistics, "elapsed": elapsed, "bytes_per_leg": grown / max(1, len(self.legs))}


def main() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    side = Side(int(sys.argv[1]))
    methods: dict[str, Callable[..., Any]] = {
        "open": side.open,
        "connect": side.connect,
        "play": side.play,
        "measure": side.measure,
    }
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(methods[name](*arguments)), flush=True)
    side.engine.close()


if __name__ == "__main__":
    main()
