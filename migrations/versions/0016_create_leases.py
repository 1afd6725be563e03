"""create leases and heartbeats: which process leads, and which are alive

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("beat_at", sa.DateTime(), nullable=False),
        sa.Column("is_leader", sa.Boolean(), nullable=False),
        sa.Column("clock_off", sa.Double(), nullable=False),
        sa.Column("fault", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("holder", name=op.f("pk_heartbeat")),
    )
    op.create_index("ix_heartbeat_beat_at", "heartbeat", ["beat_at"])


def downgrade() -> None:
    op.drop_index("ix_heartbeat_beat_at", table_name="heartbeat")
    op.drop_table("heartbeat")
    op.drop_table("lease")
