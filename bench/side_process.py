"""One end of the media benches in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

SETTLE_SECONDS = 6.0
"""Longer than the latch's window, so that every socket is connected."""
ROOT = Path(__file__).parents[1]


class SideProcess:
    """`bench.media_side`, with its methods as lines of JSON."""

    def __init__(self, port_low: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.media_side", str(port_low)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def call(self, *order: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())
