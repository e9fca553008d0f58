"""Every table, in one place. Columns are named as the fields of the records in `model.record`.

Configuration hangs together by foreign keys and goes with its account or domain. What calls leave behind (`call`,
`recording`, `message`, `notification`) has none: it is written late, in any order, and outlives the configuration.
"""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import Origin, Purpose, RecordingStatus
from ringback.store.column_type import EnumText, Lines, SafeText, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _sid(name: str = "sid", *, primary_key: bool = True, nullable: bool = False) -> Column[str]:
    return Column(name, String(34), primary_key=primary_key, nullable=nullable)


def _owner(target: str, name: str) -> Column[str]:
    return Column(name, String(34), ForeignKey(target, ondelete="CASCADE"), nullable=False, index=True)


def _origin() -> Column[Origin]:
    return Column("origin", EnumText(Origin), nullable=False)


def _voice_urls() -> tuple[Column[str], ...]:
    return (
        Column("voice_url", SafeText),
        Column("voice_method", String(4), nullable=False),
        Column("voice_fallback_url", SafeText),
        Column("voice_fallback_method", String(4), nullable=False),
        Column("status_callback_url", SafeText),
        Column("status_callback_method", String(4), nullable=False),
    )


account = Table(
    "account",
    metadata,
    _sid(),
    Column("auth_token", SafeText, nullable=False),
    Column("friendly_name", SafeText, nullable=False),
    _origin(),
)

domain = Table(
    "domain",
    metadata,
    _sid(),
    _owner("account.sid", "account_sid"),
    Column("name", String(253), nullable=False, unique=True),
    *_voice_urls(),
    Column("registration", Boolean, nullable=False),
    Column("secure", Boolean, nullable=False),
    Column("friendly_name", SafeText, nullable=False),
    _origin(),
)

credential_list = Table(
    "credential_list",
    metadata,
    _sid(),
    _owner("account.sid", "account_sid"),
    Column("friendly_name", SafeText, nullable=False),
    _origin(),
)

credential = Table(
    "credential",
    metadata,
    _sid(),
    _owner("credential_list.sid", "list_sid"),
    Column("username", String(255), nullable=False),
    Column("realm", String(255), nullable=False),
    Column("ha1_md5", String(32), nullable=False),
    Column("ha1_sha256", String(64), nullable=False),
    _origin(),
    UniqueConstraint("list_sid", "username"),
)

credential_mapping = Table(
    "credential_mapping",
    metadata,
    _owner("domain.sid", "domain_sid"),
    _owner("credential_list.sid", "list_sid"),
    Column("purpose", EnumText(Purpose), nullable=False),
    PrimaryKeyConstraint("domain_sid", "list_sid", "purpose"),
)

access_list = Table(
    "access_list",
    metadata,
    _sid(),
    _owner("account.sid", "account_sid"),
    Column("friendly_name", SafeText, nullable=False),
    _origin(),
)

access_address = Table(
    "access_address",
    metadata,
    _sid(),
    _owner("access_list.sid", "list_sid"),
    Column("cidr", String(64), nullable=False),
    Column("friendly_name", SafeText, nullable=False),
    _origin(),
)

access_mapping = Table(
    "access_mapping",
    metadata,
    _owner("domain.sid", "domain_sid"),
    _owner("access_list.sid", "list_sid"),
    PrimaryKeyConstraint("domain_sid", "list_sid"),
)

number = Table(
    "number",
    metadata,
    _sid(),
    _owner("account.sid", "account_sid"),
    Column("number", String(16), nullable=False, unique=True),
    *_voice_urls(),
    Column("friendly_name", SafeText, nullable=False),
    _origin(),
)

application = Table(
    "application",
    metadata,
    _sid(),
    _owner("account.sid", "account_sid"),
    Column("friendly_name", SafeText, nullable=False),
    *_voice_urls(),
    _origin(),
)

trunk = Table(
    "trunk",
    metadata,
    _sid(),
    _owner("account.sid", "account_sid"),
    Column("name", String(64), nullable=False, unique=True),
    Column("uri", SafeText, nullable=False),
    Column("user", SafeText),
    Column("password", SafeText),
    Column("allow", Lines, nullable=False),
    Column("position", Integer, nullable=False),
    _origin(),
)

call = Table(
    "call",
    metadata,
    _sid(),
    _sid("account_sid", primary_key=False),
    Column("from_", SafeText, nullable=False),
    Column("to", SafeText, nullable=False),
    Column("direction", EnumText(Direction), nullable=False),
    Column("status", EnumText(CallStatus), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    _sid("parent_call_sid", primary_key=False, nullable=True),
    Column("sip_call_id", SafeText),
    Column("answered_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("sip_response_code", Integer),
    Column("node", String(64), nullable=False),
    Index(None, "account_sid", "created_at"),
    Index(None, "parent_call_sid"),
    Index(None, "node", "ended_at"),
)

recording = Table(
    "recording",
    metadata,
    _sid(),
    _sid("account_sid", primary_key=False),
    _sid("call_sid", primary_key=False),
    Column("status", EnumText(RecordingStatus), nullable=False),
    Column("source", String(32), nullable=False),
    Column("path", SafeText, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("channels", Integer, nullable=False),
    Column("duration_seconds", Integer),
    Column("error_code", Integer, nullable=False),
    Column("node", String(64), nullable=False),
    Index(None, "account_sid", "started_at"),
    Index(None, "call_sid"),
    Index(None, "node", "status"),
)

message = Table(
    "message",
    metadata,
    _sid(),
    _sid("account_sid", primary_key=False),
    _sid("call_sid", primary_key=False),
    Column("from_", SafeText, nullable=False),
    Column("to", SafeText, nullable=False),
    Column("body", SafeText, nullable=False),
    Column("status", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "account_sid", "created_at"),
    Index(None, "call_sid"),
)

notification = Table(
    "notification",
    metadata,
    _sid(),
    _sid("account_sid", primary_key=False),
    _sid("call_sid", primary_key=False, nullable=True),
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
