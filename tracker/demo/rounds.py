"""The demo county's rounds: one under way, half walked, visits outside it, and an unannounced one being planned."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from tracker import clock
from tracker.clock import ZONE, local_date
from tracker.database import close_early, db, transaction
from tracker.demo.look_backs import look_back_tell
from tracker.demo.people import World
from tracker.models import (
    InspectionRound,
    RoundKind,
    RoundStop,
    RoundTask,
    SupervisionGroup,
    TaskOutcome,
    Unit,
    UnitKind,
    UnitPlace,
    UnitTag,
    Visit,
)
from tracker.policy import Actor
from tracker.queries.ad_hoc_visits import stop_waiting
from tracker.queries.rules import work_calendar
from tracker.services.ad_hoc_visits import ad_hoc_finish, ad_hoc_note, ad_hoc_start
from tracker.services.round_plans import plan_work
from tracker.services.round_publishing import round_publish
from tracker.services.rounds import GroupValues, RoundValues, facts_of, round_create
from tracker.services.transitions import round_move, stop_move
from tracker.services.visit_records import VisitEnd
from workflows.issue import Capacity
from workflows.planning.draw import draw, ticket
from workflows.planning.terms import Parameters, TaskKind
from workflows.round import StopFacts

_SEED = 2026
_CENTRE = (113.40, 35.10)  # about where the county lies; everything around it is made up
_SOURCE = "示例位置（约略）"
_LENGTH, _OUT, _STOPS = 10, 6, 3  # working days of a round, days a group goes out, stops a day
_OUTCOMES = {
    TaskKind.RECHECK: TaskOutcome.SKIPPED, TaskKind.LATE: TaskOutcome.FOUND, TaskKind.DUE_SOON: TaskOutcome.FOUND,
}  # fmt: skip


def rounds_tell(world: World, at: datetime) -> None:
    """Plan, publish and half walk a round that began a week ago; plan the next one, unannounced."""
    calendar, today = work_calendar(), local_date(at)
    office = world.actor(world.people["demo-office"], today)
    with transaction():
        _places()
        _lax(today)
    first = calendar.add_workdays(today - timedelta(days=7), 0)
    before = _instant(first - timedelta(days=3))
    groups = list(db.session.scalars(select(SupervisionGroup).order_by(SupervisionGroup.number)))
    last = calendar.add_workdays(first, _LENGTH - 1)
    values = _values("示例：本月常态化巡查", RoundKind.ROUTINE, first, last, groups)
    held = _planned(values, office, before)
    db.session.expire_all()
    round_publish(round_id=held.id, version=None, actor=office, at=before)
    _walk(world, held.id, today)
    _outside(world, at)
    begin = calendar.add_workdays(last, 1)
    secret = _values(
        "示例：不定期抽查", RoundKind.UNANNOUNCED, begin, calendar.add_workdays(begin, 4), groups[:4]
    )  # fmt: skip
    _planned(secret, office, at)


def _planned(values: RoundValues, office: Actor, at: datetime) -> InspectionRound:
    """Return a round with its plan, made by nobody but us: asked for at ``at`` it would seem to be left behind."""
    with transaction():
        held = round_create(values=values, actor=office, at=at)
        held.planning_since = clock.now()
    plan_work(held.id, at)
    return held


def _values(name: str, kind: RoundKind, first: date, last: date, groups: Sequence[SupervisionGroup]) -> RoundValues:
    calendar = work_calendar()
    length = (last - first).days + 1
    days = [day for n in range(length) if calendar.is_workday(day := first + timedelta(days=n))]
    out = tuple(days[:_OUT] if kind is RoundKind.ROUTINE else days[:3])
    chosen = [GroupValues(group.id, out, 4, _STOPS) for group in groups]
    return RoundValues(name, kind, first, last, _SEED, Parameters(), chosen)


def _instant(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)


def _places() -> None:
    """Put the townships on a ring around the centre and the villages around their township: examples, no survey."""
    towns = list(
        db.session.scalars(select(Unit).where(Unit.kind.in_((UnitKind.TOWNSHIP, UnitKind.STREET))).order_by(Unit.code))
    )
    around = {town.id: 2 * math.pi * n / len(towns) for n, town in enumerate(towns)}
    villages = select(Unit).where(Unit.kind.in_((UnitKind.VILLAGE, UnitKind.COMMUNITY))).order_by(Unit.id)
    for village in db.session.scalars(villages):
        turn = around.get(village.township_id or 0, 0.0)
        east = 0.18 * math.cos(turn) + 0.06 * (ticket(_SEED, village.id) - 0.5)
        north = 0.14 * math.sin(turn) + 0.05 * (ticket(_SEED + 1, village.id) - 0.5)
        longitude, latitude = round(_CENTRE[0] + east, 4), round(_CENTRE[1] + north, 4)
        db.session.add(UnitPlace(unit_id=village.id, longitude=longitude, latitude=latitude, source=_SOURCE))


def _lax(today: date) -> None:
    villages = db.session.scalars(select(Unit.id).where(Unit.kind == UnitKind.VILLAGE)).all()
    for village in draw(_SEED, villages, 6):
        db.session.add(UnitTag(unit_id=village, tag="软弱涣散村", since=today - timedelta(days=60)))


def _walk(world: World, round_id: int, today: date) -> None:
    """Let every group make the stops of the days that have passed, but for one each that it missed."""
    with transaction() as session:
        held = session.get_one(InspectionRound, round_id)
        leads = {members[0].group_id: world.actor(members[0], today) for members in world.groups}
        actor = next(iter(leads.values()))
        round_move(held, "begin", facts_of(held, actor, _instant(held.first_day)))
        held.begun_at = _instant(held.first_day)
        past = select(RoundStop).where(RoundStop.round_id == round_id, RoundStop.day < today)
        for stop in session.scalars(past.order_by(RoundStop.id)):
            _visit(stop, [post.person_id for post in world.groups[world.group_of[stop.village_id]]], world)
            close_early()  # each visit has its own day, also in the ledgers' history


def _visit(stop: RoundStop, people: Sequence[int], world: World) -> None:
    facts = StopFacts(capacities=frozenset({Capacity.GROUP}), round_is_out=True, has_reason=True)
    if ticket(_SEED, stop.id) < 0.08:
        stop_move(stop, "miss", facts)
        stop.note = "示例：当天村干部外出开会，另约时间"
        return
    begin = _instant(stop.day, 8 + 2 * min(stop.position, 4), 30)
    stop_move(stop, "start", facts)
    for task in stop.tasks:
        if task.kind is TaskKind.LOOK_BACK and task.issue_id is not None:
            look_back_tell(task.issue_id, world, begin + timedelta(minutes=40))
        else:
            _answer(task, begin, people[0])
    found = any(task.outcome in (TaskOutcome.FOUND, TaskOutcome.RECURRED) for task in stop.tasks)
    stop_move(stop, "finish", facts)
    db.session.add(
        Visit(
            stop_id=stop.id, round_id=stop.round_id, group_id=stop.group_id, village_id=stop.village_id,
            people=list(people[:2]), started_at=begin, ended_at=begin + timedelta(minutes=70),
            nothing_found=not found, forms_asked=1, photos_asked=2, made_by_id=people[0],
        )
    )  # fmt: skip


def _outside(world: World, at: datetime) -> None:
    """Let the first group make a visit outside the round three days ago, and be on another one now."""
    group, today = world.groups[0], local_date(at)
    actor, people = world.actor(group[0], today), [post.person_id for post in group[:2]]
    roster = sorted(village for village, number in world.group_of.items() if number == 0)
    free = [village for village in roster if stop_waiting(actor, village) is None]
    ago, now = at - timedelta(days=3), at - timedelta(minutes=40)
    for village, begin in zip(free[:2], (ago, now), strict=True):
        visit = ad_hoc_start(village_id=village, people=people, client_key=None, actor=actor, at=begin)
        words = "示例：群众反映路灯不亮，现场查看" if begin is ago else "示例：查看汛后排水"
        ad_hoc_note(visit_id=visit.id, words=words, files=(), actor=actor, at=begin)
        if begin is ago:
            end = VisitEnd(people, begin, begin + timedelta(minutes=35), nothing_found=True)
            ad_hoc_finish(visit_id=visit.id, end=end, actor=actor, at=at)


def _answer(task: RoundTask, begin: datetime, person: int) -> None:
    task.outcome = _OUTCOMES.get(task.kind, TaskOutcome.NOTHING)
    task.done_at, task.done_by_id = begin + timedelta(minutes=40), person
