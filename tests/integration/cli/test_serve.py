"""`ringback serve` as its users see it: a process, its one line, its exit codes."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

WriteSettings = Callable[..., Path]
COMMAND = [sys.executable, "-m", "ringback", "serve", "-c"]
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("RINGBACK_")}


def refused(path: Path) -> str:
    """What a server that cannot start says; it must do so with exit code 2, without a traceback or a ready line."""
    result = subprocess.run(
        [*COMMAND, str(path)], capture_output=True, text=True, env=ENVIRONMENT, timeout=60, check=False
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_line_when_ready_and_exit_code_0_when_told_to_stop(
    write_settings: WriteSettings, number: signal.Signals
) -> None:
    path = write_settings(sip='["udp:127.0.0.1:0", "tcp:127.0.0.1:0"]')
    with subprocess.Popen(
        [*COMMAND, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            assert list(ready) == ["event", "sip", "http"]
            assert ready["event"] == "ready"
            assert [address.rpartition(":")[0] for address in ready["sip"]] == ["udp:127.0.0.1", "tcp:127.0.0.1"]
            assert all(int(address.rpartition(":")[2]) for address in ready["sip"])
            with urllib.request.urlopen(f"{ready['http']}/health", timeout=10) as response:
                assert json.load(response)["status"] == "ok"
        finally:
            process.send_signal(number)
        rest, errors = process.communicate(timeout=60)
    assert (process.returncode, rest) == (0, ""), errors
    assert "Traceback" not in errors


def test_wrong_settings_are_told_and_nothing_is_started(write_settings: WriteSettings, tmp_path: Path) -> None:
    assert "media.threads is 0, but must be 1 or more." in refused(write_settings("media.threads = 0"))
    assert not (tmp_path / "ringback.db").exists()


def test_a_port_in_use_is_told_and_nothing_is_started(write_settings: WriteSettings, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = refused(write_settings(http=f"127.0.0.1:{taken.getsockname()[1]}"))
    assert "http.listen is" in told
    assert "another program uses this address already." in told
    assert not (tmp_path / "ringback.db").exists()


def test_a_store_that_cannot_be_opened_is_told(write_settings: WriteSettings, tmp_path: Path) -> None:
    (tmp_path / "ringback.db").write_text("this is a letter and not a database, long enough to be taken for one" * 20)
    told = refused(write_settings())
    assert f"store.url sqlite:///{tmp_path}/ringback.db cannot be opened: file is not a database." in told
