"""Voice apps that `<Dial><Application>` connects callers to."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "application",
        sa.Column("sid", sa.String(length=34), nullable=False),
        sa.Column("account_sid", sa.String(length=34), nullable=False),
        sa.Column("friendly_name", sa.Text(), nullable=False),
        sa.Column("voice_url", sa.Text(), nullable=True),
        sa.Column("voice_method", sa.String(length=4), nullable=False),
        sa.Column("voice_fallback_url", sa.Text(), nullable=True),
        sa.Column("voice_fallback_method", sa.String(length=4), nullable=False),
        sa.Column("status_callback_url", sa.Text(), nullable=True),
        sa.Column("status_callback_method", sa.String(length=4), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_sid"],
            ["account.sid"],
            name=op.f("fk_application_account_sid_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_application")),
    )
    op.create_index(op.f("ix_application_account_sid"), "application", ["account_sid"], unique=False)
