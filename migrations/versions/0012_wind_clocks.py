"""wind the clocks: on an issue, when somebody is reminded next, and the day of its next stage

What waits already is wound by the first sweep, which asks for everything that falls due from now on.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

WAITING = "'registered', 'assigned', 'rectifying', 'submitted', 'verified', 'suspended'"
SET = sa.text("remind_at IS NOT NULL")


def upgrade() -> None:
    moment, now = ("DATETIME", "strftime('%Y-%m-%d %H:%M:%f000', 'now')")
    if op.get_bind().dialect.name != "sqlite":
        moment, now = "TIMESTAMP", "timezone('UTC', now())"
    op.execute("ALTER TABLE issue ADD COLUMN stage_due_on DATE")
    op.execute(f"ALTER TABLE issue ADD COLUMN remind_at {moment}")
    op.execute(
        "UPDATE issue SET stage_due_on = (SELECT min(due_on) FROM stage WHERE issue_id = issue.id AND done_on IS NULL) "
        "WHERE is_long_term AND state = 'rectifying'"
    )
    op.execute(f"UPDATE issue SET remind_at = {now} WHERE state IN ({WAITING}) AND move_due_on IS NOT NULL")
    op.create_index("ix_issue_remind_at", "issue", ["remind_at", "id"], sqlite_where=SET, postgresql_where=SET)


def downgrade() -> None:
    op.drop_index("ix_issue_remind_at", "issue")
    op.execute("ALTER TABLE issue DROP COLUMN remind_at")
    op.execute("ALTER TABLE issue DROP COLUMN stage_due_on")
