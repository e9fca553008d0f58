"""What a codec costs without the network: CPU for a leg and tick, by the engine's own example `codec_cost`."""

import subprocess

from rich.table import Table

from bench.side_process import ROOT

HEADINGS = ("codec", "µs, talks and hears a voice", "µs, hears a voice", "µs, in a conference of 250 who talk")


def rows() -> list[list[str]]:
    command = ["cargo", "run", "--release", "--quiet", "-p", "ringback-media", "--example", "codec_cost"]
    done = subprocess.run(command, cwd=ROOT / "rust", capture_output=True, text=True, check=True)
    return [line.split() for line in done.stdout.splitlines()]


def run() -> Table:
    table = Table(title="Codecs: CPU for each leg and tick of 20 ms, decoding, mixing and encoding, no network")
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading == "codec" else "right")
    for row in rows():
        table.add_row(*row)
    return table
