"""When what belongs to SIP Domains was made and changed."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


DATED = ("domain", "credential_list", "credential", "access_list", "access_address", "trunk")
LISTED = ("domain", "credential_list", "access_list")


def upgrade() -> None:
    """Entries that were there before have no date; they get the first one."""
    for table in DATED:
        for name in ("created_at", "updated_at"):
            op.add_column(table, _date(name))
    for table in ("credential_mapping", "access_mapping"):
        op.add_column(table, _date("created_at"))
    op.add_column("domain", sa.Column("carried", sa.Text(), nullable=False, server_default="{}"))
    for table in LISTED:
        op.create_index(op.f(f"ix_{table}_account_sid_created_at"), table, ["account_sid", "created_at"])


def _date(name: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default="1970-01-01 00:00:00")
