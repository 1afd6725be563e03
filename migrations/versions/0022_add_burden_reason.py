"""add burden reason: why a round was published although it asks too much of a village

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("inspection_round") as batch_op:
        batch_op.add_column(sa.Column("burden_reason", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("inspection_round") as batch_op:
        batch_op.drop_column("burden_reason")
