"""create ledger uploads: edited ledgers that came back, and their cells that say something else

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

KINDS = ("change", "conflict", "refused", "forbidden", "wrong", "done", "same", "undone", "stayed")


def _code(name: str, *codes: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "ledger_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("issued_id", sa.Integer(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("compared_at", sa.DateTime(), nullable=True),
        sa.Column("applied_at", sa.DateTime(), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("task", _code("upload_task", "compare", "apply", "undo"), nullable=True),
        sa.Column("task_done", sa.Integer(), nullable=False),
        sa.Column("task_total", sa.Integer(), nullable=False),
        sa.Column("task_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issued_id"], ["issued_ledger.id"], name=op.f("fk_ledger_upload_issued_id_issued_ledger")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_ledger_upload_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_upload")),
    )
    op.create_index(op.f("ix_ledger_upload_file_sha256"), "ledger_upload", ["file_sha256"])
    op.create_index(op.f("ix_ledger_upload_made_by_id"), "ledger_upload", ["made_by_id"])
    op.create_table(
        "ledger_upload_cell",
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(length=40), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(length=40), nullable=False),
        sa.Column("kind", _code("upload_cell_kind", *KINDS), nullable=False),
        sa.Column("is_taken", sa.Boolean(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("mine", sa.Text(), nullable=False),
        sa.Column("now", sa.Text(), nullable=False),
        sa.Column("now_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=40), nullable=False),
        sa.Column("note_words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_ledger_upload_cell_issue_id_issue")),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["ledger_upload.id"], name=op.f("fk_ledger_upload_cell_upload_id_ledger_upload")
        ),
        sa.PrimaryKeyConstraint("upload_id", "n", name=op.f("pk_ledger_upload_cell")),
    )
    op.create_index(op.f("ix_ledger_upload_cell_issue_id"), "ledger_upload_cell", ["issue_id"])
    op.create_index("ix_ledger_upload_cell_kind", "ledger_upload_cell", ["upload_id", "kind", "n"])


def downgrade() -> None:
    op.drop_table("ledger_upload_cell")
    op.drop_table("ledger_upload")
