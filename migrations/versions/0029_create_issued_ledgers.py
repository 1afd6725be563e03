"""create issued ledgers: what was printed or exported, as of when, with which digest

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

WORDS = "the record never changes"


def _code(name: str, *codes: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "issued_ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", _code("ledger_kind", "issues", "duties", "progress", "overdue", "signed_off"), nullable=False
        ),
        sa.Column("medium", _code("ledger_medium", "paper", "xlsx", "csv", "json"), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_for", sa.String(length=120), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("sort", sa.String(length=20), nullable=False),
        sa.Column("grouped", sa.String(length=20), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("policy_version_id", sa.Integer(), nullable=True),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_issued_ledger_made_by_id_person")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["policy_version.id"], name=op.f("fk_issued_ledger_policy_version_id_policy_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_ledger")),
    )
    op.create_index(op.f("ix_issued_ledger_digest"), "issued_ledger", ["digest"])
    op.create_index(op.f("ix_issued_ledger_made_by_id"), "issued_ledger", ["made_by_id"])
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER issued_ledger_no_{act.lower()} BEFORE {act} ON issued_ledger "
                f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER issued_ledger_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON issued_ledger "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_table("issued_ledger")
