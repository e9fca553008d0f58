"""Subaccounts, API keys, verified caller ids, and what numbers and applications carry."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


sid_type = sa.String(length=34)


def upgrade() -> None:
    """All accounts that were there are active parents."""
    _date("account")
    op.add_column("account", sa.Column("status", sa.String(length=32), nullable=False, server_default="active"))
    op.add_column("account", sa.Column("owner_sid", sid_type, nullable=True))
    op.create_index(op.f("ix_account_owner_sid"), "account", ["owner_sid"])
    _create_owned("key", sa.Column("secret_hash", sa.String(length=64), nullable=False))
    _create_owned(
        "caller_id",
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.UniqueConstraint("account_sid", "number", name=op.f("uq_caller_id_account_sid_number")),
    )
    _date("number")
    op.add_column("number", sa.Column("voice_application_sid", sid_type, nullable=True))
    op.add_column("number", sa.Column("type", sa.String(length=32), nullable=False, server_default="local"))
    op.add_column("number", sa.Column("carried", sa.Text(), nullable=False, server_default="{}"))
    op.create_index(op.f("ix_number_account_sid_created_at"), "number", ["account_sid", "created_at"])
    _date("application")
    op.add_column("application", sa.Column("carried", sa.Text(), nullable=False, server_default="{}"))
    op.create_index(op.f("ix_application_account_sid_created_at"), "application", ["account_sid", "created_at"])


def _create_owned(table: str, *parts: sa.schema.SchemaItem) -> None:
    """A table of something that an account has and the API lists."""
    op.create_table(
        table,
        sa.Column("sid", sid_type, nullable=False),
        sa.Column("account_sid", sid_type, nullable=False),
        sa.Column("friendly_name", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *parts,
        sa.ForeignKeyConstraint(
            ["account_sid"], ["account.sid"], name=op.f(f"fk_{table}_account_sid_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sid", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_account_sid"), table, ["account_sid"])


def _date(table: str) -> None:
    """Entries that were there before have no date; they get the first one."""
    for name in ("created_at", "updated_at"):
        op.add_column(
            table,
            sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default="1970-01-01 00:00:00"),
        )
