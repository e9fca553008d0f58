"""REST while calls are ordered without pause: how many, and how long reads of the store take.

A client orders one call after the other over REST, sipp answers them, a voice app ends them. Meanwhile another client
reads, one request at a time. Caller, phone, app and reader are processes of their own.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import aiohttp
from rich.table import Table

from bench.calls import voice_app
from bench.process import cpu_seconds

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "0123456789abcdef0123456789abcdef"
ROOT = Path(__file__).parents[1]
PHONE_PORT = 5900
SECONDS = 15.0
ROUNDS_AT_REST = 200

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
level = "error"
[account]
sid = "{account}"
auth_token = "{token}"
"""


class Client:
    """Requests to the REST API of the account, one at a time."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        self._session = session
        self._calls_url = f"{base_url}/2010-04-01/Accounts/{ACCOUNT}/Calls"

    async def make(self, phone: str, voice_url: str) -> str:
        """Order a call; its SID."""
        form = {"To": phone, "From": "client:bench", "Url": voice_url}
        async with self._session.post(f"{self._calls_url}.json", data=form) as answer:
            assert answer.status == 201, await answer.text()
            return str((await answer.json())["sid"])

    async def read(self, call_sid: str) -> None:
        await self._get(f"{self._calls_url}/{call_sid}.json")

    async def page(self) -> None:
        await self._get(f"{self._calls_url}.json?PageSize=50")

    async def _get(self, url: str) -> None:
        async with self._session.get(url) as answer:
            assert answer.status == 200, await answer.text()
            await answer.read()


@contextmanager
def server(folder: Path) -> Iterator[tuple[int, str]]:
    """Its process and the address of its REST API."""
    (folder / "ringback.toml").write_text(SETTINGS.format(account=ACCOUNT, token=TOKEN))
    process = subprocess.Popen(
        [sys.executable, "-m", "ringback", "serve", "-c", "ringback.toml"],
        cwd=folder, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process.pid, json.loads(process.stdout.readline())["http"]
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


@contextmanager
def phone() -> Iterator[str]:
    """sipp, which answers every call; yields its SIP URI."""
    with tempfile.TemporaryDirectory() as name:
        command = ["sipp", "-sn", "uas", "-i", "127.0.0.1", "-p", str(PHONE_PORT), "-mp", "41000", "-nostdin"]
        process = subprocess.Popen(command, cwd=name, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        try:
            yield f"sip:bench@127.0.0.1:{PHONE_PORT}"
        finally:
            process.kill()
            process.wait()


@contextmanager
def caller(base_url: str, phone_uri: str, voice_url: str) -> Iterator[subprocess.Popen[str]]:
    """A process that orders calls without pause until `stop_caller`; it has begun."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.rest", base_url, phone_uri, voice_url],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.wait()


def stop_caller(process: subprocess.Popen[str]) -> int:
    """How many calls it has ordered."""
    made, _ = process.communicate()
    return int(made)


def session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(headers={"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)})


async def order_until_stopped(base_url: str, phone_uri: str, voice_url: str) -> int:
    """How many calls were ordered."""
    loop = asyncio.get_running_loop()
    stopped = loop.run_in_executor(None, sys.stdin.read)
    made = 0
    async with session() as opened:
        client = Client(opened, base_url)
        while not stopped.done():
            await client.make(phone_uri, voice_url)
            made += 1
            if made == 1:
                print("begun", flush=True)
    return made


async def read_until(
    done: Callable[[int], bool], reads: Mapping[str, Callable[[], Awaitable[None]]]
) -> Mapping[str, str]:
    """How long each kind of read took, in turn."""
    taken: dict[str, list[float]] = {name: [] for name in reads}
    rounds = 0
    while not done(rounds):
        for name, read in reads.items():
            began = time.perf_counter()
            await read()
            taken[name].append((time.perf_counter() - began) * 1000)
        rounds += 1
    return {name: shown(times) for name, times in taken.items()}


def shown(times: list[float]) -> str:
    """Milliseconds: the median, the 95th percentile and the longest."""
    ordered = sorted(times)
    return f"{statistics.median(ordered):.0f} / {ordered[int(len(ordered) * 0.95)]:.0f} / {ordered[-1]:.0f} ms"


async def measure(pid: int, base_url: str, phone_uri: str, voice_url: str) -> list[tuple[str, str, str]]:
    async with session() as opened:
        client = Client(opened, base_url)
        sids = [await client.make(phone_uri, voice_url) for _ in range(100)]
        await asyncio.sleep(3)  # until they are over
        reads = {"one call": lambda: client.read(sids[0]), "a page of 50 calls": client.page}
        before = cpu_seconds(pid)
        at_rest = await read_until(lambda rounds: rounds >= ROUNDS_AT_REST, reads)
        read_ms = (cpu_seconds(pid) - before) * 1000 / ROUNDS_AT_REST
        with caller(base_url, phone_uri, voice_url) as process:
            began = time.monotonic()
            under_load = await read_until(lambda rounds: time.monotonic() - began > SECONDS, reads)
            made = await asyncio.to_thread(stop_caller, process)
            elapsed = time.monotonic() - began
    rows = [("at rest", name, times) for name, times in at_rest.items()]
    rows.append(("at rest", "both", f"{read_ms:.1f} ms of CPU"))
    rows += [("under load", name, times) for name, times in under_load.items()]
    rows.append(("under load", "calls ordered", f"{made / elapsed:.0f}/s"))
    return rows


def run() -> list[Table]:
    table = Table(title="REST: reads of the store (median / 95 % / longest)", title_justify="left")
    for heading in ("", "", ""):
        table.add_column(heading)
    with (
        voice_app() as app_port,
        tempfile.TemporaryDirectory() as name,
        server(Path(name)) as (pid, base_url),
        phone() as phone_uri,
    ):
        voice_url = f"http://127.0.0.1:{app_port}/hangup"
        for row in asyncio.run(measure(pid, base_url, phone_uri, voice_url)):
            table.add_row(*row)
    return [table]


if __name__ == "__main__":
    print(asyncio.run(order_until_stopped(*sys.argv[1:])), flush=True)
