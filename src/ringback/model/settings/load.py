"""Text and environment in, `Settings` out, or every problem at once. Reads no file: that is the command line's."""

import tomllib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ringback.model.settings.environment import EnvironmentSource, overlay
from ringback.model.settings.errors import SettingProblem, SettingsError
from ringback.model.settings.problem import problems_of
from ringback.model.settings.settings import Settings

MAX_FILE_BYTES = 4 * 1024 * 1024


def settings_from_toml(text: str, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings of a file's text, with the variables of `environ` over it. Raises `SettingsError`."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        sentence = f"The settings file is not TOML: {error}."
        raise SettingsError((SettingProblem(key="", sentence=sentence),)) from None
    return settings_from_mapping(values, environ)


def settings_from_mapping(values: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Settings:
    """Settings of tables as `tomllib` gives them, with the variables of `environ` over them. Raises `SettingsError`."""
    merged = overlay(values, EnvironmentSource(Settings, environ or {})())
    try:
        return Settings(**merged)
    except ValidationError as error:
        raise SettingsError(problems_of(Settings, error.errors(include_url=False))) from None
