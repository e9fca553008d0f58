"""`ringback demo` on a fresh machine: ladders, audio, exit code, and nothing left behind."""

import asyncio
import os
import signal
import socket
import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.peers.listening import read_wav

SHOWN = (
    "INVITE hello",
    "407",
    "180 Ringing",
    "200 OK",
    "POST /voice",
    "<Gather>",
    "Digits=1",
    "RecordingStatus=completed",
    "DialCallStatus=completed",
    "486 Busy Here",
    "403 Forbidden",
)
HEARD = ["1-message.wav", "2-colleague.wav"]


async def start_demo(folder: Path, *arguments: str, scratch: Path) -> asyncio.subprocess.Process:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RINGBACK_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ringback", "demo", "--folder", str(folder), *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=environment | {"TMPDIR": str(scratch)}, cwd=scratch,
    )  # fmt: skip


async def test_the_demo_calls_draws_and_keeps_what_was_heard(tmp_path: Path) -> None:
    scratch, folder = tmp_path / "scratch", tmp_path / "audio"
    scratch.mkdir()
    process = await start_demo(folder, scratch=scratch)
    out, err = await asyncio.wait_for(process.communicate(), 180)
    told = out.decode()
    assert (process.returncode, err.decode()) == (0, ""), told
    for line in SHOWN:
        assert line in told, line
    assert told.count("as it should") == 4
    assert sorted(path.name for path in folder.iterdir()) == HEARD
    for name in HEARD:
        heard = read_wav(folder / name)
        assert len(heard) > 8000
        assert np.abs(heard).max() > 2000
    assert list(scratch.glob("ringback-*")) == []


async def test_keep_stays_up_until_it_is_interrupted_also_when_port_5060_is_taken(tmp_path: Path) -> None:
    scratch = Path(tempfile.mkdtemp(dir=tmp_path))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        try:
            taken.bind(("127.0.0.1", 5060))
        except OSError:
            pass  # somebody else has it, which is as good
        process = await start_demo(tmp_path / "audio", "--keep", scratch=scratch)
        assert process.stdout is not None
        lines: list[str] = []
        async with asyncio.timeout(180):
            while not lines or "Press Ctrl-C" not in lines[-1]:
                line = await process.stdout.readline()
                assert line, lines
                lines.append(line.decode())
        told = "".join(lines)
        assert "Port 5060 is taken, so the server listens on a free one" in told
        proxy = next(line.split()[1] for line in lines if line.strip().startswith("proxy"))
        assert proxy.startswith("127.0.0.1:")
        assert proxy != "127.0.0.1:5060"
        await still_answers(proxy)
        process.send_signal(signal.SIGINT)
        _, err = await asyncio.wait_for(process.communicate(), 20)
    assert (process.returncode, err.decode()) == (0, "")
    assert list(scratch.glob("ringback-*")) == []


async def still_answers(proxy: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ringback", "call", "sip:closed@demo.sip.localhost", "--proxy", proxy,
        "--user", "alice", "--password", "a-long-Passw0rd",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(), 20)
    assert b"refused the call: 486" in out


async def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    process = await start_demo(tmp_path / "taken" / "audio", scratch=tmp_path)
    _, told = await asyncio.wait_for(process.communicate(), 180)
    assert process.returncode == 2
    assert told.decode() == f"--folder {tmp_path}/taken/audio: it cannot be made: Not a directory\n"
