"""create reminders: what people are to be reminded of; on a message, where it leads when it has no issue

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SECTIONS = "'late', 'due', 'waiting', 'answered'"
UNDELIVERED = sa.text("delivered_at IS NULL")


def upgrade() -> None:
    op.execute("ALTER TABLE outbox_message ADD COLUMN subject VARCHAR(40) DEFAULT '' NOT NULL")
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("section", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(f"section IN ({SECTIONS})", name=op.f("ck_reminder_digest_section")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_reminder_issue_id_issue")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reminder_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("key", name=op.f("uq_reminder_key")),
    )
    op.create_index(
        "ix_reminder_undelivered", "reminder", ["person_id", "id"],
        sqlite_where=UNDELIVERED, postgresql_where=UNDELIVERED,
    )  # fmt: skip
    op.create_index("ix_reminder_issue", "reminder", ["issue_id", "id"])


def downgrade() -> None:
    op.drop_table("reminder")
    op.execute("ALTER TABLE outbox_message DROP COLUMN subject")
