"""order the lists: an index for each way a list of issues is sorted, and one saved filter that opens with its page

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


def upgrade() -> None:
    for name, columns in INDEXES.items():
        op.create_index(name, "issue", columns)
    with op.batch_alter_table("saved_filter") as batch_op:
        batch_op.add_column(sa.Column("is_default", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("saved_filter") as batch_op:
        batch_op.drop_column("is_default")
    for name in INDEXES:
        op.drop_index(name, table_name="issue")
