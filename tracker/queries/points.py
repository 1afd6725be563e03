"""Points 考核扣分 as pages show them: by unit and year, and what each point was taken for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import aliased

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import Issue, Letter, Person, Point, PolicyVersion, Role, Unit
from tracker.policy import Actor, visible
from tracker.policy.scope import below_ids
from workflows.ladder import PointCause

_TOWNSHIP = aliased(Unit, name="township")


@dataclass
class PointTotal:
    """What one unit has lost in a year, by cause; what was weighed up is taken off again."""

    unit_id: int
    name: str
    township: str
    causes: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Return the sum of all causes."""
        return sum(self.causes.values())


def _seen(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on points, joined to their issue: of units in sight, for issues in sight."""
    scope = true() if actor.role in (Role.OFFICE, Role.LEADER) else Point.unit_id.in_(below_ids(actor))
    return and_(scope, visible(actor))


def visible_points(actor: Actor) -> ColumnElement[bool]:
    """Return the same condition on points alone."""
    return Point.id.in_(select(Point.id).join(Issue, Issue.id == Point.issue_id).where(_seen(actor)))


def point_years(actor: Actor) -> list[int]:
    """Return the years that have points, and this one, the latest first."""
    found = db.session.scalars(select(Point.year).distinct())
    return sorted({*found, actor.today.year}, reverse=True)


def point_totals(actor: Actor, year: int) -> list[PointTotal]:
    """Return each unit's points of the year, most first; one all of whose points were weighed up is listed with 0."""
    query = (
        select(
            Point.unit_id, Unit.name, _TOWNSHIP.name.label("township"), Point.cause, func.sum(Point.points).label("n")
        )
        .join(Unit, Unit.id == Point.unit_id)
        .outerjoin(_TOWNSHIP, _TOWNSHIP.id == Unit.township_id)
        .join(Issue, Issue.id == Point.issue_id)
        .where(Point.year == year, _seen(actor))
        .group_by(Point.unit_id, Unit.name, _TOWNSHIP.name, Point.cause)
    )
    totals: dict[int, PointTotal] = {}
    for row in db.session.execute(query):
        total = totals.setdefault(row.unit_id, PointTotal(row.unit_id, row.name, row.township or ""))
        total.causes[row.cause.value] = int(row.n)
    return sorted(totals.values(), key=lambda one: (-one.total, one.name))


def cause_codes() -> tuple[str, ...]:
    """Return the causes in the order of the page."""
    return tuple(cause.value for cause in PointCause)


def point_rows(actor: Actor, year: int, unit_id: int | None = None) -> Iterator[Any]:
    """Yield what each point was taken for, in the order in which they were written, without holding them all."""
    query = (
        select(
            Point.id, Point.day, Point.cause, Point.points, Point.rule, Point.reason, Point.reverses_id, Point.issue_id,
            Point.letter_id, Unit.name.label("unit"), _TOWNSHIP.name.label("township"), Issue.number.label("issue"),
            Letter.number.label("letter"), Person.name.label("who"), PolicyVersion.effective_on.label("effective_on"),
        )
        .join(Unit, Unit.id == Point.unit_id)
        .outerjoin(_TOWNSHIP, _TOWNSHIP.id == Unit.township_id)
        .join(Issue, Issue.id == Point.issue_id)
        .outerjoin(Letter, Letter.id == Point.letter_id)
        .outerjoin(Person, Person.id == Point.made_by_id)
        .outerjoin(PolicyVersion, PolicyVersion.id == Point.policy_version_id)
        .where(Point.year == year, _seen(actor))
        .order_by(Point.id)
    )  # fmt: skip
    if unit_id is not None:
        query = query.where(Point.unit_id == unit_id)
    yield from db.session.execute(query.execution_options(yield_per=500))


def point_unit(unit_id: int) -> Unit:
    """Return the unit whose points are looked at; its rows are those in the reader's sight."""
    found = db.session.get(Unit, unit_id)
    if found is None:
        raise NotFoundError
    return found


def point_list(actor: Actor, year: int, unit_id: int) -> Sequence[Any]:
    """Return the rows of one unit."""
    return list(point_rows(actor, year, unit_id))
