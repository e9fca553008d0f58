"""The command names, and that help costs no import of the audio engine."""

import importlib
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from ringback import __version__
from ringback.cli.app import COMMANDS, app

runner = CliRunner()


def test_the_commands_are_those_of_the_contract() -> None:
    assert list(COMMANDS) == ["serve", "demo", "call", "check"]


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_a_function_of_its_name(name: str) -> None:
    module, summary = COMMANDS[name]
    assert callable(getattr(importlib.import_module(module), name))
    assert summary.endswith(".")


def test_help_lists_every_command() -> None:
    result = runner.invoke(app, ["--help"])
    assert result.exit_code == 0
    for name, (_, summary) in COMMANDS.items():
        assert name in result.output
        assert summary.split()[0] in result.output


def test_the_version_is_printed() -> None:
    result = runner.invoke(app, ["--version"])
    assert (result.exit_code, result.output) == (0, f"ringback {__version__}\n")


@pytest.mark.parametrize("arguments", [["chek"], ["check", "--nope"], ["check", "extra"], ["serve", "-c"]])
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    result = runner.invoke(app, arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_check_does_not_load_what_only_calls_need() -> None:
    """A settings check has to work, and fast, also where the audio engine cannot be loaded."""
    heavy = "[name for name in sys.modules if name.startswith(('ringback.media', 'ringback.sip', 'hibari'))]"
    program = f"import sys; import ringback.cli.check; print({heavy})"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
