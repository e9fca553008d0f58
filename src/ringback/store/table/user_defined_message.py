"""User-defined messages of calls, and who subscribed to them."""

from sqlalchemy import Column, Index, String, Table

from ringback.store.column_type import SafeText, UtcDateTime
from ringback.store.table.column import metadata, sid_column

user_defined_message = Table(
    "user_defined_message",
    metadata,
    sid_column(),
    sid_column("account_sid", primary_key=False),
    sid_column("call_sid", primary_key=False),
    Column("content", SafeText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("idempotency_key", String(255)),
    Index(None, "call_sid", "idempotency_key"),
)

message_subscription = Table(
    "message_subscription",
    metadata,
    sid_column(),
    sid_column("account_sid", primary_key=False),
    sid_column("call_sid", primary_key=False),
    Column("callback", SafeText, nullable=False),
    Column("method", String(4), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("idempotency_key", String(255)),
    Index(None, "call_sid", "idempotency_key"),
)
