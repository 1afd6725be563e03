"""issue pdf ledgers: a ledger may go out as PDF

Revision ID: 0033
Revises: 0032
"""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

BEFORE = ("paper", "xlsx", "csv", "json")
WORDS = "the record never changes"


def upgrade() -> None:
    with _unguarded():
        _allow(*BEFORE, "pdf")


def downgrade() -> None:
    with _unguarded():
        op.execute("UPDATE issued_ledger SET medium = 'paper' WHERE medium = 'pdf'")
        _allow(*BEFORE)


def _allow(*codes: str) -> None:
    name = op.f("ck_issued_ledger_ledger_medium")
    with op.batch_alter_table("issued_ledger") as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, "medium IN ({})".format(", ".join(f"'{code}'" for code in codes)))


@contextmanager
def _unguarded() -> Iterator[None]:
    """Lift what keeps the table from being changed, and put it back: SQLite loses its triggers with the old table."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(f"DROP TRIGGER issued_ledger_no_{act}")
        yield
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER issued_ledger_no_{act.lower()} BEFORE {act} ON issued_ledger "
                f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
            )
    else:
        op.execute("ALTER TABLE issued_ledger DISABLE TRIGGER issued_ledger_no_change")
        yield
        op.execute("ALTER TABLE issued_ledger ENABLE TRIGGER issued_ledger_no_change")
