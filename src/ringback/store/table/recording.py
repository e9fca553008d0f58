"""Recordings, and the transcriptions of them."""

from sqlalchemy import Column, Index, Integer, String, Table

from ringback.model.record import RecordingStatus, TranscriptionStatus
from ringback.store.column_type import EnumText, SafeText, UtcDateTime
from ringback.store.table.column import metadata, sid_column

recording = Table(
    "recording",
    metadata,
    sid_column(),
    sid_column("account_sid", primary_key=False),
    sid_column("call_sid", primary_key=False),
    Column("status", EnumText(RecordingStatus), nullable=False),
    Column("source", String(32), nullable=False),
    Column("path", SafeText, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("channels", Integer, nullable=False),
    Column("duration_seconds", Integer),
    Column("error_code", Integer, nullable=False),
    sid_column("conference_sid", primary_key=False, nullable=True),
    Column("track", String(8), nullable=False),
    Column("updated_at", UtcDateTime),
    Column("deleted_at", UtcDateTime),
    Column("node", String(64), nullable=False),
    Index(None, "account_sid", "started_at"),
    Index(None, "call_sid"),
    Index(None, "conference_sid"),
    Index(None, "node", "status"),
    Index(None, "deleted_at"),
)

transcription = Table(
    "transcription",
    metadata,
    sid_column(),
    sid_column("account_sid", primary_key=False),
    sid_column("recording_sid", primary_key=False),
    Column("status", EnumText(TranscriptionStatus), nullable=False),
    Column("duration_seconds", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("text", SafeText),
    Column("updated_at", UtcDateTime),
    Column("node", String(64), nullable=False),
    Index(None, "account_sid", "created_at"),
    Index(None, "recording_sid"),
    Index(None, "node", "status"),
)
