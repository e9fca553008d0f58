"""Callbacks: until they are sent, and a while after."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from ringback.model.record import CallbackKind, CallbackState
from ringback.store.column_type import EnumText, PairList, SafeText, UtcDateTime
from ringback.store.table.column import metadata, sid_column

callback = Table(
    "callback",
    metadata,
    sid_column(),
    sid_column("account_sid", primary_key=False),
    sid_column("call_sid", primary_key=False),
    Column("kind", EnumText(CallbackKind), nullable=False),
    Column("url", SafeText, nullable=False),
    Column("method", String(4), nullable=False),
    Column("parameters", PairList, nullable=False),
    Column("state", EnumText(CallbackState), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("token", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("error_code", Integer),
    Column("node", String(64), nullable=False),
    Index(None, "node", "state", "sequence"),
    Index(None, "account_sid", "created_at"),
    Index(None, "call_sid", "sequence"),
    Index(None, "finished_at"),
)
