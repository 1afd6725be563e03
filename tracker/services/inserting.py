"""Rows that may be there already: the same on both databases, a few statements for many."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from tracker.database import Model, db

_AT_ONCE = 500  # rows a statement; SQLite counts its parameters


def insert_new(table: type[Model], rows: Sequence[dict[str, Any]]) -> int:
    """Insert in the caller's transaction the rows that break no unique key of ``table``; return how many those were."""
    statement = _insert(table, db.engine.dialect.name)
    parts = (list(rows[start : start + _AT_ONCE]) for start in range(0, len(rows), _AT_ONCE))
    return sum(len(db.session.execute(statement, part).all()) for part in parts)


@cache
def _insert(table: type[Model], dialect: str) -> ReturningInsert[Any]:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing().returning(next(iter(table.__table__.primary_key)))
