"""index sign-offs: what was closed in a period

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None
CLOSED = sa.text("signed_off_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_issue_signed_off_at", "issue", ["signed_off_at", "id"], sqlite_where=CLOSED, postgresql_where=CLOSED
    )


def downgrade() -> None:
    op.drop_index("ix_issue_signed_off_at", "issue")
