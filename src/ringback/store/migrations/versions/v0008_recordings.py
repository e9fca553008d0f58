"""What the REST API shows of a recording, and transcriptions."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Recordings that were there before are of both tracks, and of calls: which conference one was of is not known."""
    op.add_column("recording", sa.Column("conference_sid", sa.String(length=34), nullable=True))
    op.add_column("recording", sa.Column("track", sa.String(length=8), nullable=False, server_default="both"))
    for name in ("updated_at", "deleted_at"):
        op.add_column("recording", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_recording_conference_sid"), "recording", ["conference_sid"], unique=False)
    op.create_index(op.f("ix_recording_deleted_at"), "recording", ["deleted_at"], unique=False)
    op.create_table(
        "transcription",
        sa.Column("sid", sa.String(length=34), nullable=False),
        sa.Column("account_sid", sa.String(length=34), nullable=False),
        sa.Column("recording_sid", sa.String(length=34), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("duration_seconds", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_transcription")),
    )
    op.create_index(
        op.f("ix_transcription_account_sid_created_at"), "transcription", ["account_sid", "created_at"], unique=False
    )
    op.create_index(op.f("ix_transcription_recording_sid"), "transcription", ["recording_sid"], unique=False)
    op.create_index(op.f("ix_transcription_node_status"), "transcription", ["node", "status"], unique=False)
