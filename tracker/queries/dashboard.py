"""The figures that leaders read: of the issues found in a period, how many were closed, in time, or came back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from tracker.database import db
from tracker.models import Issue, Role, Star, SupervisionGroup, Unit, UnitKind
from tracker.policy import Actor
from tracker.queries.closing import is_closed, is_judged, is_standing
from tracker.queries.filters import IssueFilter, standing_seen_by
from tracker.queries.lateness import is_overdue
from tracker.queries.places import star_names
from workflows.ranking import Place, places, rate


@dataclass(frozen=True)
class Figures:
    """What became of the issues found in a period.

    ``judged`` kept or missed their deadline: signed off with one, or open and past it. ``ended`` were signed off at
    least once, ``recurred`` of them came back.
    """

    found: int = 0
    closed: int = 0
    judged: int = 0
    in_time: int = 0
    late: int = 0
    ended: int = 0
    recurred: int = 0

    @property
    def closed_rate(self) -> Fraction | None:
        """Return 销号率: signed off of found."""
        return rate(self.closed, self.found)

    @property
    def in_time_rate(self) -> Fraction | None:
        """Return 按期办结率: signed off in time of judged."""
        return rate(self.in_time, self.judged)

    @property
    def recurred_rate(self) -> Fraction | None:
        """Return 反弹率: came back of once signed off."""
        return rate(self.recurred, self.ended)


@dataclass(frozen=True)
class RankedRow:
    """The figures under one heading and its place; ``key`` is what the filter wants, ``None`` if not stated."""

    key: int | None
    name: str
    figures: Figures
    place: Place | None


@dataclass(frozen=True)
class Ranking:
    """Those with something to be judged by, best first, and those without 未产生可比数据, by name."""

    ranked: Sequence[RankedRow]
    unranked: Sequence[RankedRow]
    whole: Figures


_NAMED: Mapping[str, tuple[InstrumentedAttribute[Any], Any]] = {
    "township": (Issue.township_id, Unit),
    "unit": (Issue.responsible_unit_id, Unit),
    "star": (Issue.star_id, Star),
    "group": (Issue.found_by_group_id, SupervisionGroup),
}


def ranking(actor: Actor, chosen: IssueFilter, by: str) -> Ranking:
    """Return the figures of the issues that ``chosen`` finds (its states are not asked), by ``by`` and in all."""
    key, named = _NAMED[by]
    query = select(key.label("key"), *figure_columns(actor.today)).select_from(Issue)
    query = query.where(is_standing(), *standing_seen_by(actor, chosen)).group_by(key)
    found = {row.key: Figures(*(n or 0 for n in row[1:])) for row in db.session.execute(query)}
    return ranked(found, _names(actor, named, found.keys(), by))


def ranked(found: Mapping[int | None, Figures], names: Mapping[int | None, str]) -> Ranking:
    """Return ``found`` in the order of the ranking; those of ``names`` that were not found have nothing to show."""
    figures = {one: found.get(one, Figures()) for one in names}
    stood = dict(zip(figures, places([one.in_time_rate for one in figures.values()]), strict=True))
    rows = [RankedRow(one, names[one], figures[one], stood[one]) for one in names]
    return Ranking(
        sorted((row for row in rows if row.place), key=_order),
        sorted((row for row in rows if not row.place), key=_order),
        total(found.values()),
    )


def total(several: Iterable[Figures]) -> Figures:
    """Return the sum of ``several``."""
    lists = [(f.found, f.closed, f.judged, f.in_time, f.late, f.ended, f.recurred) for f in several]
    return Figures(*map(sum, zip(*lists, strict=True))) if lists else Figures()


def _order(row: RankedRow) -> tuple[Any, ...]:
    """Return what rows stand by: place, then more to be judged by, then the name; what has no heading last."""
    return (row.key is None, row.place.number if row.place else 0, -row.figures.judged, -row.figures.found, row.name)


def figure_columns(today: date, of: Any = Issue) -> list[ColumnElement[Any]]:
    """Return the columns of ``Figures``, of issues or of their versions, in the order of its fields."""
    return [
        func.count(),
        _number(is_closed(of)),
        _number(is_judged(today, of)),
        _number(and_(is_closed(of), of.closed_late.is_(False))),
        _number(is_overdue(today, of)),
        _number(or_(is_closed(of), of.recurrences > 0)),
        _number(of.recurrences > 0),
    ]


def _number(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(case((condition, 1), else_=0))


def _names(actor: Actor, named: Any, found: Iterable[Any], by: str) -> dict[int | None, str]:
    """Return the headings by key; townships, stars and groups of the whole county also where nothing was found."""
    wanted = [key for key in found if key is not None]
    query = select(named.id, named.name)
    if actor.role not in (Role.OFFICE, Role.LEADER) or by == "unit":
        query = query.where(named.id.in_(wanted))
    elif by == "township":
        towns = and_(Unit.kind.in_((UnitKind.TOWNSHIP, UnitKind.STREET)), Unit.closed_on.is_(None))
        query = query.where(or_(towns, Unit.id.in_(wanted)))
    names = {row.id: row.name for row in db.session.execute(query.order_by(named.id))}
    if by == "star":
        names |= {key: name for key, name in star_names() if key in names}
    return names | ({None: ""} if None in found else {})
