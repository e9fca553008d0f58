"""What the REST API shows of a call."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Calls that were there before came in or were dialled at once."""
    for name in ("started_at", "updated_at"):
        op.add_column("call", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("call", sa.Column("answered_by", sa.String(length=32), nullable=True))
    for name in ("caller_name", "forwarded_from"):
        op.add_column("call", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("call", sa.Column("phone_number_sid", sa.String(length=34), nullable=True))
    op.add_column("call", sa.Column("queue_ms", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE call SET started_at = created_at")
