"""create channels: how messages leave the house and where they reach each person;
and on a message what the relay needs: when it may go, when to try again, who is just sending it

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

PERSONAL = "'mail', 'wecom_app', 'sms'"
KINDS = f"{PERSONAL}, 'wecom_robot', 'dingtalk_robot', 'feishu_robot'"
UNSENT = sa.text("sent_at IS NULL AND failed_at IS NULL")
MOMENTS = ("not_before", "next_try_at", "failed_at", "claimed_until")


def upgrade() -> None:
    _create_channels()
    _create_addresses()
    with op.batch_alter_table("outbox_message") as batch_op:
        batch_op.drop_index("ix_outbox_message_pending")
        batch_op.alter_column("recipient_id", existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column("channel_id", sa.Integer(), nullable=True))
        for name in MOMENTS:
            batch_op.add_column(sa.Column(name, sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("claim", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_foreign_key(op.f("fk_outbox_message_channel_id_channel"), "channel", ["channel_id"], ["id"])
        batch_op.create_check_constraint(
            op.f("ck_outbox_message_addressed"), "recipient_id IS NOT NULL OR channel_id IS NOT NULL"
        )
    op.create_index(
        "ix_outbox_message_unsent", "outbox_message", ["channel", "id"], sqlite_where=UNSENT, postgresql_where=UNSENT
    )


def _create_channels() -> None:
    op.create_table(
        "channel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("secrets", sa.Text(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("posts_digest", sa.Boolean(), nullable=False),
        sa.Column("posts_urgent", sa.Boolean(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_channel_channel_kind")),
        sa.CheckConstraint("per_minute BETWEEN 1 AND 6000", name=op.f("ck_channel_per_minute")),
        sa.CheckConstraint("group_id IS NULL OR unit_id IS NULL", name=op.f("ck_channel_one_owner")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["supervision_group.id"], name=op.f("fk_channel_group_id_supervision_group")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_channel_made_by_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_channel_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
    )
    personal = sa.text(f"kind IN ({PERSONAL})")
    op.create_index(
        "uq_channel_personal", "channel", ["kind"], unique=True, sqlite_where=personal, postgresql_where=personal
    )
    op.create_table(
        "channel_state",
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("refilled_at", sa.DateTime(), nullable=True),
        sa.Column("blocked_until", sa.DateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("access_token", sa.Text(), nullable=False),
        sa.Column("access_token_until", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_channel_state_channel_id_channel")),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_channel_state")),
    )


def _create_addresses() -> None:
    op.create_table(
        "person_channel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("urgent_only", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.String(length=5), nullable=False),
        sa.Column("quiet_to", sa.String(length=5), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("code_until", sa.DateTime(), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_person_channel_person_channel_kind")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_channel_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_channel")),
        sa.UniqueConstraint("person_id", "kind", name=op.f("uq_person_channel_person_id_kind")),
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_message_unsent", "outbox_message")
    op.execute("DELETE FROM outbox_message WHERE recipient_id IS NULL")
    with op.batch_alter_table("outbox_message") as batch_op:
        batch_op.drop_constraint(op.f("ck_outbox_message_addressed"), type_="check")
        batch_op.drop_constraint(op.f("fk_outbox_message_channel_id_channel"), type_="foreignkey")
        for name in ("channel_id", *MOMENTS, "claim"):
            batch_op.drop_column(name)
        batch_op.alter_column("recipient_id", existing_type=sa.Integer(), nullable=False)
        batch_op.create_index("ix_outbox_message_pending", ["channel", "sent_at"])
    op.drop_table("person_channel")
    op.drop_table("channel_state")
    op.drop_table("channel")
