"""create substitutes: who receives the messages of somebody who is away

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

PEOPLE = ("person_id", "substitute_id", "entered_by_id", "agreed_by_id", "ended_by_id")
OPTIONAL = ("agreed_by_id", "ended_by_id")


def upgrade() -> None:
    op.create_table(
        "substitute",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=name in OPTIONAL) for name in PEOPLE),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_substitute_days")),
        sa.CheckConstraint("person_id <> substitute_id", name=op.f("ck_substitute_other")),
        *(sa.ForeignKeyConstraint([name], ["person.id"], name=op.f(f"fk_substitute_{name}_person")) for name in PEOPLE),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitute")),
    )
    op.create_index("ix_substitute_person_id_last_day", "substitute", ["person_id", "last_day"])
    op.create_index("ix_substitute_last_day", "substitute", ["last_day"])
    op.create_index(op.f("ix_substitute_substitute_id"), "substitute", ["substitute_id"])


def downgrade() -> None:
    op.drop_table("substitute")
