"""What a visit recorded, and what is to know of its village before the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import Issue, Person, Unit, Visit, VisitFinding, VisitPhoto, VisitRecheck
from tracker.policy import IS_OPEN, Actor, listed, visible
from tracker.policy.visits import readable_visits, visible_visits
from tracker.queries.issues import IssueLine, line_columns, with_lateness
from workflows.issue import IssueState

LAST_VISITS, MOST_ISSUES = 5, 50


@dataclass(frozen=True)
class VisitRecord:
    """Who came, by id, the photographs, and what was found and re-checked, as far as the reader may see it."""

    people: Mapping[int, str] = field(default_factory=dict)
    photos: Sequence[VisitPhoto] = ()
    found: Sequence[Issue] = ()
    rechecks: Sequence[VisitRecheck] = ()


@dataclass(frozen=True)
class VillageNow:
    """A village today: its open issues, how often work came back, and the last visits to it."""

    issues: Sequence[IssueLine]
    past: Sequence[Visit]
    returns: int
    recurrences: int
    closed: int


def visit_seen(actor: Actor, visit_id: int) -> Visit:
    """Return a visit with its village; raise ``NotFoundError`` where there is none or none the actor may open."""
    query = select(Visit).where(Visit.id == visit_id, readable_visits(actor))
    place = joinedload(Visit.village).joinedload(Unit.township)
    visit = db.session.scalars(query.options(place, joinedload(Visit.group))).first()
    if visit is None:
        raise NotFoundError
    return visit


def record_of(actor: Actor, visit: Visit | None) -> VisitRecord:
    """Return what a visit recorded; nothing where none has begun."""
    if visit is None:
        return VisitRecord()
    photos = select(VisitPhoto).where(VisitPhoto.visit_id == visit.id).options(joinedload(VisitPhoto.blob))
    found = select(Issue).join(VisitFinding, VisitFinding.issue_id == Issue.id).where(VisitFinding.visit_id == visit.id)
    rechecks = select(VisitRecheck).join(VisitRecheck.issue).where(VisitRecheck.visit_id == visit.id, visible(actor))
    return VisitRecord(
        names_of(visit.people),
        db.session.scalars(photos.order_by(VisitPhoto.id)).all(),
        db.session.scalars(found.where(visible(actor)).order_by(Issue.id)).all(),
        db.session.scalars(rechecks.options(contains_eager(VisitRecheck.issue)).order_by(VisitRecheck.done_at)).all(),
    )


def names_of(people: Sequence[int]) -> dict[int, str]:
    """Return the names of these persons by their ids."""
    query = select(Person.id, Person.name).where(Person.id.in_(people)).order_by(Person.id)
    return {row.id: row.name for row in db.session.execute(query)} if people else {}


def village_now(actor: Actor, village_id: int, but: Visit | None = None) -> VillageNow:
    """Return what is to know of a village and its grids; ``but`` is the visit at hand, no part of its past."""
    here = _within(village_id)
    rows = db.session.execute(
        line_columns()
        .where(listed(actor), IS_OPEN, here)
        .order_by(Issue.deadline.asc().nulls_last(), Issue.id)
        .limit(MOST_ISSUES)
    ).all()
    past = select(
        func.coalesce(func.sum(Issue.returns), 0).label("returns"),
        func.coalesce(func.sum(Issue.recurrences), 0).label("recurrences"),
        func.count().filter(Issue.state == IssueState.SIGNED_OFF).label("closed"),
    ).where(listed(actor), here)
    counted = db.session.execute(past).one()
    return VillageNow(
        with_lateness(rows, actor), last_visits(actor, village_id, but), counted.returns, counted.recurrences,
        counted.closed,
    )  # fmt: skip


def _within(village_id: int) -> ColumnElement[bool]:
    grids = select(Unit.id).where(Unit.parent_id == village_id)
    return or_(Issue.location_id == village_id, Issue.location_id.in_(grids))


def last_visits(actor: Actor, village_id: int, but: Visit | None = None) -> Sequence[Visit]:
    """Return the latest visits of a village that the actor may learn of, the newest first."""
    query = select(Visit).where(Visit.village_id == village_id, visible_visits(actor))
    if but is not None:
        query = query.where(Visit.id != but.id)
    return db.session.scalars(
        query.options(joinedload(Visit.group)).order_by(Visit.started_at.desc(), Visit.id.desc()).limit(LAST_VISITS)
    ).all()


def photo_seen(actor: Actor, photo_id: int) -> VisitPhoto:
    """Return a photograph of a visit with its blob; ``NotFoundError`` where the visit is not the actor's to open."""
    query = select(VisitPhoto).join(VisitPhoto.visit).where(VisitPhoto.id == photo_id, readable_visits(actor))
    photo = db.session.scalars(query.options(joinedload(VisitPhoto.blob))).first()
    if photo is None:
        raise NotFoundError
    return photo
