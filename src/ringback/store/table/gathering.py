"""Where calls meet."""

from sqlalchemy import Column, Index, Integer, String, Table

from ringback.model.record import ConferenceStatus
from ringback.store.column_type import EnumText, SafeText
from ringback.store.table.column import date_columns, metadata, sid_column

conference = Table(
    "conference",
    metadata,
    sid_column(),
    sid_column("account_sid", primary_key=False),
    Column("friendly_name", SafeText, nullable=False),
    Column("status", EnumText(ConferenceStatus), nullable=False),
    *date_columns(),
    Column("region", String(16)),
    Column("reason_ended", String(64)),
    sid_column("ended_by", primary_key=False, nullable=True),
    Column("node", String(64), nullable=False),
    Index(None, "account_sid", "created_at"),
    Index(None, "account_sid", "friendly_name"),
    Index(None, "node", "status"),
)

queue = Table(
    "queue",
    metadata,
    sid_column(),
    sid_column("account_sid", primary_key=False),
    Column("friendly_name", SafeText, nullable=False),
    Column("max_size", Integer, nullable=False),
    *date_columns(),
    Index(None, "account_sid", "friendly_name", unique=True),
    Index(None, "account_sid", "created_at"),
)
