"""Inspection rounds as their pages show them; every one of these goes through the scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import InspectionRound, Issue, Post, Role, RoundGroup, RoundLeftOut, RoundStop, RoundTask, Unit
from tracker.policy import Actor
from tracker.policy.rounds import visible_rounds, visible_stops
from tracker.queries.rules import work_calendar
from workflows.planning.terms import LeftOutWhy
from workflows.round import RoundState, StopState

SIZE = 50
MOST_LEFT = 300  # lines of what was left out that a page shows
_OVER = (StopState.DONE, StopState.MISSED, StopState.ROLLED_OVER)


@dataclass(frozen=True)
class RoundLine:
    """A round with how far it has come, as far as the reader may see it."""

    held: InspectionRound
    groups: int
    stops: int
    walked: int


@dataclass(frozen=True)
class GroupPlan:
    """What one group does in a round: its stops by day, every day it goes out included."""

    group: RoundGroup
    days: Mapping[date, Sequence[RoundStop]]

    @property
    def stops(self) -> int:
        """Return how many stops there are."""
        return sum(map(len, self.days.values()))

    @property
    def tasks(self) -> int:
        """Return how many tasks there are."""
        return sum(len(stop.tasks) for stops in self.days.values() for stop in stops)

    @property
    def over(self) -> int:
        """Return how many stops wait for nobody any more."""
        return sum(stop.state in _OVER for stops in self.days.values() for stop in stops)


@dataclass(frozen=True)
class RoundPage:
    """A round with the plans of the groups that the reader may see; ``left`` counts what was left out, by why."""

    held: InspectionRound
    plans: Sequence[GroupPlan]
    left: Mapping[LeftOutWhy, int]

    @property
    def stops(self) -> int:
        """Return how many stops the reader sees."""
        return sum(plan.stops for plan in self.plans)

    @property
    def tasks(self) -> int:
        """Return how many tasks the reader sees."""
        return sum(plan.tasks for plan in self.plans)

    @property
    def capacity(self) -> int:
        """Return for how many stops these groups have room."""
        return sum(plan.group.capacity for plan in self.plans)


def round_list(actor: Actor, *, before: int | None = None) -> tuple[list[RoundLine], int | None]:
    """Return a page of rounds, newest period first, and the id from which the next page goes on."""
    query = select(InspectionRound).where(visible_rounds(actor))
    if before is not None:
        here = select(InspectionRound.first_day).where(InspectionRound.id == before).scalar_subquery()
        same = (InspectionRound.first_day == here) & (InspectionRound.id < before)
        query = query.where(or_(InspectionRound.first_day < here, same))
    ordered = query.order_by(InspectionRound.first_day.desc(), InspectionRound.id.desc()).limit(SIZE + 1)
    found = list(db.session.scalars(ordered.options(selectinload(InspectionRound.groups))))
    counts = _counts(actor, [one.id for one in found])
    mine = {actor.group_id} if actor.is_group else None
    lines = [
        RoundLine(one, sum(mine is None or g.group_id in mine for g in one.groups), *counts.get(one.id, (0, 0)))
        for one in found[:SIZE]
    ]
    return lines, found[SIZE - 1].id if len(found) > SIZE else None


def _counts(actor: Actor, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    done = func.count().filter(RoundStop.state.in_(_OVER))
    query = (
        select(RoundStop.round_id, func.count(), done)
        .where(RoundStop.round_id.in_(ids), visible_stops(actor))
        .group_by(RoundStop.round_id)
    )
    return {round_id: (stops, walked) for round_id, stops, walked in db.session.execute(query)}


def round_seen(actor: Actor, round_id: int) -> InspectionRound:
    """Return the round, or raise ``NotFoundError`` where there is none or none the actor may learn of."""
    query = select(InspectionRound).where(InspectionRound.id == round_id, visible_rounds(actor))
    held = db.session.scalars(query).first()
    if held is None:
        raise NotFoundError
    return held


def round_shown(actor: Actor, round_id: int) -> bool:
    """Tell whether there is such a round, and the actor may learn of it."""
    query = select(InspectionRound.id).where(InspectionRound.id == round_id, visible_rounds(actor))
    return db.session.scalar(query) is not None


def round_page(actor: Actor, round_id: int, *, group_id: int | None = None) -> RoundPage:
    """Return a round with the plans of its groups, or of one of them."""
    held = round_seen(actor, round_id)
    query = _stops(actor, round_id)
    if group_id is not None:
        query = query.where(RoundStop.group_id == group_id)
    stops: dict[int, dict[date, list[RoundStop]]] = defaultdict(lambda: defaultdict(list))
    for stop in db.session.scalars(query):
        stops[stop.group_id][stop.day].append(stop)
    plans = []
    for group in sorted(held.groups, key=lambda one: one.group.number):
        if group_id not in (None, group.group_id) or (actor.is_group and group.group_id != actor.group_id):
            continue
        days = {date.fromisoformat(day) for day in group.days} | set(stops[group.group_id])
        plans.append(GroupPlan(group, {day: stops[group.group_id].get(day, []) for day in sorted(days)}))
    return RoundPage(held, plans, {} if actor.is_group else _left(round_id))


def _stops(actor: Actor, round_id: int) -> Select[RoundStop]:
    issue = joinedload(RoundTask.issue).load_only(Issue.number, Issue.description, Issue.deadline)
    return (
        select(RoundStop)
        .where(RoundStop.round_id == round_id, visible_stops(actor))
        .options(
            joinedload(RoundStop.village).joinedload(Unit.township), selectinload(RoundStop.tasks).options(issue)
        )
        .order_by(RoundStop.group_id, RoundStop.day, RoundStop.position, RoundStop.id)
    )  # fmt: skip


def stop_seen(actor: Actor, round_id: int, stop_id: int) -> RoundStop:
    """Return one stop with its tasks; raise ``NotFoundError`` where there is none or none the actor may learn of."""
    stop = db.session.scalars(_stops(actor, round_id).where(RoundStop.id == stop_id)).first()
    if stop is None:
        raise NotFoundError
    return stop


def _left(round_id: int) -> dict[LeftOutWhy, int]:
    query = (
        select(RoundLeftOut.why, func.count().label("n"))
        .where(RoundLeftOut.round_id == round_id)
        .group_by(RoundLeftOut.why)
    )
    return {row.why: row.n for row in db.session.execute(query)}


def left_out(round_id: int, why: LeftOutWhy | None = None, *, most: int | None = MOST_LEFT) -> Sequence[RoundLeftOut]:
    """Return what stayed out of a plan, the greatest need first, at most ``most`` lines."""
    query = (
        select(RoundLeftOut)
        .where(RoundLeftOut.round_id == round_id)
        .options(
            joinedload(RoundLeftOut.village).joinedload(Unit.township), joinedload(RoundLeftOut.group),
            joinedload(RoundLeftOut.issue).load_only(Issue.number, Issue.description),
        )
        .order_by(RoundLeftOut.need.desc(), RoundLeftOut.village_id, RoundLeftOut.id)
        .limit(most)
    )  # fmt: skip
    return db.session.scalars(query if why is None else query.where(RoundLeftOut.why == why)).all()


def last_round() -> InspectionRound | None:
    """Return the round with the latest period that was not given up, from which the next one is proposed."""
    given_up = (InspectionRound.state == RoundState.ARCHIVED) & InspectionRound.published_at.is_(None)
    query = select(InspectionRound).where(~given_up)
    return db.session.scalars(
        query.order_by(InspectionRound.last_day.desc(), InspectionRound.id.desc()).limit(1)
    ).first()


def rounds_in(year: int) -> int:
    """Return how many rounds begin in that year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return db.session.scalar(select(func.count()).where(InspectionRound.first_day.between(first, last))) or 0


def workdays_in(first: date, last: date) -> list[date]:
    """Return the working days of a period, both ends inclusive."""
    calendar = work_calendar()
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if calendar.is_workday(day)]


def people_in(group_ids: Sequence[int], first: date, last: date) -> dict[int, int]:
    """Return how many people work in each group during the whole period."""
    query = (
        select(Post.group_id, func.count(Post.person_id.distinct()))
        .where(
            Post.group_id.in_(group_ids), Post.role.in_((Role.GROUP_LEAD, Role.GROUP_MEMBER)),
            Post.approved_at.is_not(None), Post.valid_from <= first,
            or_(Post.valid_to.is_(None), Post.valid_to >= last),
        )
        .group_by(Post.group_id)
    )  # fmt: skip
    return {group or 0: people for group, people in db.session.execute(query)}
