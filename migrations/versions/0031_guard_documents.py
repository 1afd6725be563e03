"""guard documents: what was issued never changes again, only its receipt is still written

Revision ID: 0031
Revises: 0030
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

WORDS = "the record never changes"
WHOLE = ("document", "paper_code")
# What was issued of a notice or a letter: its columns, and when a row of the table is issued at all.
NOTICE = ("kind", "year", "serial", "number", "issue_id", "recipient_unit_id", "content", "issued_by_id", "issued_at")
LETTER = ("kind", "year", "serial", "number", "content", "issued_by_id", "issued_at")
PARTLY = {"notice": (NOTICE, ""), "letter": (LETTER, "OLD.issued_at IS NOT NULL")}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _guard_sqlite() -> None:
    acts = [(table, act, act, "") for table in WHOLE for act in ("UPDATE", "DELETE")]
    for table, (columns, when) in PARTLY.items():
        acts += [(table, "UPDATE", f"UPDATE OF {', '.join(columns)}", when), (table, "DELETE", "DELETE", when)]
    for table, name, act, when in acts:
        only = f"WHEN {when} " if when else ""
        op.execute(
            f"CREATE TRIGGER {table}_no_{name.lower()} BEFORE {act} ON {table} {only}"
            f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        )


def _guard_postgresql() -> None:
    for table in WHOLE:
        _refuse(f"{table}_no_change", "UPDATE OR DELETE", table, "STATEMENT")
    for table, (columns, when) in PARTLY.items():
        only = f"WHEN ({when}) " if when else ""
        _refuse(f"{table}_no_change", f"UPDATE OF {', '.join(columns)} OR DELETE", table, f"ROW {only}")
    for table in (*WHOLE, *PARTLY):
        _refuse(f"{table}_no_truncate", "TRUNCATE", table, "STATEMENT")


def _refuse(name: str, acts: str, table: str, each: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {acts} ON {table} FOR EACH {each} EXECUTE FUNCTION refuse_change()")


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in (*WHOLE, *PARTLY):
        for name in ("update", "delete") if is_sqlite else ("change", "truncate"):
            op.execute(f"DROP TRIGGER {table}_no_{name}" + ("" if is_sqlite else f" ON {table}"))
