"""Turns what pydantic found wrong into sentences: `media.threads is 0, but must be 1 or more.`"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from ringback.model.settings.environment import variable_of
from ringback.model.settings.errors import SettingProblem
from ringback.model.settings.value import EnvironmentText

MAX_SHOWN_VALUE = 80
_URL_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^/\s]*(@)")
SECRET_KEYS = frozenset({"auth_token", "password", "users"})

_TYPES = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
_BOUNDS = {
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "string_too_long": "at most {max_length} characters long",
    "too_long": "at most {max_length} entries long",
}


def key_of(location: Sequence[int | str]) -> str:
    """`("domain", 0, "voice_url")` as it is written: `domain[0].voice_url`."""
    key = ""
    for part in location:
        if isinstance(part, int):
            key += f"[{part}]"
        elif part != "[key]":
            key += f".{part}" if key else part
    return key


def problems_of(model: type[BaseModel], errors: Sequence[ErrorDetails]) -> tuple[SettingProblem, ...]:
    """One problem for each error; an error that speaks of several settings at once gives several."""
    return tuple(problem for error in errors for problem in _problems(model, error))


def _problems(model: type[BaseModel], error: ErrorDetails) -> Iterator[SettingProblem]:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "conflict":
        yield from context["problems"]
        return
    key = key_of(error["loc"])
    if kind == "missing":
        rest = _missing(model, error["loc"])
    elif kind == "extra_forbidden":
        key += _source(error["loc"], error["input"])
        rest = _unknown(model, error["loc"])
    else:
        rest = f"{_shown(error)} must be {_allowed(error, context)}."
    yield SettingProblem(key=key_of(error["loc"]), sentence=f"{key} {rest}")


def _allowed(error: ErrorDetails, context: Mapping[str, Any]) -> str:
    kind = error["type"]
    if kind in ("list_type", "tuple_type") and isinstance(error["input"], Mapping) and len(error["loc"]) == 1:
        return f"a list of tables: write [[{error['loc'][0]}]]"
    if kind in ("not_allowed", "secret_not_allowed"):
        return str(context["expected"])
    if kind in _BOUNDS:
        return _BOUNDS[kind].format(**context)
    return _TYPES.get(kind, f"something else ({error['msg']})")


def _shown(error: ErrorDetails) -> str:
    """`is VALUE, but`: shortened, without control characters, never a secret, and where it came from."""
    value = error["input"]
    source = _source(error["loc"], value)
    if _is_secret(error):
        return f"(value not shown){source}"
    return f"is {_plain(value)}{source}, but"


def _source(location: Sequence[int | str], value: object) -> str:
    """The variable that a value came from, also inside a table that only variables made."""
    while isinstance(value, Mapping) and value:
        name, value = next(iter(value.items()))
        location = (*location, name)
    return f" (from {variable_of(location)})" if isinstance(value, EnvironmentText) else ""


def _is_secret(error: ErrorDetails) -> bool:
    if "[key]" in error["loc"]:  # a user name, not the password
        return False
    return error["type"] == "secret_not_allowed" or bool(SECRET_KEYS & set(map(str, error["loc"])))


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, str):
        shown = _URL_PASSWORD.sub(r"\1***\2", value)
        text = '"' + "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in shown) + '"'
    elif isinstance(value, bool):
        text = str(value).lower()
    else:
        text = repr(value)
    return text if len(text) <= MAX_SHOWN_VALUE else f"{text[:MAX_SHOWN_VALUE]}..."


def _missing(model: type[BaseModel], location: Sequence[int | str]) -> str:
    """With the help of the setting; of a whole missing table, the first setting that has no default."""
    parent = _model_at(model, location[:-1])
    field = parent.model_fields.get(str(location[-1])) if parent else None
    if field is None:
        return "is missing."
    inner = models_in(field.annotation)
    if not inner:
        return _sentence("is missing.", field)
    needed = next(name for name, below in inner[0].model_fields.items() if below.is_required())
    return _sentence(f"is missing; it needs {needed}.", inner[0].model_fields[needed])


def _sentence(start: str, field: FieldInfo) -> str:
    return f"{start} {field.description or ''}".rstrip(" .") + "."


def _unknown(model: type[BaseModel], location: Sequence[int | str]) -> str:
    parent, name = _model_at(model, location[:-1]), str(location[-1])
    known = list(parent.model_fields) if parent else []
    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    if close:
        return f"is not a setting; did you mean {key_of([*location[:-1], close[0]])}?"
    return f"is not a setting; known here are {', '.join(known)}."


def _model_at(model: type[BaseModel], location: Sequence[int | str]) -> type[BaseModel] | None:
    """The section that `location` names, by walking the annotations."""
    here: type[BaseModel] | None = model
    for part in location:
        if isinstance(part, int):
            continue
        field = here.model_fields.get(part) if here else None
        inner = models_in(field.annotation) if field else []
        here = inner[0] if inner else None
    return here


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """Section models named anywhere in an annotation such as `tuple[DomainSettings, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in get_args(annotation) for found in models_in(part)]
