"""How often the configuration has changed, so that other servers of the same database see it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    counter = op.create_table(
        "configuration_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_configuration_change")),
    )
    op.bulk_insert(counter, [{"id": 1, "changes": 0}])
