"""index sign-offs: what was closed in a period

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
CLOSED = sa.text("signed_off_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_issue_signed_off_at", "issue", ["signed_off_at", "id"], sqlite_where=CLOSED, postgresql_where=CLOSED
    )


def downgrade() -> None:
    op.drop_index("ix_issue_signed_off_at", "issue")
