"""What keeps a server from starting is one sentence with its key; and a second signal does not wait for calls."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ringback.testing.softphone import Softphone
from tests.acceptance.conftest import DOMAIN, PASSWORD, USER, Server, VoiceApp, settings_text


def told_by_serve(folder: Path, settings: str) -> str:
    """What `ringback serve` says before it leaves with exit code 2."""
    (folder / "ringback.toml").write_text(settings)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RINGBACK_")}
    command = [sys.executable, "-m", "ringback", "serve", "-c", "ringback.toml"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert (ran.returncode, ran.stdout) == (2, ""), ran.stderr
    assert [path.name for path in folder.iterdir()] == ["ringback.toml"]
    return ran.stderr


def test_a_sip_port_in_use_is_one_sentence_with_its_key(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"udp:127.0.0.1:{taken.getsockname()[1]}"
        told = told_by_serve(tmp_path, settings_text("http://x").replace("udp:127.0.0.1:0", address))
    assert told == f'sip.listen[0] is "{address}", but another program uses this address already.\n'


def test_a_missing_certificate_is_one_sentence_with_its_key(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    key = tmp_path / "keys" / "key.pem"
    settings = settings_text("http://x").replace(
        '"tcp:127.0.0.1:0"]', f'"tls:127.0.0.1:0"]\ntls_certificate = "{key}"\ntls_key = "{key}"'
    )
    (tmp_path / "keys").rmdir()
    told = told_by_serve(tmp_path, settings).splitlines()
    assert told[0] == f'sip.tls_certificate is "{key}", but there is no such file that can be read.'


async def test_a_second_signal_ends_the_running_calls_at_once(app: VoiceApp, serve: Callable[[str], Server]) -> None:
    server = serve(settings_text(app.url(), extra="[limits]\ngrace_seconds = 60\n"))
    app.pages["/voice"] = '<Say>Hello.</Say><Pause length="60"/>'
    async with Softphone.open() as phone:
        call = phone.call(f"sip:hello@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)
        await call.answered()
        server.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(1)
        assert call.is_up
        began = time.monotonic()
        assert await server.stop() == 0
        assert time.monotonic() - began < 50, "not after the grace time"
        assert (await call.ended(5)).by == "peer"
