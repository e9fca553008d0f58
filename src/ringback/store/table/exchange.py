"""What was asked of apps, and what came back."""

from sqlalchemy import Column, Index, Integer, String, Table

from ringback.store.column_type import PairList, SafeText, UtcDateTime
from ringback.store.table.column import metadata, sid_column

exchange = Table(
    "exchange",
    metadata,
    sid_column(),
    sid_column("account_sid", primary_key=False),
    sid_column("call_sid", primary_key=False, nullable=True),
    Column("method", String(4), nullable=False),
    Column("url", SafeText, nullable=False),
    Column("parameters", PairList, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("status", Integer),
    Column("error_code", Integer),
    Column("content_type", SafeText),
    Column("body", SafeText),
    Index(None, "call_sid", "created_at"),
    Index(None, "created_at"),
)
