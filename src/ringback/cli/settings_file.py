"""Reads the settings file for the commands that need one; what is wrong with it ends the command with exit code 2."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ringback.model.settings import SettingProblem, Settings, SettingsError, settings_from_toml
from ringback.model.settings.environment import PREFIX
from ringback.model.settings.load import MAX_FILE_BYTES

DEFAULT_FILE = Path("ringback.toml")
WRONG = 2

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        help=f"The settings file; {DEFAULT_FILE} in the working directory when not given. Environment variables that"
        f" begin with {PREFIX} count over it.",
        show_default=False,
    ),
]


def read_settings(path: Path | None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings of the file and the environment. Raises `SettingsError`.

    Without a path and without the default file, the environment alone may be enough.
    """
    if path is None and not DEFAULT_FILE.exists():
        return _from_environment_alone(environ)
    return settings_from_toml(_text(path or DEFAULT_FILE), environ)


def settings_or_exit(path: Path | None) -> Settings:
    """The settings, or every problem on stderr and exit code 2."""
    try:
        return read_settings(path)
    except SettingsError as error:
        fail(str(error))


def fail(message: str, code: int = WRONG) -> NoReturn:
    """End the command with a message for people on stderr."""
    typer.echo(message, err=True)
    raise typer.Exit(code)


def _from_environment_alone(environ: Mapping[str, str]) -> Settings:
    try:
        return settings_from_toml("", environ)
    except SettingsError as error:
        if any(variable.startswith(PREFIX) for variable in environ):
            raise
        sentence = f"There is no {DEFAULT_FILE} in {Path.cwd()}; write one, or name another with -c FILE."
        raise SettingsError((SettingProblem(key="", sentence=sentence),)) from error


def _text(path: Path) -> str:
    """The file's text. Raises `SettingsError` for a file that cannot be read."""
    try:
        data = path.read_bytes() if path.is_file() else None
        reason = "it is not a file" if path.exists() else "it does not exist"
    except OSError as error:
        data, reason = None, error.strerror or str(error)
    if data is not None and len(data) > MAX_FILE_BYTES:
        data, reason = None, f"it is larger than {MAX_FILE_BYTES} bytes"
    try:
        if data is not None:
            return data.decode()
    except UnicodeDecodeError as error:
        reason = f"it is not UTF-8 ({error.reason} at byte {error.start})"
    raise SettingsError((SettingProblem(key="", sentence=f"The settings file {path} cannot be read: {reason}."),))
