"""Rows that may be there already: the same on both databases, a few statements for many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from tracker.database import Model, db

_AT_ONCE = 500  # rows a statement; SQLite counts its parameters


def insert_new(table: type[Model], rows: Sequence[dict[str, Any]]) -> int:
    """Insert in the caller's transaction the rows that break no unique key of ``table``; return how many those were."""
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    key = next(iter(table.__table__.primary_key))
    statement = insert(table).on_conflict_do_nothing().returning(key)
    parts = (list(rows[start : start + _AT_ONCE]) for start in range(0, len(rows), _AT_ONCE))
    return sum(len(db.session.execute(statement, part).all()) for part in parts)
