"""What a group sees on its way: the stops of a day, one village with its past, and the round as it was walked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

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
)
from tracker.policy import Actor, visible
from tracker.policy.rounds import visible_rounds, visible_stops
from tracker.queries.rounds import GroupPlan, round_page
from tracker.queries.visit_records import VillageNow, VisitRecord, record_of, village_now
from workflows.planning.terms import TaskKind
from workflows.round import WALKABLE, StopState


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
    """One stop with everything to know before the door, and the visit so far."""

    stop: RoundStop
    visit: Visit | None
    record: VisitRecord
    now: VillageNow


@dataclass(frozen=True)
class Walked:
    """What a group did in a round, for its report; ``reporter`` is who handed that in."""

    held: InspectionRound
    group: RoundGroup
    stops: Sequence[RoundStop]
    found: Mapping[int, Sequence[Issue]]
    states: Mapping[StopState, int]
    outcomes: Mapping[tuple[TaskKind, TaskOutcome], int]
    nothing_found: int
    reporter: str = ""

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
    return Village(stop, visit, record_of(actor, visit), village_now(actor, stop.village_id, visit))


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
    who = db.session.get(Person, plans[0].group.reported_by_id or 0)
    return Walked(held, plans[0].group, stops, found, states, outcomes, nothing, who.name if who else "")


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
