"""baresip as the phone: a whole user agent that is not ours, speaking a file and keeping what it hears."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

TELEPHONE = "PCMU/8000/1"

CONFIG = """
poll_method epoll
sip_listen 127.0.0.1:0
call_local_timeout 30
audio_player aubridge,nil
audio_source aufile,{spoken}
audio_alert aubridge,nil
ausrc_srate {rate}
auplay_srate {rate}
ausrc_channels 1
auplay_channels 1
audio_level no
rtp_ports 31000-31998
module_path /usr/lib/baresip/modules
module g711.so
module opus.so
module aufile.so
module aubridge.so
module sndfile.so
snd_path {heard}
module_tmp account.so
module_app menu.so
"""


async def call_with_baresip(
    *,
    uri: str,
    proxy_port: int,
    user: str,
    password: str,
    spoken: Path,
    heard: Path,
    folder: Path,
    seconds: float,
    codec: str = TELEPHONE,
) -> str:
    """Place a call of at most `seconds`; `heard` is a folder for what it hears. `codec` is the only one it offers; the
    file it speaks is at that rate. Returns what baresip printed.
    """
    folder.mkdir()
    host = uri.rpartition("@")[2]
    account = (
        f'<sip:{user}@{host}>;auth_user={user};auth_pass={password};outbound="sip:127.0.0.1:{proxy_port};transport=udp"'
        f";regint=0;audio_codecs={codec}\n"
    )
    (folder / "config").write_text(CONFIG.format(heard=heard, spoken=spoken, rate=codec.split("/")[1]))
    (folder / "accounts").write_text(account)
    (folder / "contacts").write_text("")
    process = await asyncio.create_subprocess_exec(
        "baresip", "-f", str(folder), "-4", "-e", f"/dial {uri}", "-t", str(int(seconds)),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, stdin=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(seconds + 15):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return output.decode(errors="replace")


@contextlib.asynccontextmanager
async def registered_baresip(
    *, user: str, password: str, domain: str, proxy_port: int, spoken: Path, heard: Path, folder: Path
) -> AsyncIterator[None]:
    """A baresip that registers, answers every call at once, and stays until the end of the context."""
    folder.mkdir()
    account = (
        f'<sip:{user}@{domain}>;auth_user={user};auth_pass={password};outbound="sip:127.0.0.1:{proxy_port};transport=udp"'
        f";regint=600;answermode=auto;audio_codecs={TELEPHONE}\n"
    )
    (folder / "config").write_text(CONFIG.format(heard=heard, spoken=spoken, rate=8000))
    (folder / "accounts").write_text(account)
    (folder / "contacts").write_text("")
    process = await asyncio.create_subprocess_exec(
        "baresip", "-f", str(folder), "-4", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        stdin=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    printed = ""
    try:
        async with asyncio.timeout(15):
            while "200 OK" not in printed:
                line = await process.stdout.readline()
                assert line, f"baresip left: {printed}"
                printed += line.decode(errors="replace")
        yield
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
