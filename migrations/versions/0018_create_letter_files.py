"""create letter files: what comes with a reply to a document of supervision

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reply_id", sa.Integer(), nullable=False),
        sa.Column("blob_sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.ForeignKeyConstraint(["reply_id"], ["letter_reply.id"], name=op.f("fk_letter_file_reply_id_letter_reply")),
        sa.ForeignKeyConstraint(["blob_sha256"], ["blob.sha256"], name=op.f("fk_letter_file_blob_sha256_blob")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_file")),
        sa.UniqueConstraint("reply_id", "blob_sha256", name=op.f("uq_letter_file_reply_id_blob_sha256")),
    )
    op.create_index("ix_letter_file_blob_sha256", "letter_file", ["blob_sha256"])


def downgrade() -> None:
    op.drop_table("letter_file")
