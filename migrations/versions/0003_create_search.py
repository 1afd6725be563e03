"""create the full-text tables: stored uni- and bigrams, because two Chinese characters must be enough

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE issue_search USING fts5(grams, "
            "tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* Co So'\")"
        )
        return
    op.execute(
        "CREATE TABLE issue_search (issue_id integer PRIMARY KEY REFERENCES issue (id) ON DELETE CASCADE, "
        "grams text[] NOT NULL)"
    )
    op.execute("CREATE INDEX ix_issue_search_grams ON issue_search USING gin (grams)")


def downgrade() -> None:
    op.execute("DROP TABLE issue_search")
