"""Accounts and their keys."""

from sqlalchemy import Column, String, Table

from ringback.model.record import AccountStatus
from ringback.store.column_type import EnumText, SafeText
from ringback.store.table.column import date_columns, metadata, origin_column, owner_column, sid_column

account = Table(
    "account",
    metadata,
    sid_column(),
    Column("auth_token", SafeText, nullable=False),
    Column("friendly_name", SafeText, nullable=False),
    Column("status", EnumText(AccountStatus), nullable=False),
    Column("owner_sid", String(34), nullable=True, index=True),
    origin_column(),
    *date_columns(),
)

key = Table(
    "key",
    metadata,
    sid_column(),
    owner_column("account.sid", "account_sid"),
    Column("secret_hash", String(64), nullable=False),
    Column("friendly_name", SafeText, nullable=False),
    origin_column(),
    *date_columns(),
)
