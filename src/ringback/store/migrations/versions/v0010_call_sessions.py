"""User-defined messages of calls, and subscriptions to them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create("user_defined_message", sa.Column("content", sa.Text(), nullable=False))
    _create(
        "message_subscription",
        sa.Column("callback", sa.Text(), nullable=False),
        sa.Column("method", sa.String(length=4), nullable=False),
    )


def _create(name: str, *own: sa.Column[str]) -> None:
    """Both hang below a call, and are found again by the key of the request that made them."""
    op.create_table(
        name,
        sa.Column("sid", sa.String(length=34), nullable=False),
        sa.Column("account_sid", sa.String(length=34), nullable=False),
        sa.Column("call_sid", sa.String(length=34), nullable=False),
        *own,
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("sid", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_call_sid_idempotency_key"), name, ["call_sid", "idempotency_key"], unique=False)
