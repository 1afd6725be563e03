"""export papers: documents of every kind, and as .docx; each export knows the page it was asked for on

Revision ID: 0036
Revises: 0035
"""

import json
import zlib

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

KINDS = ("ledgers", "issues", "overdue", "document")
MEDIA = ("xlsx", "csv", "json", "pdf")
PAGES = {"ledgers": "/ledgers", "issues": "/issues", "overdue": "/overdue"}
EXPORT = sa.table(
    "export", sa.column("id", sa.Integer), sa.column("kind", sa.String), sa.column("medium", sa.String),
    sa.column("given", sa.JSON), sa.column("members", sa.LargeBinary),
)  # fmt: skip


def upgrade() -> None:
    _allow(kind=(*KINDS, "notice", "letter", "look_back"), medium=(*MEDIA, "docx"))
    for row in op.get_bind().execute(sa.select(EXPORT)).all():
        op.execute(EXPORT.update().where(EXPORT.c.id == row.id).values(**_told(row)))


def downgrade() -> None:
    op.execute(EXPORT.delete().where(EXPORT.c.kind.not_in(KINDS) | EXPORT.c.medium.not_in(MEDIA)))
    for row in op.get_bind().execute(sa.select(EXPORT)).all():
        given = {name: value for name, value in row.given.items() if name != "back"}
        if row.kind == "document":
            given = {"document_id": given["id"], "address": given["address"]}
        op.execute(EXPORT.update().where(EXPORT.c.id == row.id).values(given=given))
    _allow(kind=KINDS, medium=MEDIA)


def _told(row: sa.Row) -> dict[str, object]:
    """Return what an export is made from with the page it was asked for on, and the record that a document is."""
    if row.kind == "document":
        known = row.given["document_id"]
        given = {"id": known, "address": row.given["address"], "back": f"/documents/{known}"}
        return {"given": given, "members": zlib.compress(json.dumps([known]).encode())}
    asked = row.given["ledgers"][0] if row.kind == "ledgers" else row.given
    return {"given": {**row.given, "back": f"{PAGES[row.kind]}?{asked['query']}"}}


def _allow(**codes: tuple[str, ...]) -> None:
    with op.batch_alter_table("export") as batch_op:
        for column, allowed in codes.items():
            name = op.f(f"ck_export_export_{column}")
            batch_op.drop_constraint(name, type_="check")
            batch_op.create_check_constraint(
                name, "{} IN ({})".format(column, ", ".join(f"'{one}'" for one in allowed))
            )
