"""SIP Domains, credential lists, access lists, and what is mapped to what."""

from sqlalchemy import Boolean, Column, Index, PrimaryKeyConstraint, String, Table, UniqueConstraint

from ringback.model.record import Purpose
from ringback.store.column_type import EnumText, JsonText, SafeText, UtcDateTime
from ringback.store.table.column import (
    date_columns,
    metadata,
    origin_column,
    owner_column,
    sid_column,
    voice_url_columns,
)

domain = Table(
    "domain",
    metadata,
    sid_column(),
    owner_column("account.sid", "account_sid"),
    Column("name", String(253), nullable=False, unique=True),
    *voice_url_columns(),
    Column("registration", Boolean, nullable=False),
    Column("secure", Boolean, nullable=False),
    Column("friendly_name", SafeText, nullable=False),
    origin_column(),
    *date_columns(),
    Column("carried", JsonText, nullable=False),
    Index(None, "account_sid", "created_at"),
)

credential_list = Table(
    "credential_list",
    metadata,
    sid_column(),
    owner_column("account.sid", "account_sid"),
    Column("friendly_name", SafeText, nullable=False),
    origin_column(),
    *date_columns(),
    Index(None, "account_sid", "created_at"),
)

credential = Table(
    "credential",
    metadata,
    sid_column(),
    owner_column("credential_list.sid", "list_sid"),
    Column("username", String(255), nullable=False),
    Column("realm", String(255), nullable=False),
    Column("ha1_md5", String(32), nullable=False),
    Column("ha1_sha256", String(64), nullable=False),
    origin_column(),
    *date_columns(),
    UniqueConstraint("list_sid", "username"),
)

credential_mapping = Table(
    "credential_mapping",
    metadata,
    owner_column("domain.sid", "domain_sid"),
    owner_column("credential_list.sid", "list_sid"),
    Column("purpose", EnumText(Purpose), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("domain_sid", "list_sid", "purpose"),
)

access_list = Table(
    "access_list",
    metadata,
    sid_column(),
    owner_column("account.sid", "account_sid"),
    Column("friendly_name", SafeText, nullable=False),
    origin_column(),
    *date_columns(),
    Index(None, "account_sid", "created_at"),
)

access_address = Table(
    "access_address",
    metadata,
    sid_column(),
    owner_column("access_list.sid", "list_sid"),
    Column("cidr", String(64), nullable=False),
    Column("friendly_name", SafeText, nullable=False),
    origin_column(),
    *date_columns(),
)

access_mapping = Table(
    "access_mapping",
    metadata,
    owner_column("domain.sid", "domain_sid"),
    owner_column("access_list.sid", "list_sid"),
    Column("created_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("domain_sid", "list_sid"),
)
