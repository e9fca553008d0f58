"""Between records and rows: the same names on both sides, and one statement that writes what is new or has changed."""

import dataclasses
import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Executable, Row, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Record = TypeVar("Record")


def to_row(record: object) -> dict[str, Any]:
    """The fields of a record, by name."""
    return {name: getattr(record, name) for name in _names(type(record))}  # type: ignore[arg-type]


def to_record(kind: type[Record], row: Row[Any]) -> Record:
    """A record of the columns that it has fields for."""
    names = _names(kind)  # type: ignore[arg-type]
    return kind(**{name: value for name, value in zip(row._fields, row, strict=True) if name in names})


@functools.cache
def _names(kind: Any) -> Mapping[str, None]:
    """The fields of a kind of record, in order; read from the class once."""
    return dict.fromkeys(field.name for field in dataclasses.fields(kind))


def to_records(kind: type[Record], rows: Iterable[Row[Any]]) -> tuple[Record, ...]:
    return tuple(to_record(kind, row) for row in rows)


async def upsert(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace those whose primary key is there. All rows have the same columns."""
    if not rows:
        return
    statement = _upsert(table, connection.dialect.name, tuple(rows[0]))
    await connection.execute(statement, list(rows))


@functools.cache
def _upsert(table: Table, dialect: str, names: tuple[str, ...]) -> Executable:
    """Made once: the writer behind the calls needs it some twenty times a second."""
    keys = [column.name for column in table.primary_key.columns]
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(table)
    changed = {name: statement.excluded[name] for name in names if name not in keys}
    if changed:
        return statement.on_conflict_do_update(index_elements=keys, set_=changed)
    return statement.on_conflict_do_nothing(index_elements=keys)
