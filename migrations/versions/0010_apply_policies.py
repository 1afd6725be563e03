"""apply policies: whether a version takes the open issues along and when it had, and that it was withdrawn

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("policy_version") as batch_op:
        batch_op.add_column(sa.Column("takes_along", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("taken_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_policy_version_withdrawn_by_id_person"), "person", ["withdrawn_by_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("policy_version") as batch_op:
        batch_op.drop_constraint(op.f("fk_policy_version_withdrawn_by_id_person"), type_="foreignkey")
        for name in ("withdrawn_by_id", "withdrawn_at", "taken_at", "takes_along"):
            batch_op.drop_column(name)
