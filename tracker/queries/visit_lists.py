"""Visits as a list: those of a round or of a period, with who came, what was found and what was re-checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload

from tracker.clock import ZONE
from tracker.database import db
from tracker.models import Issue, TaskOutcome, Unit, Visit, VisitFinding, VisitRecheck
from tracker.policy import Actor, visible
from tracker.policy.visits import readable_visits
from tracker.queries.visit_records import names_of

_BATCH = 500


@dataclass(frozen=True)
class VisitLine:
    """A visit with the names of who came, the numbers of what was found, and each re-check with its outcome."""

    visit: Visit
    people: Sequence[str]
    found: Sequence[str]
    rechecks: Sequence[tuple[str, TaskOutcome]]


def visit_lines(
    actor: Actor, *, group_id: int | None, round_id: int | None, first: date | None, last: date | None
) -> Iterator[VisitLine]:
    """Yield the visits whose records the actor may open, the earliest first; both days are inclusive."""
    query = select(Visit.id).where(readable_visits(actor), *_wanted(group_id, round_id, first, last))
    ids = db.session.scalars(query.order_by(Visit.started_at, Visit.id)).all()
    for n in range(0, len(ids), _BATCH):
        yield from _lines(actor, ids[n : n + _BATCH])


def _wanted(
    group_id: int | None, round_id: int | None, first: date | None, last: date | None
) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if group_id is not None:
        wanted.append(Visit.group_id == group_id)
    if round_id is not None:
        wanted.append(Visit.round_id == round_id)
    if first is not None:
        wanted.append(Visit.started_at >= datetime.combine(first, time(), ZONE))
    if last is not None:
        wanted.append(Visit.started_at < datetime.combine(last + timedelta(days=1), time(), ZONE))
    return wanted


def _lines(actor: Actor, ids: Sequence[int]) -> Iterator[VisitLine]:
    place = joinedload(Visit.village).joinedload(Unit.township)
    query = select(Visit).where(Visit.id.in_(ids)).options(place, joinedload(Visit.group), joinedload(Visit.round))
    visits = db.session.scalars(query.order_by(Visit.started_at, Visit.id)).all()
    names = names_of(sorted({person for visit in visits for person in visit.people}))
    numbers = select(VisitFinding.visit_id, Issue.number).join(Issue, Issue.id == VisitFinding.issue_id)
    found = _by_visit(numbers.where(VisitFinding.visit_id.in_(ids), visible(actor)).order_by(Issue.id))
    answers = select(VisitRecheck.visit_id, Issue.number, VisitRecheck.outcome).join(VisitRecheck.issue)
    answers = answers.where(VisitRecheck.visit_id.in_(ids), visible(actor)).order_by(VisitRecheck.done_at, Issue.id)
    rechecks = _by_visit(answers)
    for visit in visits:
        people = [names[person] for person in visit.people if person in names]
        yield VisitLine(
            visit, people, [row.number or "" for row in found.get(visit.id, ())],
            [(row.number, row.outcome) for row in rechecks.get(visit.id, ())],
        )  # fmt: skip


def _by_visit(query: Select[*tuple[Any, ...]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(query):
        found.setdefault(row.visit_id, []).append(row)
    return found
