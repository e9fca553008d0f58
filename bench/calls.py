"""Calls against a running server: set-up with a webhook each, and memory per call that is held.

sipp calls, a voice app in a process of its own answers, `ringback serve` is measured from outside (/proc), so that
neither the caller's nor the app's CPU is counted.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from bench.process import cpu_seconds, resident_bytes

AIM_CPU_MS = 3.0
AIM_CALL_KB = 100.0
DOMAIN = "bench.sip.localhost"

SETTINGS = """
[sip]
listen = ["udp:127.0.0.1:0"]
[media]
ports = [30000, 39999]
[http]
listen = "127.0.0.1:0"
[limits]
calls = 10000
[log]
level = "warning"
[account]
auth_token = "0123456789abcdef0123456789abcdef"
[[domain]]
name = "{domain}"
voice_url = "http://127.0.0.1:{app_port}/{page}"
allow = ["127.0.0.1/32"]
"""

APP = """
import sys, uvloop, asyncio
from aiohttp import web
PAGES = {"hangup": "<Hangup/>", "hold": "<Gather timeout='600'/>"}
async def page(request):
    return web.Response(text=f"<Response>{PAGES[request.match_info['name']]}</Response>", content_type="text/xml")
async def main():
    app = web.Application()
    app.router.add_post("/{name}", page)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()
uvloop.run(main())
"""

CALLER = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="caller">
<send retrans="500"><![CDATA[
INVITE sip:hello@{domain} SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:bench@{domain}>;tag=[pid]SIPpTag00[call_number]
To: <sip:hello@{domain}>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:bench@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=bench 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio {rtp_port} RTP/AVP 0 101
a=rtpmap:101 telephone-event/8000
]]></send>
<recv response="100" optional="true"/>
<recv response="180"/>
<recv response="200" rtd="true" rrs="true"/>
<send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:bench@{domain}>;tag=[pid]SIPpTag00[call_number]
To: <sip:hello@{domain}>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
{ending}
</scenario>
"""

THEY_HANG_UP = """<recv request="BYE"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>"""

WE_HANG_UP = """<pause milliseconds="{hold_ms}"/>
<send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:bench@{domain}>;tag=[pid]SIPpTag00[call_number]
To: <sip:hello@{domain}>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>"""


@dataclass(frozen=True, slots=True)
class Running:
    """A server under test."""

    pid: int
    sip_port: int


@contextlib.contextmanager
def voice_app() -> Iterator[int]:
    """An app that answers at once; yields its port."""
    process = subprocess.Popen([sys.executable, "-c", APP], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@contextlib.contextmanager
def server(folder: Path, app_port: int, page: str) -> Iterator[Running]:
    (folder / "ringback.toml").write_text(SETTINGS.format(domain=DOMAIN, app_port=app_port, page=page))
    process = subprocess.Popen(
        [sys.executable, "-m", "ringback", "serve", "-c", "ringback.toml"],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ,
    )
    assert process.stdout is not None
    try:
        ready = json.loads(process.stdout.readline())
        yield Running(process.pid, int(ready["sip"][0].rsplit(":", 1)[1]))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        process.stdout.close()


def run_sipp(
    folder: Path, running: Running, *, calls: int, rate: int, ending: str, rtp_port: int = 9
) -> subprocess.Popen[str]:
    scenario = folder / "caller.xml"
    scenario.write_text(CALLER.format(domain=DOMAIN, ending=ending, rtp_port=rtp_port))
    return subprocess.Popen(
        ["sipp", f"127.0.0.1:{running.sip_port}", "-sf", str(scenario), "-i", "127.0.0.1", "-mi", "127.0.0.1",
         "-m", str(calls), "-l", "5000", "-r", str(rate), "-nostdin", "-timeout", "120", "-deadcall_wait", "0"],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def set_up_rows(folder: Path, app_port: int) -> Iterator[tuple[str, str, str, str]]:
    """INVITE, webhook, 200, ACK, BYE: CPU of the server per call, at rising rates."""
    with server(folder, app_port, "hangup") as running:
        run_sipp(folder, running, calls=100, rate=50, ending=THEY_HANG_UP).wait()
        for rate in (50, 100, 200, 300):
            calls = rate * 8
            before, began = cpu_seconds(running.pid), time.monotonic()
            code = run_sipp(folder, running, calls=calls, rate=rate, ending=THEY_HANG_UP).wait()
            elapsed = time.monotonic() - began
            cpu_ms = (cpu_seconds(running.pid) - before) * 1000 / calls
            verdict = "all ended well" if code == 0 else f"sipp left with {code}"
            yield f"{rate}/s offered", f"{calls / elapsed:.0f}/s", f"{cpu_ms:.2f} ms", verdict


def memory_row(folder: Path, app_port: int, calls: int = 500) -> tuple[str, str, str, str]:
    """Calls that are answered and held: resident memory of the server per call."""
    with server(folder, app_port, "hold") as running:
        run_sipp(folder, running, calls=20, rate=20, ending=WE_HANG_UP.format(domain=DOMAIN, hold_ms=1500)).wait()
        before = resident_bytes(running.pid)
        sipp = run_sipp(folder, running, calls=calls, rate=100, ending=WE_HANG_UP.format(domain=DOMAIN, hold_ms=9000))
        time.sleep(calls / 100 + 3)
        per_call_kb = (resident_bytes(running.pid) - before) / calls / 1000
        sipp.wait()
        return f"{calls} calls held", "", f"{per_call_kb:.0f} kB per call", f"aim {AIM_CALL_KB:.0f} kB"


def run() -> list[Table]:
    table = Table(title="Calls: set-up with a webhook each (UDP, one process)", title_justify="left")
    for heading in ("load", "done", f"server's CPU per call (aim {AIM_CPU_MS} ms)", ""):
        table.add_column(heading)
    with voice_app() as app_port, tempfile.TemporaryDirectory() as name:
        for row in set_up_rows(Path(name), app_port):
            table.add_row(*row)
        table.add_row(*memory_row(Path(name), app_port))
    return [table]
