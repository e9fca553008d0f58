"""Conferences and queues."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conference",
        sa.Column("sid", sa.String(length=34), nullable=False),
        sa.Column("account_sid", sa.String(length=34), nullable=False),
        sa.Column("friendly_name", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("region", sa.String(length=16), nullable=True),
        sa.Column("reason_ended", sa.String(length=64), nullable=True),
        sa.Column("ended_by", sa.String(length=34), nullable=True),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_conference")),
    )
    op.create_index(op.f("ix_conference_account_sid_created_at"), "conference", ["account_sid", "created_at"])
    op.create_index(op.f("ix_conference_account_sid_friendly_name"), "conference", ["account_sid", "friendly_name"])
    op.create_index(op.f("ix_conference_node_status"), "conference", ["node", "status"])
    op.create_table(
        "queue",
        sa.Column("sid", sa.String(length=34), nullable=False),
        sa.Column("account_sid", sa.String(length=34), nullable=False),
        sa.Column("friendly_name", sa.Text(), nullable=False),
        sa.Column("max_size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_queue")),
    )
    op.create_index(op.f("ix_queue_account_sid_friendly_name"), "queue", ["account_sid", "friendly_name"], unique=True)
    op.create_index(op.f("ix_queue_account_sid_created_at"), "queue", ["account_sid", "created_at"])
