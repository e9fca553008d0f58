"""Column types that give `model.record` its values back as they were, on SQLite and on PostgreSQL alike."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import DateTime, String, Text, TypeDecorator
from sqlalchemy.engine import Dialect

MAX_TEXT = 64 * 1024  # characters; the largest TwiML document (webhooks.md section 8)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, always timezone-aware in UTC. SQLite has no time zones: there it is kept without and read back with."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times in records are timezone-aware")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class SafeText(TypeDecorator[str]):
    """Text that a stranger may have sent: cut at `MAX_TEXT`, and what a database refuses in text is replaced."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class EnumText(TypeDecorator[Any]):
    """A `StrEnum` by its value."""

    impl = String(32)
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else str(self.enum(value).value)

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.enum(value)


class Lines(TypeDecorator[tuple[str, ...]]):
    """A tuple of words, one a line."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        return None if value is None else "\n".join(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(value.split("\n") if value else ())


class JsonText(TypeDecorator[Mapping[str, Any]]):
    """A flat object of plain values, as JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, Any] | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(dict(value))  # ASCII, so that every database takes it

    def process_result_value(self, value: str | None, dialect: Dialect) -> Mapping[str, Any] | None:
        return None if value is None else MappingProxyType(json.loads(value))


class PairList(TypeDecorator[tuple[tuple[str, str], ...]]):
    """Names and values in their order, exactly as they are: ASCII JSON text, never cut."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[tuple[str, str], ...] | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[tuple[str, str], ...] | None:
        return None if value is None else tuple((name, content) for name, content in json.loads(value))


def storable(text: str) -> str:
    """PostgreSQL takes no NUL, UTF-8 no lone surrogate: both become U+FFFD."""
    return text[:MAX_TEXT].replace("\x00", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")
