"""create the importer: imports with a state of their own, their rows while they are looked at, mappings by name;
and on an issue the hour of its deadline, and whether it was signed off late

Columns come by plain ALTER TABLE, in words both databases understand: SQLite would otherwise make the tables anew,
and cannot drop one that issues refer to.

Revision ID: 0005
Revises: 0004
"""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KINDS = "'ledger', 'units', 'groups', 'roster', 'people', 'posts'"
STATES = "'received', 'proposed', 'asked', 'stored', 'undone', 'dropped', 'failed'"
TASKS = "'read', 'check', 'store'"
MOMENT = "moment"  # the one type that the two databases call by different names
FATES = "'new', 'doubt', 'ask', 'wrong', 'known', 'out'"
# What was brought in before this is stored; the model gives every later value.
COLUMNS = {
    "kind": f"VARCHAR(32) DEFAULT 'ledger' NOT NULL CONSTRAINT ck_import_batch_import_kind CHECK (kind IN ({KINDS}))",
    "state": f"VARCHAR(32) DEFAULT 'stored' NOT NULL CONSTRAINT ck_import_batch_import_state CHECK (state IN ({STATES}))",
    "file_size": "INTEGER DEFAULT 0 NOT NULL",
    "about": "JSON DEFAULT '{}' NOT NULL",
    "summary": "JSON DEFAULT '{}' NOT NULL",
    "good_only": "BOOLEAN DEFAULT false NOT NULL",
    "failure": "TEXT DEFAULT '' NOT NULL",
    "task": f"VARCHAR(32) CONSTRAINT ck_import_batch_import_task CHECK (task IN ({TASKS}))",
    "task_done": "INTEGER DEFAULT 0 NOT NULL",
    "task_total": "INTEGER DEFAULT 0 NOT NULL",
    "task_at": MOMENT,
    "asked_at": MOMENT,
    "stored_at": MOMENT,
    "version": "INTEGER DEFAULT 1 NOT NULL",
}
PEOPLE = ("asked_by_id", "stored_by_id", "undone_by_id")


def upgrade() -> None:
    moment = "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP"
    for name, words in COLUMNS.items():
        op.execute(f"ALTER TABLE import_batch ADD COLUMN {name} {moment if words == MOMENT else words}")
    for name in PEOPLE:
        op.execute(
            f"ALTER TABLE import_batch ADD COLUMN {name} INTEGER "
            f"CONSTRAINT fk_import_batch_{name}_person REFERENCES person (id)"
        )
    op.execute("UPDATE import_batch SET stored_at = made_at, stored_by_id = made_by_id")
    op.create_index("ix_import_batch_file_sha256", "import_batch", ["file_sha256"])
    op.create_index("ix_import_batch_state", "import_batch", ["state", "id"])
    _create_rows()
    _create_mappings()
    op.execute("ALTER TABLE issue ADD COLUMN deadline_time TIME")
    op.execute("ALTER TABLE issue ADD COLUMN closed_late BOOLEAN")
    _tell_what_was_closed_late()


def _create_rows() -> None:
    op.create_table(
        "import_row",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("filled", sa.JSON(), nullable=True),
        sa.Column("carried", sa.JSON(), nullable=True),
        sa.Column("edits", sa.JSON(), nullable=True),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
        sa.Column("is_left_out", sa.Boolean(), nullable=False),
        sa.Column("fate", sa.String(length=32), nullable=False),
        sa.Column("issues", sa.Integer(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=True),
        sa.CheckConstraint(f"fate IN ({FATES})", name=op.f("ck_import_row_import_fate")),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_import_row_batch_id_import_batch")),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_import_row")),
    )
    op.create_index("ix_import_row_fate", "import_row", ["batch_id", "fate", "number"])


def _create_mappings() -> None:
    op.create_table(
        "import_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_import_mapping_mapping_kind")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_import_mapping_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint("name", name=op.f("uq_import_mapping_name")),
    )


def _tell_what_was_closed_late() -> None:
    """Reckon for issues that are signed off already; their instants are UTC, their deadlines Shanghai days."""
    issue = sa.table(
        "issue", sa.column("id", sa.Integer), sa.column("state", sa.String), sa.column("deadline", sa.Date),
        sa.column("signed_off_at", sa.DateTime), sa.column("closed_late", sa.Boolean),
    )  # fmt: skip
    bind = op.get_bind()
    closed = sa.select(issue.c.id, issue.c.deadline, issue.c.signed_off_at).where(issue.c.state == "signed_off")
    late = [{"key": row[0], "late": _is_late(row[1], row[2])} for row in bind.execute(closed)]
    if late:
        change = issue.update().where(issue.c.id == sa.bindparam("key")).values(closed_late=sa.bindparam("late"))
        bind.execute(change, late)


def _is_late(deadline: date | None, at: datetime) -> bool:
    return deadline is not None and (at + timedelta(hours=8)).date() > deadline


def downgrade() -> None:
    for name in ("closed_late", "deadline_time"):
        op.execute(f"ALTER TABLE issue DROP COLUMN {name}")
    op.drop_table("import_mapping")
    op.drop_table("import_row")
    op.drop_index("ix_import_batch_state", "import_batch")
    op.drop_index("ix_import_batch_file_sha256", "import_batch")
    for name in COLUMNS:
        op.execute(f"ALTER TABLE import_batch DROP COLUMN {name}")
    if op.get_bind().dialect.name == "sqlite":
        _drop_people_sqlite()
        return
    for name in PEOPLE:
        op.drop_column("import_batch", name)


def _drop_people_sqlite() -> None:
    """Make the table anew, which SQLite wants for a column that refers to another table; nothing may refer to it then."""
    op.execute(
        "CREATE TEMPORARY TABLE imported AS SELECT id, import_batch_id FROM issue WHERE import_batch_id IS NOT NULL"
    )
    op.execute("PRAGMA ignore_check_constraints = ON")
    op.execute("UPDATE issue SET import_batch_id = NULL")
    with op.batch_alter_table("import_batch") as batch_op:
        for name in PEOPLE:
            batch_op.drop_column(name)
    op.execute(
        "UPDATE issue SET import_batch_id = (SELECT import_batch_id FROM imported WHERE imported.id = issue.id) "
        "WHERE id IN (SELECT id FROM imported)"
    )
    op.execute("PRAGMA ignore_check_constraints = OFF")
    op.execute("DROP TABLE imported")
