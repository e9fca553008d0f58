"""Accounts."""

from sqlalchemy import Column, Table

from ringback.store.column_type import SafeText
from ringback.store.table.column import metadata, origin_column, sid_column

account = Table(
    "account",
    metadata,
    sid_column(),
    Column("auth_token", SafeText, nullable=False),
    Column("friendly_name", SafeText, nullable=False),
    origin_column(),
)
