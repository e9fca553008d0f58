"""Audio: CPU per 100 legs that hear a file and how it grows, late ticks, memory per leg, beside the kernel's own limit.

Phones and engine are two processes on loopback. Only the engine's own thread is counted (its CPU clock), so the phones
cost nothing but the core they run on. `talks` says whether the phones send too, as in a call.
"""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from rich.table import Table

from bench import codec_cost, media_mix
from bench.side_process import ROOT, SETTLE_SECONDS, SideProcess

LEGS = (10, 100, 500, 1000, 2500)
SECONDS = 5.0
AIM_LATE_MS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One size. `microseconds` of CPU are per leg and tick: one packet sent, and one received if the phones talk."""

    legs: int
    talks: bool
    percent_per_100: float
    microseconds: float
    ticks: int
    late_ticks: int
    worst_ms: float
    kilobytes: float
    packets_per_second: float


def loopback_limit() -> float:
    """Microseconds of CPU for one `recv` and one `send` of an RTP packet, and nothing else."""
    command = ["cargo", "run", "--release", "--quiet", "-p", "ringback-media", "--example", "loopback_limit"]
    done = subprocess.run(command, cwd=ROOT / "rust", capture_output=True, text=True, check=True)
    return float(done.stdout)


def measure(legs: int, *, talks: bool, seconds: float = SECONDS) -> Row:
    """So many legs hear a file."""
    with ExitStack() as stack:
        engine, phones = stack.enter_context(SideProcess(30_000)), stack.enter_context(SideProcess(40_000))
        engine_ports, phone_ports = engine.call("open", legs), phones.call("open", legs)
        phones.call("connect", engine_ports, talks)
        engine.call("connect", phone_ports, True)
        engine.call("play", 10.0)
        engine.call("measure", SETTLE_SECONDS)
        result = engine.call("measure", seconds)
    cpu, elapsed = result["cpu_seconds"], result["elapsed"]
    return Row(
        legs=legs,
        talks=talks,
        percent_per_100=100 * cpu / elapsed * 100 / legs,
        microseconds=1e6 * cpu / elapsed / 50 / legs,
        ticks=int(result["ticks"]),
        late_ticks=int(result["late_ticks"]),
        worst_ms=result["worst_tick_ms"],
        kilobytes=result["bytes_per_leg"] / 1000,
        packets_per_second=(result["packets_in"] + result["packets_out"]) / elapsed,
    )


def rows() -> list[Row]:
    return [measure(legs, talks=talks) for talks in (True, False) for legs in LEGS]


def run() -> Iterator[Table]:
    limit = loopback_limit()
    table = Table(title="Legs that hear a file, on one engine thread")
    for heading in ("legs", "phones", "CPU % of a core per 100 legs", "µs per leg and tick", "packets/s"):
        table.add_column(heading, justify="right")
    for heading in ("late turns", "worst ms", "kB per leg"):
        table.add_column(heading, justify="right")
    for row in rows():
        table.add_row(
            str(row.legs),
            "talk" if row.talks else "listen",
            f"{row.percent_per_100:.2f}",
            f"{row.microseconds:.2f}",
            f"{row.packets_per_second:,.0f}",
            f"{row.late_ticks} of {row.ticks}",
            f"{row.worst_ms:.1f}",
            f"{row.kilobytes:.1f}",
        )
    table.caption = (
        f"The limit, raw recv and send of the same packet: {limit:.2f} µs, so {20_000 / limit:,.0f} talking legs on a "
        f"core if nothing else were done. Late: done more than {AIM_LATE_MS:.0f} ms after it was due."
    )
    yield table
    yield codec_cost.run()
    yield from media_mix.run()
