"""What an app's author should know."""

from sqlalchemy import Column, Index, Integer, String, Table

from ringback.store.column_type import SafeText, UtcDateTime
from ringback.store.table.column import metadata, sid_column

notification = Table(
    "notification",
    metadata,
    sid_column(),
    sid_column("account_sid", primary_key=False),
    sid_column("call_sid", primary_key=False, nullable=True),
    Column("error_code", Integer, nullable=False),
    Column("level", String(16), nullable=False),
    Column("message", SafeText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("request_url", SafeText),
    Column("request_method", String(16)),
    Column("request_parameters", SafeText),
    Column("response_status", Integer),
    Column("response_headers", SafeText),
    Column("response_body", SafeText),
    Index(None, "account_sid", "created_at"),
    Index(None, "call_sid"),
)
