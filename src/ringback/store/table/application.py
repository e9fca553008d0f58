"""Voice apps."""

from sqlalchemy import Column, Index, Table

from ringback.store.column_type import JsonText, SafeText
from ringback.store.table.column import (
    date_columns,
    metadata,
    origin_column,
    owner_column,
    sid_column,
    voice_url_columns,
)

application = Table(
    "application",
    metadata,
    sid_column(),
    owner_column("account.sid", "account_sid"),
    Column("friendly_name", SafeText, nullable=False),
    *voice_url_columns(),
    origin_column(),
    *date_columns(),
    Column("carried", JsonText, nullable=False),
    Index(None, "account_sid", "created_at"),
)
