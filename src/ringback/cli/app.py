"""All commands under one name. A command's module is imported when it is asked for: `check` needs no audio engine."""

import importlib
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ringback import __version__

COMMANDS = {
    "serve": ("ringback.cli.serve", "Run the server."),
    "demo": ("ringback.cli.demo", "Watch calls being answered: server, sample app and phone in one."),
    "call": ("ringback.cli.call", "Call a SIP address: a phone for scripts."),
    "check": ("ringback.cli.check", "Validate settings and say what would be served."),
}
"""Command name to the module that has a function of that name, and what the command does."""


class LazyGroup(TyperGroup):
    """Commands by name, in the order of `COMMANDS`."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, imported now; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        single.command(cmd_name)(getattr(importlib.import_module(COMMANDS[cmd_name][0]), cmd_name))
        return typer.main.get_command(single)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list of commands for `--help`, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


app = typer.Typer(
    name="ringback",
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Ringback runs Twilio voice apps on your own machine: SIP in, TwiML over HTTP, RTP audio.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ringback {__version__}")
        raise typer.Exit


@app.callback()
def ringback(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Ringback runs Twilio voice apps on your own machine: SIP in, TwiML over HTTP, RTP audio."""


def main() -> None:
    """The console script `ringback`."""
    app()
