"""What a group sees on its way: the stops of a day, one village with its past, and the round as it was walked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import (
    InspectionRound,
    Issue,
    Person,
    RoundGroup,
    RoundStop,
    RoundTask,
    TaskOutcome,
    Unit,
    Visit,
    VisitFinding,
    VisitPhoto,
)
from tracker.policy import IS_OPEN, Actor, listed, visible
from tracker.policy.rounds import visible_rounds, visible_stops
from tracker.policy.visits import visible_visits
from tracker.queries.issues import IssueLine, line_columns, with_lateness
from tracker.queries.rounds import GroupPlan, round_page
from workflows.issue import IssueState
from workflows.planning.terms import TaskKind
from workflows.round import WALKABLE, StopState

LAST_VISITS, MOST_ISSUES = 5, 50


@dataclass(frozen=True)
class Walk:
    """A group's way on one day: its stops, and those of earlier days that are not yet done."""

    held: InspectionRound
    plan: GroupPlan
    day: date

    @property
    def stops(self) -> Sequence[RoundStop]:
        """Return the stops of the day in order."""
        return self.plan.days.get(self.day, ())

    @property
    def behind(self) -> Sequence[RoundStop]:
        """Return the stops of earlier days that wait or go on."""
        waiting = (StopState.PLANNED, StopState.STARTED)
        earlier = (stops for day, stops in self.plan.days.items() if day < self.day)
        return [stop for stops in earlier for stop in stops if stop.state in waiting]

    @property
    def over(self) -> int:
        """Return how many stops of the day wait for nobody."""
        return sum(stop.state not in (StopState.PLANNED, StopState.STARTED) for stop in self.stops)


@dataclass(frozen=True)
class Village:
    """One stop with everything to know before the door: issues, past, tasks, and the visit so far."""

    stop: RoundStop
    visit: Visit | None
    people: Mapping[int, str]
    photos: Sequence[VisitPhoto]
    found: Sequence[Issue]
    issues: Sequence[IssueLine]
    past: Sequence[Visit]
    returns: int
    recurrences: int
    closed: int


@dataclass(frozen=True)
class Walked:
    """What a group did in a round, for its report."""

    held: InspectionRound
    group: RoundGroup
    stops: Sequence[RoundStop]
    found: Mapping[int, Sequence[Issue]]
    states: Mapping[StopState, int]
    outcomes: Mapping[tuple[TaskKind, TaskOutcome], int]
    nothing_found: int

    @property
    def rechecks(self) -> tuple[int, int]:
        """Return how many re-checks passed and how many did not."""
        passed, failed = ((TaskKind.RECHECK, outcome) for outcome in (TaskOutcome.PASSED, TaskOutcome.FAILED))
        return self.outcomes.get(passed, 0), self.outcomes.get(failed, 0)

    def missed(self) -> list[RoundStop]:
        """Return the stops that were not visited."""
        return [stop for stop in self.stops if stop.state in (StopState.MISSED, StopState.ROLLED_OVER)]


def walkable(actor: Actor) -> Sequence[InspectionRound]:
    """Return the rounds the actor's group walks now, earliest first."""
    query = select(InspectionRound).where(visible_rounds(actor), InspectionRound.state.in_(WALKABLE))
    return db.session.scalars(query.order_by(InspectionRound.first_day, InspectionRound.id)).all()


def walk(actor: Actor, held: InspectionRound, day: date | None) -> Walk | None:
    """Return the group's way on ``day``: without one today, else the next day it goes out, else the last.

    ``None`` where the group has no stop in the round.
    """
    plans = round_page(actor, held.id, group_id=actor.group_id).plans
    if not plans or not plans[0].stops:
        return None
    days = list(plans[0].days)
    chosen = day or next((one for one in days if one >= actor.today), days[-1])
    return Walk(held, plans[0], chosen)


def village_stop(actor: Actor, stop_id: int) -> RoundStop:
    """Return one stop; raise ``NotFoundError`` where there is none or none the actor may learn of."""
    query = select(RoundStop).where(RoundStop.id == stop_id, visible_stops(actor))
    stop = db.session.scalars(query.options(joinedload(RoundStop.village).joinedload(Unit.township))).first()
    if stop is None:
        raise NotFoundError
    return stop


def village_page(actor: Actor, stop_id: int) -> Village:
    """Return the page of one stop; raise ``NotFoundError`` where there is none or none the actor may learn of."""
    stop = village_stop(actor, stop_id)
    visit = db.session.scalars(select(Visit).where(Visit.stop_id == stop.id).order_by(Visit.id.desc())).first()
    here = or_(Issue.location_id == stop.village_id, Issue.location_id.in_(_grids(stop.village_id)))
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
    return Village(
        stop=stop, visit=visit, people=names_of(visit.people if visit else ()),
        photos=_photos(visit), found=_found(actor, visit), issues=with_lateness(rows, actor),
        past=last_visits(actor, stop.village_id, visit), returns=counted.returns, recurrences=counted.recurrences,
        closed=counted.closed,
    )  # fmt: skip


