"""order the lists: an index for each way a list of issues is sorted, and one saved filter that opens with its page

The indexes of open issues are made anew with other words for the same rows: SQLite takes words like ``state IN (...)``
as an offer to go through an index by state and to sort what it finds.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_issue_deadline": ["deadline", "id"],
    "ix_issue_found_on": ["found_on", "id"],
    "ix_issue_state_since": ["state_since", "id"],
    "ix_issue_state_deadline": ["state", "deadline", "id"],
}
OF_OPEN = {
    "ix_issue_open_deadline": ["deadline", "id"],
    "ix_issue_open_township": ["township_id", "deadline", "id"],
}
BEFORE = sa.text("state IN ('registered', 'assigned', 'rectifying', 'submitted', 'verified')")
AFTER = sa.text("state NOT IN ('draft', 'signed_off', 'suspended', 'dismissed')")


def _replace(where: sa.TextClause) -> None:
    for name, columns in OF_OPEN.items():
        op.drop_index(name, table_name="issue")
        op.create_index(name, "issue", columns, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    _replace(AFTER)
    for name, columns in INDEXES.items():
        op.create_index(name, "issue", columns)
    with op.batch_alter_table("saved_filter") as batch_op:
        batch_op.add_column(sa.Column("is_default", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    _replace(BEFORE)
    with op.batch_alter_table("saved_filter") as batch_op:
        batch_op.drop_column("is_default")
    for name in INDEXES:
        op.drop_index(name, table_name="issue")
