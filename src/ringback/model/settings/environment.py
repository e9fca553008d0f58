"""Settings from environment variables: `RINGBACK_SIP__LISTEN` is `listen` in `[sip]`, and counts over the file."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from ringback.model.settings.value import EnvironmentText

PREFIX = "RINGBACK_"
DELIMITER = "__"


def variable_of(location: Sequence[int | str]) -> str:
    """The environment variable of a setting, as far as variables reach: not into lists."""
    names = itertools.takewhile(lambda part: isinstance(part, str), location)
    return (PREFIX + DELIMITER.join(map(str, names))).upper()


class EnvironmentSource(PydanticBaseSettingsSource):
    """The variables of one environment as nested tables of text.

    A variable with `__` behind the prefix names a table and a key, and is refused later when there is no such setting,
    so that a misspelt one does not pass unnoticed. One without names a whole table, as JSON (`RINGBACK_DOMAIN`), and is
    left alone when there is no such table, since other programs may use the prefix too.
    """

    def __init__(self, settings_cls: type[BaseSettings], environ: Mapping[str, str]) -> None:
        super().__init__(settings_cls)
        self._environ = environ

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        value = self().get(field_name)
        return value, field_name, isinstance(value, dict)

    def __call__(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for variable in sorted(self._environ):
            if not variable.upper().startswith(PREFIX):
                continue
            keys = variable[len(PREFIX) :].lower().split(DELIMITER)
            if all(keys) and (len(keys) > 1 or keys[0] in self.settings_cls.model_fields):
                _put(values, keys, EnvironmentText(self._environ[variable]))
        return values


def _put(values: dict[str, Any], keys: list[str], text: EnvironmentText) -> None:
    table = values
    for key in keys[:-1]:
        inner = table.setdefault(key, {})
        if not isinstance(inner, dict):  # the whole table was given too: the longer name counts
            inner = table[key] = {}
        table = inner
    table[keys[-1]] = text


def overlay(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """`lower` with the values of `upper` over it, table by table."""
    merged = dict(lower)
    for key, value in upper.items():
        below = merged.get(key)
        merged[key] = overlay(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged
