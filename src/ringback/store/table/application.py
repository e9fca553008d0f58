"""Voice apps."""

from sqlalchemy import Column, Table

from ringback.store.column_type import SafeText
from ringback.store.table.column import metadata, origin_column, owner_column, sid_column, voice_url_columns

application = Table(
    "application",
    metadata,
    sid_column(),
    owner_column("account.sid", "account_sid"),
    Column("friendly_name", SafeText, nullable=False),
    *voice_url_columns(),
    origin_column(),
)
