"""Callbacks until they are sent, and the requests that were made for a call."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "callback",
        sa.Column("sid", sa.String(length=34), nullable=False),
        sa.Column("account_sid", sa.String(length=34), nullable=False),
        sa.Column("call_sid", sa.String(length=34), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("method", sa.String(length=4), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_callback")),
    )
    op.create_index(op.f("ix_callback_node_state_sequence"), "callback", ["node", "state", "sequence"], unique=False)
    op.create_index(op.f("ix_callback_account_sid_created_at"), "callback", ["account_sid", "created_at"], unique=False)
    op.create_index(op.f("ix_callback_call_sid_sequence"), "callback", ["call_sid", "sequence"], unique=False)
    op.create_index(op.f("ix_callback_finished_at"), "callback", ["finished_at"], unique=False)
    op.create_table(
        "exchange",
        sa.Column("sid", sa.String(length=34), nullable=False),
        sa.Column("account_sid", sa.String(length=34), nullable=False),
        sa.Column("call_sid", sa.String(length=34), nullable=True),
        sa.Column("method", sa.String(length=4), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_exchange")),
    )
    op.create_index(op.f("ix_exchange_call_sid_created_at"), "exchange", ["call_sid", "created_at"], unique=False)
    op.create_index(op.f("ix_exchange_created_at"), "exchange", ["created_at"], unique=False)
