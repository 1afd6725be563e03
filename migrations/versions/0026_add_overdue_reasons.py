"""add overdue reasons: why an issue is late, as the ledger says it

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("issue", "issue_version"):
        op.add_column(table, sa.Column("overdue_reason", sa.Text(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":  # PostgreSQL's trigger looks at the whole row
        op.execute(
            "CREATE TRIGGER issue_version_no_reason BEFORE UPDATE OF overdue_reason ON issue_version "
            "BEGIN SELECT RAISE(ABORT, 'the record never changes'); END"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER issue_version_no_reason")
    for table in ("issue_version", "issue"):
        op.drop_column(table, "overdue_reason")
