"""`make bench`: what calls and audio cost on this machine, beside the limit that is measured in the same run."""

import argparse
import importlib
import platform

from rich.console import Console

PARTS = ("media", "calls", "rest")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which parts; all of them by default")
    parts = parser.parse_args().parts or PARTS
    console = Console()
    console.print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    for part in parts:
        for table in importlib.import_module(f"bench.{part}").run():
            console.print(table)


if __name__ == "__main__":
    main()
