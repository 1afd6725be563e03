"""create visit rechecks: what a group re-checked during a visit

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit_recheck",
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "passed", "failed", "recurred", "found", "nothing", "skipped",
                name="recheck_outcome", native_enum=False, create_constraint=True, length=32,
            ),
            nullable=False,
        ),
        sa.Column("done_at", sa.DateTime(), nullable=False),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_recheck_visit_id_visit")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_visit_recheck_issue_id_issue")),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_visit_recheck_done_by_id_person")),
        sa.PrimaryKeyConstraint("visit_id", "issue_id", name=op.f("pk_visit_recheck")),
    )  # fmt: skip
    op.create_index(op.f("ix_visit_recheck_issue_id"), "visit_recheck", ["issue_id"])


def downgrade() -> None:
    op.drop_table("visit_recheck")
