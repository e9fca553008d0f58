"""Phone numbers, verified caller ids and trunks."""

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint

from ringback.model.record import NumberType
from ringback.store.column_type import EnumText, JsonText, Lines, SafeText
from ringback.store.table.column import (
    date_columns,
    metadata,
    origin_column,
    owner_column,
    sid_column,
    voice_url_columns,
)

number = Table(
    "number",
    metadata,
    sid_column(),
    owner_column("account.sid", "account_sid"),
    Column("number", String(16), nullable=False, unique=True),
    *voice_url_columns(),
    sid_column("voice_application_sid", primary_key=False, nullable=True),
    Column("type", EnumText(NumberType), nullable=False),
    Column("friendly_name", SafeText, nullable=False),
    origin_column(),
    *date_columns(),
    Column("carried", JsonText, nullable=False),
    Index(None, "account_sid", "created_at"),
)

caller_id = Table(
    "caller_id",
    metadata,
    sid_column(),
    owner_column("account.sid", "account_sid"),
    Column("number", String(16), nullable=False),
    Column("friendly_name", SafeText, nullable=False),
    origin_column(),
    *date_columns(),
    UniqueConstraint("account_sid", "number"),
)

trunk = Table(
    "trunk",
    metadata,
    sid_column(),
    owner_column("account.sid", "account_sid"),
    Column("name", String(64), nullable=False, unique=True),
    Column("uri", SafeText, nullable=False),
    Column("user", SafeText),
    Column("password", SafeText),
    Column("allow", Lines, nullable=False),
    Column("position", Integer, nullable=False),
    origin_column(),
    *date_columns(),
)
