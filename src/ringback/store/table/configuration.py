"""How often the configuration has changed: one row."""

from sqlalchemy import Column, Integer, Table

from ringback.store.table.column import metadata

configuration_change = Table(
    "configuration_change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("changes", Integer, nullable=False),
)
