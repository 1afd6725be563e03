"""create the spine

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("copy_sha256", sa.String(length=64), nullable=True),
        sa.Column("thumb_sha256", sa.String(length=64), nullable=True),
        sa.Column("device_taken_at", sa.String(length=40), nullable=True),
        sa.Column("stored_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_blob_not_empty")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    op.create_table(
        "chain_head",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chain_head")),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_attempt_address_at", ["address", "at"], unique=False)
        batch_op.create_index("ix_sign_in_attempt_login_at", ["login", "at"], unique=False)

    op.create_table(
        "star",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "unit_kind",
            sa.Enum(
                "county",
                "township",
                "street",
                "village",
                "community",
                "grid",
                "department",
                "office",
                "enterprise",
                name="star_unit_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_star")),
        sa.UniqueConstraint("unit_kind", "key", name=op.f("uq_star_unit_kind_key")),
    )
    op.create_table(
        "supervision_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_group")),
        sa.UniqueConstraint("number", name=op.f("uq_supervision_group_number")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "county",
                "township",
                "street",
                "village",
                "community",
                "grid",
                "department",
                "office",
                "enterprise",
                name="unit_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("kind_confirmed", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column("pinyin", sa.String(length=400), nullable=False),
        sa.Column("initials", sa.String(length=120), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("township_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("parent_id IS NOT NULL OR kind = 'county'", name=op.f("ck_unit_only_county_is_root")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id_unit")),
        sa.ForeignKeyConstraint(["successor_id"], ["unit.id"], name=op.f("fk_unit_successor_id_unit")),
        sa.ForeignKeyConstraint(["township_id"], ["unit.id"], name=op.f("fk_unit_township_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index("ix_unit_parent_position", ["parent_id", "position", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_path"), ["path"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_township_id"), ["township_id"], unique=False)

    op.create_table(
        "group_village",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["supervision_group.id"], name=op.f("fk_group_village_group_id_supervision_group")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_group_village_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_village")),
    )
    with op.batch_alter_table("group_village", schema=None) as batch_op:
        batch_op.create_index("ix_group_village_group_unit", ["group_id", "unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_group_village_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "indicator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("star_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "ordinary",
                "bottom_line",
                "veto",
                name="indicator_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("measured_in", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["star_id"], ["star.id"], name=op.f("fk_indicator_star_id_star")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
    )
    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_indicator_star_id"), ["star_id"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("email", sa.String(length=120), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("home_unit_id", sa.Integer(), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("totp_secret", sa.String(length=64), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("security_epoch", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_person_created_by_id_person")),
        sa.ForeignKeyConstraint(["home_unit_id"], ["unit.id"], name=op.f("fk_person_home_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("login", name=op.f("uq_person_login")),
    )
    op.create_table(
        "star_lead",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("star_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["star_id"], ["star.id"], name=op.f("fk_star_lead_star_id_star")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_star_lead_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_star_lead")),
    )
    with op.batch_alter_table("star_lead", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_star_lead_star_id"), ["star_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_star_lead_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "unit_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "current",
                "renamed",
                "recoded",
                "merged",
                "alias",
                name="name_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_name_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_name")),
    )
    with op.batch_alter_table("unit_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_name_code"), ["code"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_name_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_name_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "unit_tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_tag_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_tag")),
        sa.UniqueConstraint("unit_id", "tag", "since", name=op.f("uq_unit_tag_unit_id_tag_since")),
    )
    with op.batch_alter_table("unit_tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_tag_tag"), ["tag"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_tag_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("acting_as", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("target", sa.String(length=120), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_audit_entry_actor_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_entry_hash")),
        sa.UniqueConstraint("prev_hash", name=op.f("uq_audit_entry_prev_hash")),
        sa.UniqueConstraint("seq", name=op.f("uq_audit_entry_seq")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)

    op.create_table(
        "calendar_correction",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_calendar_correction_made_by_id_person")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_correction")),
    )
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_import_batch_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_table(
        "password_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_password_record_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_record")),
    )
    with op.batch_alter_table("password_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_password_record_person_id"), ["person_id"], unique=False)

    op.create_table(
        "policy_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_policy_version_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_version")),
    )
    with op.batch_alter_table("policy_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_policy_version_effective_on"), ["effective_on"], unique=False)

    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "sysadmin",
                "secadmin",
                "auditor",
                "office",
                "leader",
                "department",
                "assignee",
                "group_lead",
                "group_member",
                "township",
                "village",
                "reporter",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("granted_at", sa.DateTime(), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_post_approved_by_id_person")),
        sa.ForeignKeyConstraint(["granted_by_id"], ["person.id"], name=op.f("fk_post_granted_by_id_person")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["supervision_group.id"], name=op.f("fk_post_group_id_supervision_group")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_post_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_post_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_post_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_post_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "request_key",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_request_key_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_request_key")),
    )
    with op.batch_alter_table("request_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_key_at"), ["at"], unique=False)

    op.create_table(
        "reset_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_reset_link_made_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reset_link_person_id_person")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_reset_link")),
    )
    with op.batch_alter_table("reset_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reset_link_person_id"), ["person_id"], unique=False)

    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_filter_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("person_id", "page", "name", name=op.f("uq_saved_filter_person_id_page_name")),
    )
    op.create_table(
        "issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "registered",
                "assigned",
                "rectifying",
                "submitted",
                "verified",
                "signed_off",
                "suspended",
                "dismissed",
                name="issue_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(), nullable=False),
        sa.Column(
            "severity",
            sa.Enum(
                "general", "serious", "major", name="severity", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("is_long_term", sa.Boolean(), nullable=False),
        sa.Column("is_confidential", sa.Boolean(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "supervision",
                "inspection",
                "meeting",
                "bulletin",
                "appraisal",
                "report",
                "self_check",
                "import",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("source_ref", sa.String(length=200), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=True),
        sa.Column("found_by", sa.String(length=100), nullable=False),
        sa.Column("found_by_group_id", sa.Integer(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("client_key", sa.String(length=40), nullable=True),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("township_id", sa.Integer(), nullable=True),
        sa.Column("spot", sa.String(length=200), nullable=False),
        sa.Column("star_id", sa.Integer(), nullable=True),
        sa.Column("indicator_id", sa.Integer(), nullable=True),
        sa.Column("category", sa.String(length=80), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("responsible_unit_id", sa.Integer(), nullable=True),
        sa.Column("responsible_id", sa.Integer(), nullable=True),
        sa.Column("sponsor_id", sa.Integer(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(), nullable=True),
        sa.Column("first_deadline", sa.Date(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("deadline_words", sa.String(length=100), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("progress_percent", sa.Integer(), nullable=False),
        sa.Column("progress_note", sa.Text(), nullable=False),
        sa.Column("progress_at", sa.DateTime(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("recurrences", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(), nullable=True),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("submitted_unit_id", sa.Integer(), nullable=True),
        sa.Column("verified_at", sa.DateTime(), nullable=True),
        sa.Column("verified_by_id", sa.Integer(), nullable=True),
        sa.Column("verified_group_id", sa.Integer(), nullable=True),
        sa.Column("recheck_finding", sa.Text(), nullable=False),
        sa.Column("signed_off_at", sa.DateTime(), nullable=True),
        sa.Column("signed_off_by_id", sa.Integer(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("move_due_on", sa.Date(), nullable=True),
        sa.Column("duplicate_of_id", sa.Integer(), nullable=True),
        sa.Column("policy_version_id", sa.Integer(), nullable=True),
        sa.Column("import_batch_id", sa.Integer(), nullable=True),
        sa.Column("import_key", sa.String(length=100), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'signed_off' OR (signed_off_at IS NOT NULL AND (import_batch_id IS NOT NULL OR (verified_by_id IS NOT NULL AND signed_off_by_id IS NOT NULL AND signed_off_by_id <> verified_by_id AND signed_off_by_id <> submitted_by_id AND verified_by_id <> submitted_by_id)))",
            name=op.f("ck_issue_signed_off_by_several"),
        ),
        sa.CheckConstraint(
            "state <> 'suspended' OR review_on IS NOT NULL", name=op.f("ck_issue_suspended_is_reviewed")
        ),
        sa.CheckConstraint("state = 'draft' OR number IS NOT NULL", name=op.f("ck_issue_numbered_once_registered")),
        sa.CheckConstraint("deadline IS NULL OR first_deadline IS NOT NULL", name=op.f("ck_issue_first_deadline_kept")),
        sa.CheckConstraint("progress_percent BETWEEN 0 AND 100", name=op.f("ck_issue_percent")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_issue_created_by_id_person")),
        sa.ForeignKeyConstraint(["duplicate_of_id"], ["issue.id"], name=op.f("fk_issue_duplicate_of_id_issue")),
        sa.ForeignKeyConstraint(
            ["found_by_group_id"], ["supervision_group.id"], name=op.f("fk_issue_found_by_group_id_supervision_group")
        ),
        sa.ForeignKeyConstraint(
            ["import_batch_id"], ["import_batch.id"], name=op.f("fk_issue_import_batch_id_import_batch")
        ),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_issue_indicator_id_indicator")),
        sa.ForeignKeyConstraint(["location_id"], ["unit.id"], name=op.f("fk_issue_location_id_unit")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["policy_version.id"], name=op.f("fk_issue_policy_version_id_policy_version")
        ),
        sa.ForeignKeyConstraint(["responsible_id"], ["person.id"], name=op.f("fk_issue_responsible_id_person")),
        sa.ForeignKeyConstraint(["responsible_unit_id"], ["unit.id"], name=op.f("fk_issue_responsible_unit_id_unit")),
        sa.ForeignKeyConstraint(["signed_off_by_id"], ["person.id"], name=op.f("fk_issue_signed_off_by_id_person")),
        sa.ForeignKeyConstraint(["sponsor_id"], ["person.id"], name=op.f("fk_issue_sponsor_id_person")),
        sa.ForeignKeyConstraint(["star_id"], ["star.id"], name=op.f("fk_issue_star_id_star")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["person.id"], name=op.f("fk_issue_submitted_by_id_person")),
        sa.ForeignKeyConstraint(["submitted_unit_id"], ["unit.id"], name=op.f("fk_issue_submitted_unit_id_unit")),
        sa.ForeignKeyConstraint(["township_id"], ["unit.id"], name=op.f("fk_issue_township_id_unit")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["person.id"], name=op.f("fk_issue_verified_by_id_person")),
        sa.ForeignKeyConstraint(
            ["verified_group_id"], ["supervision_group.id"], name=op.f("fk_issue_verified_group_id_supervision_group")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
        sa.UniqueConstraint("import_key", name=op.f("uq_issue_import_key")),
        sa.UniqueConstraint("number", name=op.f("uq_issue_number")),
    )
    with op.batch_alter_table("issue", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_issue_duplicate_of_id"), ["duplicate_of_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_issue_found_by_group_id"), ["found_by_group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_issue_import_batch_id"), ["import_batch_id"], unique=False)
        batch_op.create_index("ix_issue_location", ["location_id", "state"], unique=False)
        batch_op.create_index(
            "ix_issue_open_deadline",
            ["deadline", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('registered', 'assigned', 'rectifying', 'submitted', 'verified')"),
            postgresql_where=sa.text("state IN ('registered', 'assigned', 'rectifying', 'submitted', 'verified')"),
        )
        batch_op.create_index(
            "ix_issue_open_township",
            ["township_id", "deadline", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('registered', 'assigned', 'rectifying', 'submitted', 'verified')"),
            postgresql_where=sa.text("state IN ('registered', 'assigned', 'rectifying', 'submitted', 'verified')"),
        )
        batch_op.create_index("ix_issue_responsible", ["responsible_id", "state", "move_due_on"], unique=False)
        batch_op.create_index("ix_issue_responsible_unit", ["responsible_unit_id", "state", "deadline"], unique=False)
        batch_op.create_index("ix_issue_star", ["star_id", "state", "deadline"], unique=False)
        batch_op.create_index("ix_issue_state_due", ["state", "move_due_on", "id"], unique=False)
        batch_op.create_index("ix_issue_township_state", ["township_id", "state", "id"], unique=False)
        batch_op.create_index("uq_issue_client_key", ["created_by_id", "client_key"], unique=True)

    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.Column("security_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("fresh_at", sa.DateTime(), nullable=False),
        sa.Column("needs_totp", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id_person")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_sign_in_post_id_post")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_person_id"), ["person_id"], unique=False)

    op.create_table(
        "assisting_unit",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_assisting_unit_issue_id_issue")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_assisting_unit_unit_id_unit")),
        sa.PrimaryKeyConstraint("issue_id", "unit_id", name=op.f("pk_assisting_unit")),
    )
    with op.batch_alter_table("assisting_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assisting_unit_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "comment", "instruction", name="comment_kind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("acting_as", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_comment_author_id_person")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_comment_issue_id_issue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_issue_id"), ["issue_id"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("sign_off", "suspend", name="consent_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "given",
                "declined",
                "withdrawn",
                name="consent_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR state = 'withdrawn' OR decided_by_id <> asked_by_id", name=op.f("ck_consent_two")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_consent_asked_by_id_person")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_consent_decided_by_id_person")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_consent_issue_id_issue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_issue_id"), ["issue_id"], unique=False)
        batch_op.create_index("ix_consent_state", ["state", "kind"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("blob_sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "before",
                "after",
                "recheck",
                "lookback",
                "attachment",
                name="phase",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_unit_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["blob_sha256"], ["blob.sha256"], name=op.f("fk_evidence_blob_sha256_blob")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_evidence_issue_id_issue")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["person.id"], name=op.f("fk_evidence_uploaded_by_id_person")),
        sa.ForeignKeyConstraint(["uploaded_unit_id"], ["unit.id"], name=op.f("fk_evidence_uploaded_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_blob_sha256"), ["blob_sha256"], unique=False)
        batch_op.create_index("ix_evidence_issue_phase", ["issue_id", "phase", "cycle"], unique=False)

    op.create_table(
        "extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "approved",
                "refused",
                "withdrawn",
                name="extension_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("old_deadline", sa.Date(), nullable=False),
        sa.Column("new_deadline", sa.Date(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_unit_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR state = 'withdrawn' OR decided_by_id <> asked_by_id",
            name=op.f("ck_extension_two"),
        ),
        sa.CheckConstraint("new_deadline > old_deadline", name=op.f("ck_extension_later")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_extension_asked_by_id_person")),
        sa.ForeignKeyConstraint(["asked_unit_id"], ["unit.id"], name=op.f("fk_extension_asked_unit_id_unit")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_extension_decided_by_id_person")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_extension_issue_id_issue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_extension_issue_id"), ["issue_id"], unique=False)
        batch_op.create_index("ix_extension_state", ["state", "level"], unique=False)
        batch_op.create_index(
            "uq_extension_one_requested",
            ["issue_id"],
            unique=True,
            sqlite_where=sa.text("state = 'requested'"),
            postgresql_where=sa.text("state = 'requested'"),
        )

    op.create_table(
        "issue_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("acting_as", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("trigger", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("dest", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_issue_event_actor_id_person")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_issue_event_issue_id_issue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_event")),
        sa.UniqueConstraint("hash", name=op.f("uq_issue_event_hash")),
        sa.UniqueConstraint("prev_hash", name=op.f("uq_issue_event_prev_hash")),
        sa.UniqueConstraint("seq", name=op.f("uq_issue_event_seq")),
    )
    with op.batch_alter_table("issue_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_issue_event_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index("ix_issue_event_at", ["at", "id"], unique=False)
        batch_op.create_index("ix_issue_event_issue", ["issue_id", "seq"], unique=False)

    op.create_table(
        "measure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_measure_issue_id_issue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
    )
    with op.batch_alter_table("measure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_measure_issue_id"), ["issue_id"], unique=False)

    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("recipient_unit_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(), nullable=False),
        sa.Column("received_by_id", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_notice_issue_id_issue")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_notice_issued_by_id_person")),
        sa.ForeignKeyConstraint(["received_by_id"], ["person.id"], name=op.f("fk_notice_received_by_id_person")),
        sa.ForeignKeyConstraint(["recipient_unit_id"], ["unit.id"], name=op.f("fk_notice_recipient_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("kind", "year", "serial", name=op.f("uq_notice_kind_year_serial")),
        sa.UniqueConstraint("number", name=op.f("uq_notice_number")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_issue_id"), ["issue_id"], unique=False)

    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("read_at", sa.DateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_outbox_message_issue_id_issue")),
        sa.ForeignKeyConstraint(["recipient_id"], ["person.id"], name=op.f("fk_outbox_message_recipient_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_message_key")),
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_message_inbox", ["recipient_id", "channel", "read_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_message_issue_id"), ["issue_id"], unique=False)
        batch_op.create_index("ix_outbox_message_pending", ["channel", "sent_at"], unique=False)

    op.create_table(
        "stage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_stage_issue_id_issue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage")),
    )
    with op.batch_alter_table("stage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stage_issue_id"), ["issue_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("stage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stage_issue_id"))

    op.drop_table("stage")
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_message_pending")
        batch_op.drop_index(batch_op.f("ix_outbox_message_issue_id"))
        batch_op.drop_index("ix_outbox_message_inbox")

    op.drop_table("outbox_message")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_issue_id"))

    op.drop_table("notice")
    with op.batch_alter_table("measure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_measure_issue_id"))

    op.drop_table("measure")
    with op.batch_alter_table("issue_event", schema=None) as batch_op:
        batch_op.drop_index("ix_issue_event_issue")
        batch_op.drop_index("ix_issue_event_at")
        batch_op.drop_index(batch_op.f("ix_issue_event_actor_id"))

    op.drop_table("issue_event")
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_extension_one_requested",
            sqlite_where=sa.text("state = 'requested'"),
            postgresql_where=sa.text("state = 'requested'"),
        )
        batch_op.drop_index("ix_extension_state")
        batch_op.drop_index(batch_op.f("ix_extension_issue_id"))

    op.drop_table("extension")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index("ix_evidence_issue_phase")
        batch_op.drop_index(batch_op.f("ix_evidence_blob_sha256"))

    op.drop_table("evidence")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index("ix_consent_state")
        batch_op.drop_index(batch_op.f("ix_consent_issue_id"))

    op.drop_table("consent")
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comment_issue_id"))

    op.drop_table("comment")
    with op.batch_alter_table("assisting_unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assisting_unit_unit_id"))

    op.drop_table("assisting_unit")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_person_id"))

    op.drop_table("sign_in")
    with op.batch_alter_table("issue", schema=None) as batch_op:
        batch_op.drop_index("uq_issue_client_key")
        batch_op.drop_index("ix_issue_township_state")
        batch_op.drop_index("ix_issue_state_due")
        batch_op.drop_index("ix_issue_star")
        batch_op.drop_index("ix_issue_responsible_unit")
        batch_op.drop_index("ix_issue_responsible")
        batch_op.drop_index(
            "ix_issue_open_township",
            sqlite_where=sa.text("state IN ('registered', 'assigned', 'rectifying', 'submitted', 'verified')"),
            postgresql_where=sa.text("state IN ('registered', 'assigned', 'rectifying', 'submitted', 'verified')"),
        )
        batch_op.drop_index(
            "ix_issue_open_deadline",
            sqlite_where=sa.text("state IN ('registered', 'assigned', 'rectifying', 'submitted', 'verified')"),
            postgresql_where=sa.text("state IN ('registered', 'assigned', 'rectifying', 'submitted', 'verified')"),
        )
        batch_op.drop_index("ix_issue_location")
        batch_op.drop_index(batch_op.f("ix_issue_import_batch_id"))
        batch_op.drop_index(batch_op.f("ix_issue_found_by_group_id"))
        batch_op.drop_index(batch_op.f("ix_issue_duplicate_of_id"))

    op.drop_table("issue")
    op.drop_table("saved_filter")
    with op.batch_alter_table("reset_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reset_link_person_id"))

    op.drop_table("reset_link")
    with op.batch_alter_table("request_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_key_at"))

    op.drop_table("request_key")
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_post_unit_id"))
        batch_op.drop_index(batch_op.f("ix_post_person_id"))
        batch_op.drop_index(batch_op.f("ix_post_group_id"))

    op.drop_table("post")
    with op.batch_alter_table("policy_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_policy_version_effective_on"))

    op.drop_table("policy_version")
    with op.batch_alter_table("password_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_password_record_person_id"))

    op.drop_table("password_record")
    op.drop_table("import_batch")
    op.drop_table("calendar_correction")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_at"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_actor_id"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_action"))

    op.drop_table("audit_entry")
    with op.batch_alter_table("unit_tag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_tag_unit_id"))
        batch_op.drop_index(batch_op.f("ix_unit_tag_tag"))

    op.drop_table("unit_tag")
    with op.batch_alter_table("unit_name", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_name_unit_id"))
        batch_op.drop_index(batch_op.f("ix_unit_name_name"))
        batch_op.drop_index(batch_op.f("ix_unit_name_code"))

    op.drop_table("unit_name")
    with op.batch_alter_table("star_lead", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_star_lead_unit_id"))
        batch_op.drop_index(batch_op.f("ix_star_lead_star_id"))

    op.drop_table("star_lead")
    op.drop_table("person")
    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_indicator_star_id"))

    op.drop_table("indicator")
    with op.batch_alter_table("group_village", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_group_village_unit_id"))
        batch_op.drop_index("ix_group_village_group_unit")

    op.drop_table("group_village")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_township_id"))
        batch_op.drop_index(batch_op.f("ix_unit_path"))
        batch_op.drop_index("ix_unit_parent_position")
        batch_op.drop_index(batch_op.f("ix_unit_parent_id"))

    op.drop_table("unit")
    op.drop_table("supervision_group")
    op.drop_table("star")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_attempt_login_at")
        batch_op.drop_index("ix_sign_in_attempt_address_at")

    op.drop_table("sign_in_attempt")
    op.drop_table("setting")
    op.drop_table("counter")
    op.drop_table("chain_head")
    op.drop_table("blob")
