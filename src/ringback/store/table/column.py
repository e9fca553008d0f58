"""What several tables have alike, and the metadata that all of them belong to."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, MetaData, String

from ringback.model.record import Origin
from ringback.store.column_type import EnumText, SafeText, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def sid_column(name: str = "sid", *, primary_key: bool = True, nullable: bool = False) -> Column[str]:
    return Column(name, String(34), primary_key=primary_key, nullable=nullable)


def owner_column(target: str, name: str) -> Column[str]:
    return Column(name, String(34), ForeignKey(target, ondelete="CASCADE"), nullable=False, index=True)


def origin_column() -> Column[Origin]:
    return Column("origin", EnumText(Origin), nullable=False)


def voice_url_columns() -> tuple[Column[str], ...]:
    return (
        Column("voice_url", SafeText),
        Column("voice_method", String(4), nullable=False),
        Column("voice_fallback_url", SafeText),
        Column("voice_fallback_method", String(4), nullable=False),
        Column("status_callback_url", SafeText),
        Column("status_callback_method", String(4), nullable=False),
    )


def date_columns() -> tuple[Column[datetime], ...]:
    return (Column("created_at", UtcDateTime, nullable=False), Column("updated_at", UtcDateTime, nullable=False))
