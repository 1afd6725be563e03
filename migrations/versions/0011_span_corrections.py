"""span corrections: days of the calendar that the county ruled in one act belong together

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calendar_correction", sa.Column("first_day", sa.Date(), nullable=True))
    op.execute("UPDATE calendar_correction SET first_day = day")
    with op.batch_alter_table("calendar_correction") as batch_op:
        batch_op.alter_column("first_day", existing_type=sa.Date(), nullable=False)
        batch_op.create_index(op.f("ix_calendar_correction_first_day"), ["first_day"])


def downgrade() -> None:
    with op.batch_alter_table("calendar_correction") as batch_op:
        batch_op.drop_index(op.f("ix_calendar_correction_first_day"))
        batch_op.drop_column("first_day")
