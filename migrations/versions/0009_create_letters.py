"""create the documents of supervision: letters with their issues and replies, steps of the ladder, points

Every dated issue that is in its unit's hands is to be looked at once: the sweep finds out by itself what was reached.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "remind",
                "supervise",
                "interview",
                "order",
                "instruction",
                name="letter_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "issued",
                "received",
                "replied",
                "settled",
                "withdrawn",
                name="letter_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("serial", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("recipient_unit_id", sa.Integer(), nullable=True),
        sa.Column("recipient_id", sa.Integer(), nullable=True),
        sa.Column("leader_id", sa.Integer(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_unit_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("issued_at", sa.DateTime(), nullable=True),
        sa.Column("receive_by", sa.Date(), nullable=True),
        sa.Column("reply_by", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("remind_on", sa.Date(), nullable=True),
        sa.Column("received_by_id", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum(
                "given",
                "closed",
                "suspended",
                "extended",
                "overtaken",
                name="end_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("end_words", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'withdrawn') OR (number IS NOT NULL AND issued_at IS NOT NULL AND reply_by IS NOT NULL AND recipient_unit_id IS NOT NULL)",
            name=op.f("ck_letter_issued_is_numbered"),
        ),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_letter_issued_by_id_person")),
        sa.ForeignKeyConstraint(["leader_id"], ["person.id"], name=op.f("fk_letter_leader_id_person")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_letter_made_by_id_person")),
        sa.ForeignKeyConstraint(["made_unit_id"], ["unit.id"], name=op.f("fk_letter_made_unit_id_unit")),
        sa.ForeignKeyConstraint(["received_by_id"], ["person.id"], name=op.f("fk_letter_received_by_id_person")),
        sa.ForeignKeyConstraint(["recipient_id"], ["person.id"], name=op.f("fk_letter_recipient_id_person")),
        sa.ForeignKeyConstraint(["recipient_unit_id"], ["unit.id"], name=op.f("fk_letter_recipient_unit_id_unit")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_letter_settled_by_id_person")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["person.id"], name=op.f("fk_letter_withdrawn_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("kind", "year", "serial", name=op.f("uq_letter_kind_year_serial")),
        sa.UniqueConstraint("number", name=op.f("uq_letter_number")),
    )
    op.create_index(op.f("ix_letter_leader_id"), "letter", ["leader_id"])
    op.create_index(op.f("ix_letter_made_by_id"), "letter", ["made_by_id"])
    op.create_index(
        "ix_letter_proposed",
        "letter",
        ["id"],
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_index("ix_letter_recipient", "letter", ["recipient_unit_id", "state", "due_on"])
    op.create_index(op.f("ix_letter_recipient_id"), "letter", ["recipient_id"])
    op.create_index(
        "ix_letter_remind",
        "letter",
        ["remind_on", "id"],
        sqlite_where=sa.text("remind_on IS NOT NULL"),
        postgresql_where=sa.text("remind_on IS NOT NULL"),
    )
    op.create_index("ix_letter_state", "letter", ["state", "kind", "id"])

    op.create_table(
        "letter_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("returned_by_id", sa.Integer(), nullable=True),
        sa.Column("returned_at", sa.DateTime(), nullable=True),
        sa.Column("return_words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_letter_reply_by_id_person")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_reply_letter_id_letter")),
        sa.ForeignKeyConstraint(["returned_by_id"], ["person.id"], name=op.f("fk_letter_reply_returned_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_reply")),
    )
    op.create_index(op.f("ix_letter_reply_letter_id"), "letter_reply", ["letter_id"])

    op.create_table(
        "escalation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_escalation_issue_id_issue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        sa.UniqueConstraint("issue_id", "deadline", "step", name=op.f("uq_escalation_issue_id_deadline_step")),
    )
    op.create_table(
        "letter_issue",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_letter_issue_issue_id_issue")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_issue_letter_id_letter")),
        sa.PrimaryKeyConstraint("letter_id", "issue_id", name=op.f("pk_letter_issue")),
    )
    op.create_index(op.f("ix_letter_issue_issue_id"), "letter_issue", ["issue_id"])

    op.create_table(
        "point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "yellow",
                "red",
                "remind",
                "supervise",
                "interview",
                name="point_cause",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("policy_version_id", sa.Integer(), nullable=True),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "(reverses_id IS NULL AND points > 0) OR (reverses_id IS NOT NULL AND points < 0)",
            name=op.f("ck_point_sign"),
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_point_issue_id_issue")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_point_letter_id_letter")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_point_made_by_id_person")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["policy_version.id"], name=op.f("fk_point_policy_version_id_policy_version")
        ),
        sa.ForeignKeyConstraint(["reverses_id"], ["point.id"], name=op.f("fk_point_reverses_id_point")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_point_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point")),
        sa.UniqueConstraint("key", name=op.f("uq_point_key")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_point_reverses_id")),
    )
    op.create_index(op.f("ix_point_issue_id"), "point", ["issue_id"])
    op.create_index(op.f("ix_point_letter_id"), "point", ["letter_id"])
    op.create_index("ix_point_unit", "point", ["year", "unit_id", "id"])

    op.execute("ALTER TABLE issue ADD COLUMN escalate_on DATE")
    op.create_index(
        "ix_issue_escalate",
        "issue",
        ["escalate_on", "id"],
        sqlite_where=sa.text("escalate_on IS NOT NULL"),
        postgresql_where=sa.text("escalate_on IS NOT NULL"),
    )

    op.execute("UPDATE issue SET escalate_on = deadline WHERE state IN ('assigned', 'rectifying')")


def downgrade() -> None:
    op.drop_index("ix_issue_escalate", "issue")
    op.execute("ALTER TABLE issue DROP COLUMN escalate_on")

    op.drop_index("ix_point_unit", "point")
    op.drop_index("ix_point_letter_id", "point")
    op.drop_index("ix_point_issue_id", "point")

    op.drop_table("point")
    op.drop_index("ix_letter_issue_issue_id", "letter_issue")

    op.drop_table("letter_issue")
    op.drop_table("escalation")
    op.drop_index("ix_letter_reply_letter_id", "letter_reply")

    op.drop_table("letter_reply")
    op.drop_index("ix_letter_state", "letter")
    op.drop_index("ix_letter_remind", "letter")
    op.drop_index("ix_letter_recipient_id", "letter")
    op.drop_index("ix_letter_recipient", "letter")
    op.drop_index("ix_letter_proposed", "letter")
    op.drop_index("ix_letter_made_by_id", "letter")
    op.drop_index("ix_letter_leader_id", "letter")

    op.drop_table("letter")
