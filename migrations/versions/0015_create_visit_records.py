"""create visit records: photographs of a visit, and the findings made there

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("blob_sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_photo_visit_id_visit")),
        sa.ForeignKeyConstraint(["blob_sha256"], ["blob.sha256"], name=op.f("fk_visit_photo_blob_sha256_blob")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name=op.f("fk_visit_photo_taken_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_photo")),
        sa.UniqueConstraint("visit_id", "blob_sha256", name=op.f("uq_visit_photo_visit_id_blob_sha256")),
    )
    op.create_index(op.f("ix_visit_photo_blob_sha256"), "visit_photo", ["blob_sha256"])
    op.create_table(
        "visit_finding",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_visit_finding_issue_id_issue")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_finding_visit_id_visit")),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_visit_finding")),
    )
    op.create_index(op.f("ix_visit_finding_visit_id"), "visit_finding", ["visit_id"])


def downgrade() -> None:
    op.drop_table("visit_finding")
    op.drop_table("visit_photo")
