"""create handovers, and on requests for more time or consent who waits for the answer since one

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATES = "'proposed', 'accepted', 'declined', 'withdrawn'"
REQUESTS = ("extension", "consent")
INDEXES = ("post_id", "giver_id", "receiver_id", "group_id")


def upgrade() -> None:
    def person(name: str, *, nullable: bool = False) -> list[sa.schema.SchemaItem]:
        key = sa.ForeignKeyConstraint([name], ["person.id"], name=op.f(f"fk_handover_{name}_person"))
        return [sa.Column(name, sa.Integer(), nullable=nullable), key]

    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        *person("giver_id"),
        *person("receiver_id"),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        *person("proposed_by_id"),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        *person("decided_by_id", nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_handover_handover_state")),
        sa.CheckConstraint("receiver_id <> giver_id AND receiver_id <> proposed_by_id", name=op.f("ck_handover_two")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_handover_post_id_post")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["supervision_group.id"], name=op.f("fk_handover_group_id_supervision_group")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_handover_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    for column in INDEXES:
        op.create_index(f"ix_handover_{column}", "handover", [column])
    op.create_index("ix_handover_state", "handover", ["state", "id"])
    for table in REQUESTS:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN handed_to_id INTEGER "
            f"CONSTRAINT fk_{table}_handed_to_id_person REFERENCES person (id)"
        )


def downgrade() -> None:
    for table in REQUESTS:
        op.execute(f"ALTER TABLE {table} DROP COLUMN handed_to_id")
    op.drop_table("handover")