def _grids(village_id: int) -> Any:
    return select(Unit.id).where(Unit.parent_id == village_id)


def names_of(people: Sequence[int]) -> dict[int, str]:
    """Return the names of these persons by their ids."""
    query = select(Person.id, Person.name).where(Person.id.in_(people)).order_by(Person.id)
    return {row.id: row.name for row in db.session.execute(query)} if people else {}


def _photos(visit: Visit | None) -> Sequence[VisitPhoto]:
    if visit is None:
        return ()
    query = select(VisitPhoto).where(VisitPhoto.visit_id == visit.id).options(joinedload(VisitPhoto.blob))
    return db.session.scalars(query.order_by(VisitPhoto.id)).all()


def _found(actor: Actor, visit: Visit | None) -> Sequence[Issue]:
    if visit is None:
        return ()
    query = select(Issue).join(VisitFinding, VisitFinding.issue_id == Issue.id).where(VisitFinding.visit_id == visit.id)
    return db.session.scalars(query.where(visible(actor)).order_by(Issue.id)).all()


def last_visits(actor: Actor, village_id: int, but: Visit | None = None) -> Sequence[Visit]:
    """Return the latest visits of a village that the actor may learn of, the newest first."""
    query = select(Visit).where(Visit.village_id == village_id, visible_visits(actor))
    if but is not None:
        query = query.where(Visit.id != but.id)
    return db.session.scalars(
        query.options(joinedload(Visit.group)).order_by(Visit.started_at.desc(), Visit.id.desc()).limit(LAST_VISITS)
    ).all()


def photo_seen(actor: Actor, photo_id: int) -> VisitPhoto:
    """Return a photograph of a visit with its blob; ``NotFoundError`` where the visit is not the actor's to see."""
    query = (
        select(VisitPhoto).join(Visit, VisitPhoto.visit_id == Visit.id).join(RoundStop, Visit.stop_id == RoundStop.id)
    )
    photo = db.session.scalars(
        query.where(VisitPhoto.id == photo_id, visible_stops(actor)).options(joinedload(VisitPhoto.blob))
    ).first()
    if photo is None:
        raise NotFoundError
    return photo


def walked(actor: Actor, round_id: int, group_id: int | None) -> Walked:
    """Return what a group, by default the first, did in a round; ``NotFoundError`` where it is not theirs."""
    plans = round_page(actor, round_id, group_id=group_id).plans
    if not plans:
        raise NotFoundError
    stops = [stop for day in plans[0].days.values() for stop in day]
    states: dict[StopState, int] = {}
    outcomes: dict[tuple[TaskKind, TaskOutcome], int] = {}
    for stop in stops:
        states[stop.state] = states.get(stop.state, 0) + 1
        for task in stop.tasks:
            if task.outcome is not None:
                outcomes[task.kind, task.outcome] = outcomes.get((task.kind, task.outcome), 0) + 1
    found: dict[int, list[Issue]] = {}
    mine = (Visit.round_id == round_id, Visit.group_id == plans[0].group.group_id)
    query = select(Visit.stop_id, Issue).join(VisitFinding, VisitFinding.visit_id == Visit.id)
    query = query.join(Issue, Issue.id == VisitFinding.issue_id).where(*mine, visible(actor)).order_by(Issue.id)
    for stop_id, issue in db.session.execute(query):
        found.setdefault(stop_id or 0, []).append(issue)
    nothing = db.session.scalar(select(func.count()).select_from(Visit).where(*mine, Visit.nothing_found)) or 0
    held = db.session.get_one(InspectionRound, round_id)
    return Walked(held, plans[0].group, stops, found, states, outcomes, nothing)


def stop_of_issue(actor: Actor, issue_id: int) -> RoundStop | None:
    """Return the stop of the actor's that an issue was found at, or at which a round under way looks at it."""
    if not actor.is_group:
        return None
    found = select(Visit.stop_id).join(VisitFinding, VisitFinding.visit_id == Visit.id)
    looked = select(RoundTask.stop_id).join(RoundStop, RoundTask.stop_id == RoundStop.id)
    looked = looked.join(InspectionRound, RoundStop.round_id == InspectionRound.id)
    looked = looked.where(RoundTask.issue_id == issue_id, InspectionRound.state.in_(WALKABLE))
    either = or_(RoundStop.id.in_(found.where(VisitFinding.issue_id == issue_id)), RoundStop.id.in_(looked))
    query = select(RoundStop).where(either, visible_stops(actor)).options(joinedload(RoundStop.village))
    return db.session.scalars(query.order_by(RoundStop.id.desc()).limit(1)).first()
