"""index what the dashboard counts, and what is open in the ledgers in the order of its deadline

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

OPEN = sa.text("state NOT IN ('draft', 'signed_off', 'suspended', 'dismissed')")
REOPENING = sa.text("trigger = 'reopen'")
CLOSED = sa.text("signed_off_at IS NOT NULL")
HEADINGS = {
    "township": "township_id", "unit": "responsible_unit_id", "star": "star_id", "group": "found_by_group_id",
}  # fmt: skip
ORDERED = ["issue_id", "until", "valid_from"]
FIGURES = [
    "found_on", "state", "deadline", "closed_late", "recurrences", "township_id", "responsible_unit_id", "star_id",
    "found_by_group_id",
]  # fmt: skip


def upgrade() -> None:
    op.create_index(
        "ix_issue_event_reopening", "issue_event", ["at"], sqlite_where=REOPENING, postgresql_where=REOPENING
    )
    op.create_index("ix_issue_figures", "issue", FIGURES)
    op.drop_index("ix_issue_signed_off_at", "issue")
    _closed(["signed_off_at", "id", "state"])
    op.drop_index("ix_issue_version_open", "issue_version")
    _open(["until", "deadline", "issue_id"])
    _headings([*ORDERED, "state", "deadline", "is_withdrawn"])


def downgrade() -> None:
    _headings(ORDERED)
    op.drop_index("ix_issue_version_open", "issue_version")
    _open(["until", "deadline"])
    op.drop_index("ix_issue_signed_off_at", "issue")
    _closed(["signed_off_at", "id"])
    op.drop_index("ix_issue_figures", "issue")
    op.drop_index("ix_issue_event_reopening", "issue_event")


def _headings(columns: list[str]) -> None:
    for name, heading in HEADINGS.items():
        op.drop_index(f"ix_issue_version_{name}", "issue_version")
        op.create_index(f"ix_issue_version_{name}", "issue_version", [heading, *columns])


def _closed(columns: list[str]) -> None:
    op.create_index("ix_issue_signed_off_at", "issue", columns, sqlite_where=CLOSED, postgresql_where=CLOSED)


def _open(columns: list[str]) -> None:
    op.create_index("ix_issue_version_open", "issue_version", columns, sqlite_where=OPEN, postgresql_where=OPEN)
