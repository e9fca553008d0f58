"""What a call leaves behind."""

from sqlalchemy import Column, Index, Integer, String, Table

from ringback.model.call_status import CallStatus, Direction
from ringback.store.column_type import EnumText, SafeText, UtcDateTime
from ringback.store.table.column import metadata, sid_column

call = Table(
    "call",
    metadata,
    sid_column(),
    sid_column("account_sid", primary_key=False),
    Column("from_", SafeText, nullable=False),
    Column("to", SafeText, nullable=False),
    Column("direction", EnumText(Direction), nullable=False),
    Column("status", EnumText(CallStatus), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    sid_column("parent_call_sid", primary_key=False, nullable=True),
    Column("sip_call_id", SafeText),
    Column("answered_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("sip_response_code", Integer),
    Column("started_at", UtcDateTime),
    Column("updated_at", UtcDateTime),
    Column("answered_by", String(32)),
    Column("caller_name", SafeText),
    Column("forwarded_from", SafeText),
    sid_column("phone_number_sid", primary_key=False, nullable=True),
    Column("queue_ms", Integer, nullable=False),
    Column("node", String(64), nullable=False),
    Index(None, "account_sid", "created_at"),
    Index(None, "parent_call_sid"),
    Index(None, "node", "ended_at"),
)

message = Table(
    "message",
    metadata,
    sid_column(),
    sid_column("account_sid", primary_key=False),
    sid_column("call_sid", primary_key=False),
    Column("from_", SafeText, nullable=False),
    Column("to", SafeText, nullable=False),
    Column("body", SafeText, nullable=False),
    Column("status", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "account_sid", "created_at"),
    Index(None, "call_sid"),
)
