"""Keeps the full-text index of issues, in the transaction of whatever changes their words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, or_, select, text
from sqlalchemy.orm import aliased

from tracker.database import db
from tracker.models import Issue, Unit
from tracker.queries.grams import text_grams

_BATCH = 500
_PLACE, _TOWNSHIP = aliased(Unit), aliased(Unit)
_WORDS = (Issue.number, Issue.description, Issue.category, Issue.spot, Issue.goal, Issue.remark, Issue.source_ref,
          Issue.found_by)  # fmt: skip
_WRITE = {
    "sqlite": text("INSERT OR REPLACE INTO issue_search (rowid, grams) VALUES (:id, :grams)"),
    "postgresql": text(
        "INSERT INTO issue_search (issue_id, grams) VALUES (:id, CAST(:grams AS text[])) "
        "ON CONFLICT (issue_id) DO UPDATE SET grams = excluded.grams"
    ),
}


def refresh(issue: Issue) -> None:
    """Index the words of ``issue`` anew; called after its number, place or words have changed, before the commit."""
    db.session.flush()
    units = [db.session.get(Unit, unit_id) for unit_id in (issue.location_id, issue.township_id) if unit_id]
    words = [getattr(issue, column.key) for column in _WORDS] + [unit.name for unit in units if unit]
    _write([(issue.id, *words)])


def index_all(rows: Sequence[Sequence[Any]]) -> None:
    """Index these new issues: each its id, then whatever words it has."""
    _write(rows)


def refresh_all(issue_ids: Iterable[int]) -> None:
    """Index these issues anew, a few hundred at a time."""
    ids = list(issue_ids)
    for start in range(0, len(ids), _BATCH):
        _write(db.session.execute(_words().where(Issue.id.in_(ids[start : start + _BATCH]))).all())


def refresh_at(unit_id: int) -> None:
    """Index anew what lies in this place or township: called after it was given another name, before the commit."""
    here = select(Issue.id).where(or_(Issue.location_id == unit_id, Issue.township_id == unit_id)).order_by(Issue.id)
    db.session.flush()
    refresh_all(db.session.scalars(here))


def _words() -> Select[*tuple[Any, ...]]:
    return (
        select(Issue.id, *_WORDS, _PLACE.name, _TOWNSHIP.name)
        .outerjoin(_PLACE, _PLACE.id == Issue.location_id)
        .outerjoin(_TOWNSHIP, _TOWNSHIP.id == Issue.township_id)
        .order_by(Issue.id)
    )


def _write(rows: Sequence[Sequence[Any]]) -> None:
    if not rows:
        return
    dialect = db.engine.dialect.name
    grams = ((row[0], text_grams(" ".join(part for part in row[1:] if part))) for row in rows)
    values = [{"id": key, "grams": " ".join(found) if dialect == "sqlite" else found} for key, found in grams]
    db.session.execute(_WRITE[dialect], values)
