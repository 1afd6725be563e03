"""Keeps the full-text index of issues, in the transaction of whatever changes their words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.orm import aliased

from tracker.database import db
from tracker.models import Issue, Unit
from tracker.queries.grams import text_grams

_BATCH = 500
_SQLITE = ("DELETE FROM issue_search WHERE rowid = :id", "INSERT INTO issue_search (rowid, grams) VALUES (:id, :grams)")
_POSTGRESQL = (
    "INSERT INTO issue_search (issue_id, grams) VALUES (:id, CAST(:grams AS text[])) "
    "ON CONFLICT (issue_id) DO UPDATE SET grams = excluded.grams",
)


def refresh(issue: Issue) -> None:
    """Index the words of ``issue`` anew; called after its number, place or words have changed, before the commit."""
    db.session.flush()
    refresh_all((issue.id,))


def refresh_all(issue_ids: Iterable[int]) -> None:
    """Index these issues anew, a few hundred at a time."""
    ids = list(issue_ids)
    for start in range(0, len(ids), _BATCH):
        _write(db.session.execute(_words().where(Issue.id.in_(ids[start : start + _BATCH]))).all())


def _words() -> Any:
    place, township = aliased(Unit), aliased(Unit)
    return (
        select(
            Issue.id, Issue.number, Issue.description, Issue.category, Issue.spot, place.name, township.name,
            Issue.goal, Issue.remark, Issue.source_ref, Issue.found_by,
        )
        .outerjoin(place, place.id == Issue.location_id)
        .outerjoin(township, township.id == Issue.township_id)
        .order_by(Issue.id)
    )  # fmt: skip


def _write(rows: Sequence[Row[Any]]) -> None:
    is_sqlite = db.engine.dialect.name == "sqlite"
    values = [{"id": row[0], "grams": _stored(row, is_sqlite)} for row in rows]
    for statement in (_SQLITE if is_sqlite else _POSTGRESQL) if values else ():
        db.session.execute(text(statement), values)


def _stored(row: Sequence[Any], is_sqlite: bool) -> str | list[str]:
    words = [part for part in row[1:] if part]
    grams = text_grams(" ".join(words))
    return " ".join(grams) if is_sqlite else grams
