"""withdraw messages: those of which nothing holds any longer; and find the reminders that a digest was made of

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

DELIVERED = sa.text("delivered_at IS NOT NULL")
OLD = sa.text("sent_at IS NULL AND failed_at IS NULL")
NEW = sa.text("sent_at IS NULL AND failed_at IS NULL AND withdrawn_at IS NULL")


def _index_unsent(condition: sa.TextClause) -> None:
    op.drop_index("ix_outbox_message_unsent", table_name="outbox_message")
    op.create_index(
        "ix_outbox_message_unsent", "outbox_message", ["channel", "id"],
        sqlite_where=condition, postgresql_where=condition,
    )  # fmt: skip


def upgrade() -> None:
    moment = "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP"
    op.execute(f"ALTER TABLE outbox_message ADD COLUMN withdrawn_at {moment}")
    _index_unsent(NEW)
    op.create_index(
        "ix_reminder_delivered", "reminder", ["delivered_at", "person_id"],
        sqlite_where=DELIVERED, postgresql_where=DELIVERED,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_reminder_delivered", table_name="reminder")
    op.execute("UPDATE outbox_message SET failed_at = withdrawn_at WHERE withdrawn_at IS NOT NULL")
    _index_unsent(OLD)
    op.execute("ALTER TABLE outbox_message DROP COLUMN withdrawn_at")
