"""Every setting as one row: key, type, default, help. The page `docs/reference/settings.md` is made from this table."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from ringback.model.settings.address import PortRange
from ringback.model.settings.environment import variable_of
from ringback.model.settings.problem import models_in
from ringback.model.settings.settings import Settings

_TYPE_WORDS: Mapping[type, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    Path: "path",
    SecretStr: "text",
    str: "text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """One setting as a person reads it. `variable` is None where the environment does not reach."""

    table: str
    name: str
    type: str
    default: str
    help: str
    variable: str | None

    @property
    def key(self) -> str:
        return f"{self.table}.{self.name}"


def settings_table() -> tuple[SettingRow, ...]:
    """All settings in the order of the file."""
    return tuple(row for table, field in Settings.model_fields.items() for row in _rows(table, field))


def is_list_of_tables(table: str) -> bool:
    """True for `[[domain]]`, `[[number]]`, `[[trunk]]` and `[[application]]`."""
    return isinstance(Settings.model_fields[table].default, tuple)


def _rows(table: str, field: FieldInfo) -> Iterator[SettingRow]:
    section: type[BaseModel] = models_in(field.annotation)[0]
    repeated = is_list_of_tables(table)
    for name, setting in section.model_fields.items():
        yield SettingRow(
            table=table,
            name=name,
            type=_type_of(setting),
            default=_default_of(setting),
            help=re.sub(r"\s+", " ", setting.description or ""),
            variable=None if repeated else variable_of((table, name)),
        )


def _type_of(setting: FieldInfo) -> str:
    """The TOML type, in words."""
    default = setting.get_default(call_default_factory=True, validated_data={})
    if isinstance(default, PortRange):
        return "list of two numbers"
    if isinstance(default, tuple):
        return "list of text"
    if isinstance(default, dict):
        return "table of text"
    annotation = str(setting.annotation)
    for kind, words in _TYPE_WORDS.items():
        if isinstance(default, kind) or kind.__name__ in annotation:
            return words
    return "text"


def _default_of(setting: FieldInfo) -> str:
    """The default as it would be written in the file."""
    if setting.is_required():
        return "required"
    default = setting.get_default(call_default_factory=True, validated_data={})
    return "not set" if default is None else _toml(default)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, PortRange):
        return f"[{value.first}, {value.last}]"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return "{}" if value == {} else f'"{value}"'
