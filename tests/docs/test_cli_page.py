"""Every command and every flag is on the page of the command line, and nothing that is not there."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from ringback.cli.app import COMMANDS, app

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"


def section_of(name: str) -> str:
    (section,) = [part for part in PAGE.read_text().split("\n## ") if part.startswith(f"ringback {name}\n")]
    return section


def parameters_of(name: str) -> list[Any]:
    group: Any = typer.main.get_command(app)
    return [parameter for parameter in group.get_command(None, name).params if parameter.name != "help"]


def test_every_command_has_a_section() -> None:
    sections = re.findall(r"^## ringback (\w+)$", PAGE.read_text(), re.MULTILINE)
    assert sorted(sections) == sorted(COMMANDS)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_flag_is_in_the_table_of_its_command(name: str) -> None:
    section = section_of(name)
    for parameter in parameters_of(name):
        names = [*parameter.opts, *parameter.secondary_opts]
        if parameter.param_type_name == "argument":
            names = [parameter.metavar or parameter.name.upper()]
        for flag in names:
            assert flag.strip("{}") in section, f"{name}: {flag}"


@pytest.mark.parametrize("name", list(COMMANDS))
def test_no_flag_is_documented_that_is_not_there(name: str) -> None:
    known = {flag for parameter in parameters_of(name) for flag in (*parameter.opts, *parameter.secondary_opts)}
    documented = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", section_of(name)))
    assert documented <= known
