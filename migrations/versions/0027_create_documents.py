"""create documents made of records, and the codes by which papers are found to be genuine

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None
KINDS = (
    "extension_request", "extension_decision", "sign_off_request", "sign_off_form", "closing_report", "file",
    "round_plan", "visit_record", "bulletin",
)  # fmt: skip


def one_of(*columns: str) -> str:
    return " + ".join(f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in columns) + " = 1"


def upgrade() -> None:
    create_bulletin()
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="document_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=True),
        sa.Column("extension_id", sa.Integer(), nullable=True),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("bulletin_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("facts_digest", sa.String(length=64), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            one_of("issue_id", "round_id", "visit_id", "bulletin_id"), name=op.f("ck_document_one_subject")
        ),
        sa.CheckConstraint("extension_id IS NULL OR issue_id IS NOT NULL", name=op.f("ck_document_extension_of_issue")),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletin.id"], name=op.f("fk_document_bulletin_id_bulletin")),
        sa.ForeignKeyConstraint(["extension_id"], ["extension.id"], name=op.f("fk_document_extension_id_extension")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_document_issue_id_issue")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_document_issued_by_id_person")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["inspection_round.id"], name=op.f("fk_document_round_id_inspection_round")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_document_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("bulletin_id", name=op.f("uq_document_bulletin_id")),
        sa.UniqueConstraint("kind", "year", "serial", name=op.f("uq_document_kind_year_serial")),
        sa.UniqueConstraint("number", name=op.f("uq_document_number")),
    )
    op.create_index("ix_document_issue", "document", ["issue_id", "id"])
    op.create_index("ix_document_round", "document", ["round_id", "id"])
    op.create_index("ix_document_visit", "document", ["visit_id", "id"])

    op.create_table(
        "paper_code",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(one_of("notice_id", "letter_id", "document_id"), name=op.f("ck_paper_code_one_paper")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_paper_code_document_id_document")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_paper_code_letter_id_letter")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_paper_code_notice_id_notice")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_paper_code")),
        sa.UniqueConstraint("document_id", name=op.f("uq_paper_code_document_id")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_paper_code_letter_id")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_paper_code_notice_id")),
    )


def create_bulletin() -> None:
    def code(name: str, *codes: str) -> sa.Enum:
        return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)

    op.create_table(
        "bulletin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", code("bulletin_state", "draft", "issued", "withdrawn", "discarded"), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("ranked_by", code("ranked_by", "township", "unit", "star", "group"), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("copies", sa.String(length=200), nullable=False),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("demands", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("as_of", sa.DateTime(), nullable=True),
        sa.Column("figures", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_bulletin_days_in_order")),
        sa.CheckConstraint("(as_of IS NULL) = (figures IS NULL)", name=op.f("ck_bulletin_figures_of_an_instant")),
        sa.CheckConstraint(
            "state IN ('draft', 'discarded') OR as_of IS NOT NULL", name=op.f("ck_bulletin_issued_is_frozen")
        ),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_bulletin_issued_by_id_person")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_bulletin_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin")),
    )
    op.create_index("ix_bulletin_state", "bulletin", ["state", "id"])


def downgrade() -> None:
    op.drop_table("paper_code")
    op.drop_table("document")
    op.drop_table("bulletin")
