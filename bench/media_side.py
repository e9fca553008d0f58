"""One end of the media bench: an engine in a process of its own, driven by lines of JSON on stdin.

Both ends run this: the measured one plays a file to many legs, the other one is that many phones.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.process import resident_bytes
from ringback.media._engine import Clip, Engine

if TYPE_CHECKING:
    from ringback.media._engine import CodecName

PAYLOAD_TYPES: dict["CodecName", int] = {"PCMU": 0, "PCMA": 8, "G722": 9, "opus": 111}


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

    def connect(self, ports: list[int], talk: bool, codec: "CodecName" = "PCMU") -> None:
        """Connect leg after leg to these ports; without `talk` they only listen."""
        for leg, port in zip(self.legs, ports, strict=True):
            self.engine.connect_leg(
                leg,
                remote_address="127.0.0.1",
                remote_port=port,
                codec=codec,
                payload_type=PAYLOAD_TYPES[codec],
                dtmf_payload_type=101,
                opus_fec=True,
                direction="sendrecv" if talk else "recvonly",
            )

    def play(self, seconds: float) -> None:
        """Everyone hears one clip, over and over."""
        clip = Clip.tone([440.0], seconds)
        for leg in self.legs:
            self.engine.play(leg, clip, loops=0)

    def bridge(self) -> None:
        """Two and two hear each other."""
        for first, second in zip(self.legs[::2], self.legs[1::2], strict=True):
            self.engine.bridge(first, second)

    def record(self, folder: str) -> None:
        """Both sides of every leg, into a file each."""
        for leg in self.legs:
            self.engine.start_recording(leg, f"{folder}/{leg}.wav", what="dual")

    def tap(self) -> None:
        """What every leg receives; nobody reads it, which costs the engine the same."""
        for leg in self.legs:
            self.engine.open_tap(leg, what="received")

    def meet(self) -> None:
        """All in one conference."""
        conference = self.engine.open_conference()
        for leg in self.legs:
            self.engine.join_conference(conference, leg, muted=False)

    def measure(self, seconds: float) -> dict[str, float]:
        """Let it run, and say what it took."""
        self.engine.tick_statistics()
        began, writer_before = time.monotonic(), thread_seconds("ringback-writer")
        time.sleep(seconds)
        statistics = self.engine.tick_statistics()
        self.engine.poll_events()
        elapsed = time.monotonic() - began
        grown = resident_bytes(os.getpid()) - self.bytes_before
        writer_seconds = thread_seconds("ringback-writer") - writer_before
        per_leg = grown / max(1, len(self.legs))
        return {**statistics, "elapsed": elapsed, "bytes_per_leg": per_leg, "writer_seconds": writer_seconds}


def thread_seconds(name: str) -> float:
    """CPU time of the threads of this process that bear a name."""
    seconds = 0.0
    for task in Path("/proc/self/task").iterdir():
        if (task / "comm").read_text().strip() == name:
            seconds += int((task / "schedstat").read_text().split()[0]) / 1e9
    return seconds


def main() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    side = Side(int(sys.argv[1]))
    methods: dict[str, Callable[..., Any]] = {
        "open": side.open,
        "connect": side.connect,
        "play": side.play,
        "bridge": side.bridge,
        "record": side.record,
        "tap": side.tap,
        "meet": side.meet,
        "measure": side.measure,
    }
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(methods[name](*arguments)), flush=True)
    side.engine.close()


if __name__ == "__main__":
    main()
