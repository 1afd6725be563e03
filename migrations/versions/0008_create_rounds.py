"""create the rounds: inspection rounds with their groups, stops and tasks, what they left out, visits, places of units

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_place",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "longitude BETWEEN -180 AND 180 AND latitude BETWEEN -90 AND 90", name=op.f("ck_unit_place_on_earth")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_place_unit_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit_place")),
    )
    op.create_table(
        "inspection_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("routine", "unannounced", name="round_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "published",
                "under_way",
                "reported",
                "archived",
                name="round_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("planning_since", sa.DateTime(), nullable=True),
        sa.Column("planning_step", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("begun_at", sa.DateTime(), nullable=True),
        sa.Column("reported_at", sa.DateTime(), nullable=True),
        sa.Column("archived_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_inspection_round_round_period")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_inspection_round_made_by_id_person")),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["person.id"], name=op.f("fk_inspection_round_published_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_round")),
    )
    op.create_index("ix_inspection_round_days", "inspection_round", ["first_day", "id"], unique=False)
    op.create_index("ix_inspection_round_state", "inspection_round", ["state", "first_day"], unique=False)
    op.create_table(
        "round_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("stops_a_day", sa.Integer(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.Column("reported_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["supervision_group.id"], name=op.f("fk_round_group_group_id_supervision_group")
        ),
        sa.ForeignKeyConstraint(["reported_by_id"], ["person.id"], name=op.f("fk_round_group_reported_by_id_person")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["inspection_round.id"], name=op.f("fk_round_group_round_id_inspection_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_group")),
        sa.UniqueConstraint("round_id", "group_id", name=op.f("uq_round_group_round_id_group_id")),
    )
    op.create_index(op.f("ix_round_group_group_id"), "round_group", ["group_id"], unique=False)
    op.create_table(
        "round_stop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("village_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("need", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("is_locked", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "started",
                "done",
                "missed",
                "rolled_over",
                name="stop_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("carried_from_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["carried_from_id"], ["round_stop.id"], name=op.f("fk_round_stop_carried_from_id_round_stop")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["supervision_group.id"], name=op.f("fk_round_stop_group_id_supervision_group")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["inspection_round.id"], name=op.f("fk_round_stop_round_id_inspection_round")
        ),
        sa.ForeignKeyConstraint(["village_id"], ["unit.id"], name=op.f("fk_round_stop_village_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_stop")),
        sa.UniqueConstraint(
            "round_id", "group_id", "village_id", name=op.f("uq_round_stop_round_id_group_id_village_id")
        ),
    )
    op.create_index(op.f("ix_round_stop_carried_from_id"), "round_stop", ["carried_from_id"], unique=False)
    op.create_index("ix_round_stop_day", "round_stop", ["round_id", "group_id", "day", "position"], unique=False)
    op.create_index(op.f("ix_round_stop_village_id"), "round_stop", ["village_id"], unique=False)
    op.create_index("ix_round_stop_walked", "round_stop", ["group_id", "village_id", "state"], unique=False)
    op.create_table(
        "round_left_out",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("village_id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "recheck",
                "late",
                "due_soon",
                "look_back",
                "veto",
                "unvisited",
                "lax",
                "random",
                "leftover",
                "by_hand",
                name="left_out_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("need", sa.Integer(), nullable=False),
        sa.Column(
            "why",
            sa.Enum(
                "no_group",
                "recusal",
                "own_unit",
                "consecutive",
                "finder",
                "capacity",
                "removed",
                name="left_out_why",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["supervision_group.id"], name=op.f("fk_round_left_out_group_id_supervision_group")
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_round_left_out_issue_id_issue")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["inspection_round.id"], name=op.f("fk_round_left_out_round_id_inspection_round")
        ),
        sa.ForeignKeyConstraint(["village_id"], ["unit.id"], name=op.f("fk_round_left_out_village_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_left_out")),
    )
    op.create_index(op.f("ix_round_left_out_issue_id"), "round_left_out", ["issue_id"], unique=False)
    op.create_index(op.f("ix_round_left_out_round_id"), "round_left_out", ["round_id"], unique=False)
    op.create_table(
        "round_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stop_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "recheck",
                "late",
                "due_soon",
                "look_back",
                "veto",
                "unvisited",
                "lax",
                "random",
                "leftover",
                "by_hand",
                name="task_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("issue_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("need", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "passed",
                "failed",
                "recurred",
                "found",
                "nothing",
                "skipped",
                name="task_outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_round_task_done_by_id_person")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_round_task_issue_id_issue")),
        sa.ForeignKeyConstraint(["stop_id"], ["round_stop.id"], name=op.f("fk_round_task_stop_id_round_stop")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_task")),
    )
    op.create_index(op.f("ix_round_task_issue_id"), "round_task", ["issue_id"], unique=False)
    op.create_index(op.f("ix_round_task_stop_id"), "round_task", ["stop_id"], unique=False)
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stop_id", sa.Integer(), nullable=True),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("village_id", sa.Integer(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("nothing_found", sa.Boolean(), nullable=False),
        sa.Column("forms_asked", sa.Integer(), nullable=False),
        sa.Column("photos_asked", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("client_key", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["supervision_group.id"], name=op.f("fk_visit_group_id_supervision_group")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_visit_made_by_id_person")),
        sa.ForeignKeyConstraint(["round_id"], ["inspection_round.id"], name=op.f("fk_visit_round_id_inspection_round")),
        sa.ForeignKeyConstraint(["stop_id"], ["round_stop.id"], name=op.f("fk_visit_stop_id_round_stop")),
        sa.ForeignKeyConstraint(["village_id"], ["unit.id"], name=op.f("fk_visit_village_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index("ix_visit_group", "visit", ["group_id", "started_at"], unique=False)
    op.create_index(op.f("ix_visit_round_id"), "visit", ["round_id"], unique=False)
    op.create_index(op.f("ix_visit_stop_id"), "visit", ["stop_id"], unique=False)
    op.create_index("ix_visit_village", "visit", ["village_id", "started_at"], unique=False)
    op.create_index("uq_visit_client_key", "visit", ["made_by_id", "client_key"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_visit_client_key", table_name="visit")
    op.drop_index("ix_visit_village", table_name="visit")
    op.drop_index(op.f("ix_visit_stop_id"), table_name="visit")
    op.drop_index(op.f("ix_visit_round_id"), table_name="visit")
    op.drop_index("ix_visit_group", table_name="visit")
    op.drop_table("visit")
    op.drop_index(op.f("ix_round_task_stop_id"), table_name="round_task")
    op.drop_index(op.f("ix_round_task_issue_id"), table_name="round_task")
    op.drop_table("round_task")
    op.drop_index(op.f("ix_round_left_out_round_id"), table_name="round_left_out")
    op.drop_index(op.f("ix_round_left_out_issue_id"), table_name="round_left_out")
    op.drop_table("round_left_out")
    op.drop_index("ix_round_stop_walked", table_name="round_stop")
    op.drop_index(op.f("ix_round_stop_village_id"), table_name="round_stop")
    op.drop_index("ix_round_stop_day", table_name="round_stop")
    op.drop_index(op.f("ix_round_stop_carried_from_id"), table_name="round_stop")
    op.drop_table("round_stop")
    op.drop_index(op.f("ix_round_group_group_id"), table_name="round_group")
    op.drop_table("round_group")
    op.drop_index("ix_inspection_round_state", table_name="inspection_round")
    op.drop_index("ix_inspection_round_days", table_name="inspection_round")
    op.drop_table("inspection_round")
    op.drop_table("unit_place")
