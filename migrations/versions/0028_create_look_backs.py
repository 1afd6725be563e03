"""create look-backs: plans with their samples, results, and the codes that speak of them elsewhere

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# Table, column and name of a list of codes, the code that joins it, and what stands for it without that code: nothing
# where the record never changes.
CODES = (
    ("issue", "source", "source", "look_back", "supervision",
     ("supervision", "inspection", "meeting", "bulletin", "appraisal", "report", "self_check", "import")),
    ("round_task", "outcome", "task_outcome", "held", "passed",
     ("passed", "failed", "recurred", "found", "nothing", "skipped")),
    ("issue_version", "source", "version_source", "look_back", None,
     ("supervision", "inspection", "meeting", "bulletin", "appraisal", "report", "self_check", "import")),
    ("visit_recheck", "outcome", "recheck_outcome", "held", "passed",
     ("passed", "failed", "recurred", "found", "nothing", "skipped")),
    ("round_left_out", "why", "left_out_why", "verifier", "finder",
     ("no_group", "recusal", "own_unit", "consecutive", "finder", "capacity", "removed")),
)  # fmt: skip


def _states(*codes: str, name: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    _create_plan()
    _create_look_back()
    for table, column, name, code, _without, codes in CODES:
        _allow(table, column, name, codes, (*codes, code))


def _create_plan() -> None:
    op.create_table(
        "look_back_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("frame", sa.JSON(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("close_reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_look_back_plan_look_back_period")),
        _refers("look_back_plan", "made_by_id", "person"),
        _refers("look_back_plan", "closed_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_back_plan")),
    )


def _create_look_back() -> None:
    op.create_table(
        "look_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column(
            "state", _states("waiting", "held", "found_again", "dropped", name="look_back_state"), nullable=False
        ),
        sa.Column("reason", _states("lot", "major", name="pick_reason"), nullable=True),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("township_id", sa.Integer(), nullable=True),
        sa.Column("star_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=True),
        sa.Column("new_issue_id", sa.Integer(), nullable=True),
        sa.Column("drop_reason", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "plan_id IS NOT NULL OR state IN ('held', 'found_again')", name=op.f("ck_look_back_waits_by_plan")
        ),
        sa.CheckConstraint(
            "state NOT IN ('held', 'found_again') OR (number IS NOT NULL AND done_on IS NOT NULL "
            "AND recorded_at IS NOT NULL AND finding <> '')",
            name=op.f("ck_look_back_result_is_recorded"),
        ),
        _refers("look_back", "plan_id", "look_back_plan"),
        _refers("look_back", "issue_id", "issue"),
        _refers("look_back", "township_id", "unit"),
        _refers("look_back", "star_id", "star"),
        _refers("look_back", "unit_id", "unit"),
        _refers("look_back", "group_id", "supervision_group"),
        _refers("look_back", "recorded_by_id", "person"),
        _refers("look_back", "new_issue_id", "issue"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_back")),
        sa.UniqueConstraint("number", name=op.f("uq_look_back_number")),
        sa.UniqueConstraint("plan_id", "issue_id", name=op.f("uq_look_back_plan_id_issue_id")),
    )
    waits = sa.text("state = 'waiting'")
    op.create_index(
        "uq_look_back_waiting", "look_back", ["issue_id"], unique=True, sqlite_where=waits, postgresql_where=waits
    )
    op.create_index(op.f("ix_look_back_issue_id"), "look_back", ["issue_id"])
    op.create_index(op.f("ix_look_back_new_issue_id"), "look_back", ["new_issue_id"])
    op.create_index("ix_look_back_unit", "look_back", ["unit_id", "state"])
    op.create_index("ix_look_back_state", "look_back", ["state", "due_on"])


def _allow(
    table: str, column: str, name: str, old: tuple[str, ...], new: tuple[str, ...], *, checks: bool = True
) -> None:
    """Let a column hold these codes and no others; what it holds already is looked at if it ``checks``."""
    constraint = f"ck_{table}_{name}"
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(constraint), table, type_="check")
        op.create_check_constraint(
            op.f(constraint), table, f"{column} IN ({_listed(new)})", postgresql_not_valid=not checks
        )
        return
    # SQLite cannot change a constraint, and a table that others refer to cannot be made anew while it holds rows.
    # Its documentation names this way for constraints: https://www.sqlite.org/lang_altertable.html
    bind = op.get_bind()
    version = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = bind.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ? AND instr(sql, ?) > 0",
        (f"{column} IN ({_listed(old)})", f"{column} IN ({_listed(new)})", table, f"{column} IN ({_listed(old)})"),
    )
    if changed.rowcount != 1:
        raise RuntimeError(constraint)
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = RESET")


def _listed(codes: tuple[str, ...]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


def downgrade() -> None:
    for table, column, name, code, without, codes in CODES:
        if without is not None:
            op.execute(f"UPDATE {table} SET {column} = '{without}' WHERE {column} = '{code}'")
        _allow(table, column, name, (*codes, code), codes, checks=without is not None)
    op.drop_table("look_back")
    op.drop_table("look_back_plan")
