"""Audio between legs: CPU per 100 bridged legs, per 100 recorded legs, and per conference, in both kinds of codec.

Every phone talks. Percentages are of one core, of the engine's own thread; the writer of recordings is counted apart.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from rich.table import Table

from bench.side_process import SETTLE_SECONDS, SideProcess

SECONDS = 5.0
CONFERENCES = (10, 50, 250)
LEGS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the legs do: `order` goes to the measured side."""

    name: str
    legs: int
    order: tuple[object, ...] = ()
    codec: str = "PCMU"


def scenes(folder: str) -> Iterator[Scene]:
    yield Scene(name="alone, and silent", legs=LEGS)
    yield Scene(name="bridged in pairs", legs=LEGS, order=("bridge",))
    yield Scene(name="recorded, both sides", legs=LEGS, order=("record", folder))
    yield Scene(name="tapped, received", legs=LEGS, order=("tap",))
    for codec in ("G722", "opus"):
        yield Scene(name="alone, and silent", legs=LEGS, codec=codec)
        yield Scene(name="bridged in pairs", legs=LEGS, order=("bridge",), codec=codec)
    for legs in CONFERENCES:
        yield Scene(name="one conference", legs=legs, order=("meet",))
    yield Scene(name="one conference", legs=CONFERENCES[-1], order=("meet",), codec="G722")
    yield Scene(name="one conference", legs=CONFERENCES[1], order=("meet",), codec="opus")


def measure(scene: Scene) -> dict[str, float]:
    with ExitStack() as stack:
        engine, phones = stack.enter_context(SideProcess(30_000)), stack.enter_context(SideProcess(40_000))
        engine_ports, phone_ports = engine.call("open", scene.legs), phones.call("open", scene.legs)
        phones.call("connect", engine_ports, True, scene.codec)
        engine.call("connect", phone_ports, True, scene.codec)
        phones.call("play", 10.0)
        if scene.order:
            engine.call(*scene.order)
        engine.call("measure", SETTLE_SECONDS)
        result: dict[str, float] = engine.call("measure", SECONDS)
        return result


def run() -> Iterator[Table]:
    table = Table(title="Legs that hear each other, on one engine thread; all phones talk")
    for heading in ("what", "codec", "legs", "CPU % of a core", "per 100 legs", "writer %", "late turns", "worst ms"):
        table.add_column(heading, justify="left" if heading in ("what", "codec") else "right")
    with tempfile.TemporaryDirectory() as folder:
        for scene in scenes(folder):
            result = measure(scene)
            percent = 100 * result["cpu_seconds"] / result["elapsed"]
            table.add_row(
                scene.name,
                scene.codec,
                str(scene.legs),
                f"{percent:.2f}",
                f"{percent * 100 / scene.legs:.2f}",
                f"{100 * result['writer_seconds'] / result['elapsed']:.2f}",
                f"{result['late_ticks']:.0f} of {result['ticks']:.0f}",
                f"{result['worst_tick_ms']:.1f}",
            )
    yield table
