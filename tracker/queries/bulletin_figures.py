"""The figures of a bulletin as they stood at an instant, from the history: asked again, they are the same."""

from __future__ import annotations

from sqlalchemy import or_, select

from tracker.database import db
from tracker.models import IssueVersion, Unit, UnitKind
from tracker.queries.asof import KINDS
from tracker.queries.asof_filter import SORTS, Asked, conditions
from tracker.queries.closing import is_standing
from tracker.queries.dashboard import Figures, Ranking, figure_columns, ranked

V = IssueVersion


def ranking_at(asked: Asked, by: str) -> Ranking:
    """Return the ranking at the instant asked for; whoever existed then and had nothing to show is listed too."""
    column, kind = SORTS[by], KINDS[by]
    query = select(column.label("key"), *figure_columns(asked.moment.today, V)).where(is_standing(V))
    rows = db.session.execute(query.where(*conditions(asked)).group_by(column))
    found: dict[int | None, Figures] = {row.key: Figures(*(n or 0 for n in row[1:])) for row in rows}
    keys = [*found, *(key for key in _everybody(asked, by) if key not in found)]
    asked.moment.learn(kind, keys)
    return ranked(found, {key: asked.moment.name(kind, key) or "" for key in keys})


def _everybody(asked: Asked, by: str) -> list[int]:
    """Return the townships that there were at the instant; of others only those that something was found of."""
    if by != "township":
        return []
    is_town = Unit.kind.in_((UnitKind.TOWNSHIP, UnitKind.STREET))
    was_open = or_(Unit.closed_on.is_(None), Unit.closed_on > asked.moment.today)
    query = select(Unit.id).where(is_town, Unit.created_at <= asked.moment.at, was_open)
    return list(db.session.scalars(query.order_by(Unit.id)))
