"""Subaccounts, API keys, verified caller ids, and what numbers and applications carry."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _date("application")
    op.add_column("application", sa.Column("carried", sa.Text(), nullable=False, server_default="{}"))
    op.create_index(op.f("ix_application_account_sid_created_at"), "application", ["account_sid", "created_at"])


def _date(table: str) -> None:
    """Entries that were there before have no date; they get the first one."""
    for name in ("created_at", "updated_at"):
        op.add_column(
            table,
            sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default="1970-01-01 00:00:00"),
        )
