"""Does what a page tells its reader to do: writes its files, starts its programs, gives its command."""

import contextlib
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.peers.ports import free_ports

START_SECONDS = 30
CALL_SECONDS = 60


class Walkthrough:
    """The code blocks of a page, on free ports, in a folder of their own. A first line `# name` names a file."""

    def __init__(self, page: Path, folder: Path) -> None:
        text = page.read_text(encoding="utf-8")
        self.folder = folder
        self.blocks: list[str] = re.findall(r"```[a-z]*\n(.*?)```", text, re.DOTALL)
        self.app_port, self.sip_port, http_port = free_ports(3)
        for block in self.blocks:
            name = re.match(r"# (\w+\.(?:py|toml))\n", block)
            if name is not None:
                (folder / name[1]).write_text(block.replace("5000", str(self.app_port)))
        with (folder / "ringback.toml").open("a") as settings:
            listen = f'["udp:127.0.0.1:{self.sip_port}", "tcp:127.0.0.1:{self.sip_port}"]'
            settings.write(f'\n[sip]\nlisten = {listen}\n\n[http]\nlisten = "127.0.0.1:{http_port}"\n')
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("RINGBACK_")}

    def commands(self, program: str) -> list[list[str]]:
        """The command lines of the page that begin with `.venv/bin/PROGRAM`."""
        lines = "\n".join(self.blocks).replace("\\\n", " ").splitlines()
        return [shlex.split(line) for line in lines if line.startswith(f".venv/bin/{program} ")]

    @contextlib.contextmanager
    def running(self, command: list[str], port: int) -> Iterator[Path]:
        """A program of the page, until it takes connections on the port; gives the file of its output."""
        output = self.folder / f"{len(list(self.folder.glob('*.out')))}.out"
        with output.open("w") as out:
            arguments = self._real(command)
            process = subprocess.Popen(
                arguments, cwd=self.folder, stdout=out, stderr=subprocess.STDOUT, env=self.environment
            )
            try:
                _wait_for(port, process, output)
                yield output
            finally:
                process.terminate()
                process.wait(START_SECONDS)

    def call(self, command: list[str]) -> "subprocess.CompletedProcess[str]":
        """A `ringback call` of the page."""
        return subprocess.run(
            self._real(command),
            cwd=self.folder,
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=CALL_SECONDS,
            check=False,
        )

    def _real(self, command: list[str]) -> list[str]:
        program, *arguments = (word.replace("5060", str(self.sip_port)) for word in command)
        module = [] if program.endswith("python") else ["-m", "ringback"]
        return [sys.executable, *module, *arguments]


def _wait_for(port: int, process: "subprocess.Popen[bytes]", output: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, output.read_text()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError(f"nothing listens on port {port}: {output.read_text()}")
