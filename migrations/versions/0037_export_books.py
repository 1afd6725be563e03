"""export books: workbooks of rounds, visits, look-backs and points, and an import's faults, are exports as well

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

BEFORE = ("ledgers", "issues", "overdue", "document", "notice", "letter", "look_back")
NEW = ("rounds", "visits", "look_backs", "look_back_frame", "points", "import_faults")


def upgrade() -> None:
    _allow(*BEFORE, *NEW)


def downgrade() -> None:
    export = sa.table("export", sa.column("kind", sa.String))
    op.execute(export.delete().where(export.c.kind.in_(NEW)))
    _allow(*BEFORE)


def _allow(*kinds: str) -> None:
    name = op.f("ck_export_export_kind")
    with op.batch_alter_table("export") as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, "kind IN ({})".format(", ".join(f"'{one}'" for one in kinds)))
