"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

sid_type = sa.String(length=34)


def upgrade() -> None:
    """Configuration first, in the order of its foreign keys, then what calls leave behind."""
    create_accounts()
    create_domains()
    create_credentials()
    create_access_lists()
    create_numbers_and_trunks()
    create_calls()
    create_notifications()


def create_accounts() -> None:
    op.create_table(
        "account",
        sa.Column("sid", sid_type, nullable=False),
        sa.Column("auth_token", sa.Text(), nullable=False),
        sa.Column("friendly_name", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_account")),
    )


def create_domains() -> None:
    op.create_table(
        "domain",
        sa.Column("sid", sid_type, nullable=False),
        sa.Column("account_sid", sid_type, nullable=False),
        sa.Column("name", sa.String(length=253), nullable=False),
        sa.Column("voice_url", sa.Text(), nullable=True),
        sa.Column("voice_method", sa.String(length=4), nullable=False),
        sa.Column("voice_fallback_url", sa.Text(), nullable=True),
        sa.Column("voice_fallback_method", sa.String(length=4), nullable=False),
        sa.Column("status_callback_url", sa.Text(), nullable=True),
        sa.Column("status_callback_method", sa.String(length=4), nullable=False),
        sa.Column("registration", sa.Boolean(), nullable=False),
        sa.Column("secure", sa.Boolean(), nullable=False),
        sa.Column("friendly_name", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_sid"], ["account.sid"], name=op.f("fk_domain_account_sid_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_domain")),
        sa.UniqueConstraint("name", name=op.f("uq_domain_name")),
    )
    op.create_index(op.f("ix_domain_account_sid"), "domain", ["account_sid"], unique=False)


def create_credentials() -> None:
    op.create_table(
        "credential_list",
        sa.Column("sid", sid_type, nullable=False),
        sa.Column("account_sid", sid_type, nullable=False),
        sa.Column("friendly_name", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_sid"], ["account.sid"], name=op.f("fk_credential_list_account_sid_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_credential_list")),
    )
    op.create_index(op.f("ix_credential_list_account_sid"), "credential_list", ["account_sid"], unique=False)
    op.create_table(
        "credential",
        sa.Column("sid", sid_type, nullable=False),
        sa.Column("list_sid", sid_type, nullable=False),
        sa.Column("username", sa.String(length=255), nullable=False),
        sa.Column("realm", sa.String(length=255), nullable=False),
        sa.Column("ha1_md5", sa.String(length=32), nullable=False),
        sa.Column("ha1_sha256", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_sid"],
            ["credential_list.sid"],
            name=op.f("fk_credential_list_sid_credential_list"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_credential")),
        sa.UniqueConstraint("list_sid", "username", name=op.f("uq_credential_list_sid_username")),
    )
    op.create_index(op.f("ix_credential_list_sid"), "credential", ["list_sid"], unique=False)
    op.create_table(
        "credential_mapping",
        sa.Column("domain_sid", sid_type, nullable=False),
        sa.Column("list_sid", sid_type, nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["domain_sid"], ["domain.sid"], name=op.f("fk_credential_mapping_domain_sid_domain"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["list_sid"],
            ["credential_list.sid"],
            name=op.f("fk_credential_mapping_list_sid_credential_list"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("domain_sid", "list_sid", "purpose", name=op.f("pk_credential_mapping")),
    )
    op.create_index(op.f("ix_credential_mapping_domain_sid"), "credential_mapping", ["domain_sid"], unique=False)
    op.create_index(op.f("ix_credential_mapping_list_sid"), "credential_mapping", ["list_sid"], unique=False)


def create_access_lists() -> None:
    op.create_table(
        "access_list",
        sa.Column("sid", sid_type, nullable=False),
        sa.Column("account_sid", sid_type, nullable=False),
        sa.Column("friendly_name", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_sid"], ["account.sid"], name=op.f("fk_access_list_account_sid_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_access_list")),
    )
    op.create_index(op.f("ix_access_list_account_sid"), "access_list", ["account_sid"], unique=False)
    op.create_table(
        "access_address",
        sa.Column("sid", sid_type, nullable=False),
        sa.Column("list_sid", sid_type, nullable=False),
        sa.Column("cidr", sa.String(length=64), nullable=False),
        sa.Column("friendly_name", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_sid"], ["access_list.sid"], name=op.f("fk_access_address_list_sid_access_list"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_access_address")),
    )
    op.create_index(op.f("ix_access_address_list_sid"), "access_address", ["list_sid"], unique=False)
    op.create_table(
        "access_mapping",
        sa.Column("domain_sid", sid_type, nullable=False),
        sa.Column("list_sid", sid_type, nullable=False),
        sa.ForeignKeyConstraint(
            ["domain_sid"], ["domain.sid"], name=op.f("fk_access_mapping_domain_sid_domain"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["list_sid"], ["access_list.sid"], name=op.f("fk_access_mapping_list_sid_access_list"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("domain_sid", "list_sid", name=op.f("pk_access_mapping")),
    )
    op.create_index(op.f("ix_access_mapping_domain_sid"), "access_mapping", ["domain_sid"], unique=False)
    op.create_index(op.f("ix_access_mapping_list_sid"), "access_mapping", ["list_sid"], unique=False)


def create_numbers_and_trunks() -> None:
    op.create_table(
        "number",
        sa.Column("sid", sid_type, nullable=False),
        sa.Column("account_sid", sid_type, nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("voice_url", sa.Text(), nullable=True),
        sa.Column("voice_method", sa.String(length=4), nullable=False),
        sa.Column("voice_fallback_url", sa.Text(), nullable=True),
        sa.Column("voice_fallback_method", sa.String(length=4), nullable=False),
        sa.Column("status_callback_url", sa.Text(), nullable=True),
        sa.Column("status_callback_method", sa.String(length=4), nullable=False),
        sa.Column("friendly_name", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_sid"], ["account.sid"], name=op.f("fk_number_account_sid_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_number")),
        sa.UniqueConstraint("number", name=op.f("uq_number_number")),
    )
    op.create_index(op.f("ix_number_account_sid"), "number", ["account_sid"], unique=False)
    op.create_table(
        "trunk",
        sa.Column("sid", sid_type, nullable=False),
        sa.Column("account_sid", sid_type, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=True),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("allow", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_sid"], ["account.sid"], name=op.f("fk_trunk_account_sid_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_trunk")),
        sa.UniqueConstraint("name", name=op.f("uq_trunk_name")),
    )
    op.create_index(op.f("ix_trunk_account_sid"), "trunk", ["account_sid"], unique=False)


def create_calls() -> None:
    op.create_table(
        "call",
        sa.Column("sid", sid_type, nullable=False),
        sa.Column("account_sid", sid_type, nullable=False),
        sa.Column("from_", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parent_call_sid", sid_type, nullable=True),
        sa.Column("sip_call_id", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sip_response_code", sa.Integer(), nullable=True),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_call")),
    )
    op.create_index(op.f("ix_call_account_sid_created_at"), "call", ["account_sid", "created_at"], unique=False)
    op.create_index(op.f("ix_call_node_ended_at"), "call", ["node", "ended_at"], unique=False)
    op.create_index(op.f("ix_call_parent_call_sid"), "call", ["parent_call_sid"], unique=False)
    op.create_table(
        "recording",
        sa.Column("sid", sid_type, nullable=False),
        sa.Column("account_sid", sid_type, nullable=False),
        sa.Column("call_sid", sid_type, nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channels", sa.Integer(), nullable=False),
        sa.Column("duration_seconds", sa.Integer(), nullable=True),
        sa.Column("error_code", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_recording")),
    )
    op.create_index(
        op.f("ix_recording_account_sid_started_at"), "recording", ["account_sid", "started_at"], unique=False
    )
    op.create_index(op.f("ix_recording_call_sid"), "recording", ["call_sid"], unique=False)
    op.create_index(op.f("ix_recording_node_status"), "recording", ["node", "status"], unique=False)


def create_notifications() -> None:
    op.create_table(
        "notification",
        sa.Column("sid", sid_type, nullable=False),
        sa.Column("account_sid", sid_type, nullable=False),
        sa.Column("call_sid", sid_type, nullable=True),
        sa.Column("error_code", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_url", sa.Text(), nullable=True),
        sa.Column("request_method", sa.String(length=16), nullable=True),
        sa.Column("request_parameters", sa.Text(), nullable=True),
        sa.Column("response_status", sa.Integer(), nullable=True),
        sa.Column("response_headers", sa.Text(), nullable=True),
        sa.Column("response_body", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_notification")),
    )
    op.create_index(
        op.f("ix_notification_account_sid_created_at"), "notification", ["account_sid", "created_at"], unique=False
    )
    op.create_index(op.f("ix_notification_call_sid"), "notification", ["call_sid"], unique=False)
