"""A round from its making to its publication: what is due comes in, rules hold, nobody else learns of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.conftest import AT
from tracker.database import db
from tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, RefusedError
from tracker.models import (
    AuditEntry,
    InspectionRound,
    OutboxMessage,
    Role,
    RoundKind,
    RoundLeftOut,
    RoundStop,
    RoundTask,
    SupervisionGroup,
    Unit,
    UnitKind,
    UnitTag,
    Visit,
)
from tracker.policy import Actor
from tracker.policy.rounds import visible_rounds, visible_stops
from tracker.queries.rounds import round_list, round_page
from tracker.services import round_edits, round_publishing, rounds
from tracker.services.round_plans import LEASE, plan_request, plan_work, plans_resume
from tracker.services.rounds import GroupValues, RoundValues
from tracker.services.transitions import stop_move
from workflows.issue import Capacity, IssueState
from workflows.planning.terms import LeftOutWhy, Parameters, TaskKind
from workflows.round import StopFacts, StopState

TODAY = date(2026, 3, 2)
FIRST = TODAY + timedelta(days=1)
DAYS = (FIRST, FIRST + timedelta(days=1))
QUIET = Parameters(random_share=0)


class County:
    """Two groups that share the villages of a township, with an office."""

    def __init__(self, villages: int = 4, stops_a_day: int = 2) -> None:
        self.town = factories.unit(UnitKind.TOWNSHIP)
        self.villages = [factories.village(parent=self.town) for _n in range(villages)]
        self.groups = [factories.group(*self.villages), factories.group(*self.villages)]
        self.office = factories.actor(Role.OFFICE)
        self.leads = [factories.actor(Role.GROUP_LEAD, group_id=one.id) for one in self.groups]
        self.stops_a_day = stops_a_day

    def values(self, **given: Any) -> RoundValues:
        groups = [GroupValues(one.id, DAYS, 2, self.stops_a_day) for one in given.pop("groups", self.groups)]
        defaults: dict[str, Any] = {
            "name": "示例轮次", "kind": RoundKind.ROUTINE, "first_day": DAYS[0], "last_day": DAYS[-1], "seed": 7,
            "terms": QUIET, "groups": groups,
        }  # fmt: skip
        return RoundValues(**defaults | given)

    def planned(self, **given: Any) -> InspectionRound:
        held = rounds.round_create(values=self.values(**given), actor=self.office, at=AT)
        plan_work(held.id, AT)
        db.session.expire_all()
        return db.session.get_one(InspectionRound, held.id)

    def act(self, held: InspectionRound) -> dict[str, Any]:
        return {"round_id": held.id, "actor": self.office, "at": AT}


def submitted(place: Unit, **given: Any) -> int:
    return int(factories.issue(location=place, state=IssueState.SUBMITTED, **given).id)


def stops_of(held: InspectionRound) -> Sequence[RoundStop]:
    query = select(RoundStop).where(RoundStop.round_id == held.id).order_by(RoundStop.group_id, RoundStop.day)
    return db.session.scalars(query.order_by(RoundStop.position)).all()


def whys(held: InspectionRound) -> list[tuple[TaskKind, LeftOutWhy]]:
    query = select(RoundLeftOut.kind, RoundLeftOut.why).where(RoundLeftOut.round_id == held.id)
    return [(kind, why) for kind, why in db.session.execute(query.order_by(RoundLeftOut.need.desc()))]


def test_what_is_due_comes_in_by_need_with_its_reason(app: Flask) -> None:
    here = County()
    one, two, three, four = here.villages
    grid = factories.unit(UnitKind.GRID, parent=one)
    waiting = submitted(grid)
    late = factories.issue(location=two, state=IssueState.RECTIFYING, deadline=TODAY - timedelta(days=7))
    soon = factories.issue(location=two, state=IssueState.RECTIFYING, deadline=DAYS[-1])
    factories.issue(location=two, state=IssueState.RECTIFYING, deadline=DAYS[-1] + timedelta(days=1))
    submitted(three, is_confidential=True)
    factories.saved(UnitTag(unit_id=four.id, tag="软弱涣散村", since=TODAY))
    factories.saved(Visit(group_id=here.groups[0].id, village_id=three.id, started_at=AT, people=[]))
    held = here.planned()
    by_village = {stop.village_id: stop for stop in stops_of(held)}
    told = {v: [(task.kind, task.issue_id, task.reason) for task in stop.tasks] for v, stop in by_village.items()}
    never = (TaskKind.UNVISITED, None, "never_visited")
    assert told[one.id] == [(TaskKind.RECHECK, waiting, "recheck"), never]
    assert told[two.id] == [(TaskKind.LATE, late.id, "late"), (TaskKind.DUE_SOON, soon.id, "due_soon"), never]
    assert told[four.id] == [(TaskKind.LAX, None, "lax"), never]
    assert three.id not in told
    assert by_village[two.id].tasks[0].params == {
        "deadline": str(TODAY - timedelta(days=7)),
        "days": 6,
    }  # one Saturday is worked
    assert held.result["method"] == "optimal"
    assert held.planning_since is None


def test_recusal_own_unit_and_the_finder_keep_a_group_away(sqlite_app: Flask) -> None:
    here = County(villages=2)
    one, two = here.villages
    unit = factories.unit(UnitKind.DEPARTMENT)
    factories.post(Role.GROUP_MEMBER, who=factories.person(home_unit_id=one.id), group_id=here.groups[0].id)
    factories.post(Role.GROUP_MEMBER, group_id=here.groups[1].id, unit_id=unit.id)
    submitted(one)
    submitted(two, found_by_group_id=here.groups[0].id, responsible_unit_id=unit.id)
    held = here.planned(terms=Parameters(random_share=0, other_group_rechecks=True))
    assert {(s.group_id, s.village_id) for s in stops_of(held) if s.village_id == one.id} == {
        (here.groups[1].id, one.id)
    }
    # The finder may not re-check it, and the other group comes from the responsible unit.
    assert whys(held) in ([(TaskKind.RECHECK, LeftOutWhy.FINDER)], [(TaskKind.RECHECK, LeftOutWhy.OWN_UNIT)])


def test_capacity_leaves_out_the_lesser_need_and_a_village_without_a_group_says_so(sqlite_app: Flask) -> None:
    here = County(villages=3, stops_a_day=1)
    lonely = factories.village(parent=here.town)
    for place in (*here.villages, lonely):
        submitted(place)
    held = here.planned(groups=here.groups[:1])
    assert len(stops_of(held)) == 2
    told = whys(held)
    assert told.count((TaskKind.RECHECK, LeftOutWhy.CAPACITY)) == 1
    assert told.count((TaskKind.RECHECK, LeftOutWhy.NO_GROUP)) == 1


def walked(here: County, groups: list[SupervisionGroup], weeks: int) -> InspectionRound:
    back = timedelta(weeks=weeks)
    made = here.values(groups=groups, first_day=DAYS[0] - back, last_day=DAYS[-1] - back)
    made = RoundValues(
        made.name, made.kind, made.first_day, made.last_day, made.seed, made.terms,
        [GroupValues(one.id, (made.first_day, made.last_day), 2, 4) for one in groups],
    )  # fmt: skip
    held = rounds.round_create(values=made, actor=here.office, at=AT - back - timedelta(days=3))
    plan_work(held.id, AT - back - timedelta(days=3))
    db.session.expire_all()
    round_publishing.round_publish(round_id=held.id, version=None, actor=here.office, at=AT - back - timedelta(days=3))
    return held


def test_no_group_goes_to_the_same_village_too_many_rounds_running(app: Flask) -> None:
    here = County(villages=2)
    for weeks in (3, 2):
        for stop in stops_of(walked(here, here.groups[:1], weeks)):
            facts = StopFacts(frozenset({Capacity.GROUP}), round_is_out=True)
            stop_move(stop, "start", facts)
            db.session.commit()
    terms = Parameters(random_share=0, same_group_rounds=2)
    held = here.planned(terms=terms)
    assert {stop.group_id for stop in stops_of(held)} == {here.groups[1].id}
    alone = here.planned(terms=terms, groups=here.groups[:1])
    assert not stops_of(alone)
    assert {why for _kind, why in whys(alone)} == {LeftOutWhy.CONSECUTIVE}


def test_leftovers_roll_over_with_the_publication_and_come_back_with_the_withdrawal(app: Flask) -> None:
    here = County(villages=1)
    old = stops_of(walked(here, here.groups[:1], 2))[0]
    held = here.planned()
    kinds = [task.kind for task in stops_of(held)[0].tasks]
    assert kinds[0] is TaskKind.LEFTOVER
    assert old.state is StopState.PLANNED
    round_publishing.round_publish(version=held.version, **here.act(held))
    assert (old.state, stops_of(held)[0].carried_from_id) == (StopState.ROLLED_OVER, old.id)
    round_publishing.round_withdraw(version=held.version, reason="示例：日期有误", **here.act(held))
    assert (old.state, stops_of(held)[0].carried_from_id) == (StopState.MISSED, None)


def test_leftovers_are_not_forgotten_by_a_round_of_other_groups_and_end_with_a_visit(sqlite_app: Flask) -> None:
    here = County(villages=2)
    here.groups.append(factories.group(elsewhere := factories.village(parent=here.town)))
    old = {stop.village_id: stop.id for stop in stops_of(walked(here, here.groups[:1], 3))}
    walked(here, here.groups[2:], 2)
    visit = Visit(group_id=here.groups[1].id, village_id=here.villages[0].id, people=[], started_at=AT)
    factories.saved(visit)
    held = here.planned()
    tasks = [task for stop in stops_of(held) for task in stop.tasks if task.kind is TaskKind.LEFTOVER]
    left = {task.stop.village_id: task.params["stop"] for task in tasks}
    assert set(left) == {here.villages[1].id, elsewhere.id}
    assert left[here.villages[1].id] == old[here.villages[1].id]


def test_nothing_is_moved_by_hand_while_a_plan_is_in_the_making(sqlite_app: Flask) -> None:
    here = County(villages=2)
    held = here.planned()
    stop = stops_of(held)[0]
    plan_request(version=None, **here.act(held))
    acts: list[dict[str, Any]] = [{"stop_id": stop.id}, {"stop_id": stop.id, "reason": "示例"}]
    place = {"group_id": stop.group_id, "day": stop.day, "position": 1}
    for act, given in (
        (round_edits.stop_place, acts[0] | place),
        (round_edits.stop_remove, acts[1]),
        (round_edits.stop_release, acts[0] | {"is_locked": True}),
        (round_edits.stop_add, {"village_id": stop.village_id, "group_id": 0, "day": stop.day, "note": "示例"}),
    ):
        with pytest.raises(RefusedError, match="正在生成"):
            act(**given, **here.act(held))  # type: ignore[operator]
    plan_work(held.id, AT)
    db.session.expire_all()
    again = next(one for one in stops_of(held) if one.village_id == stop.village_id)
    round_edits.stop_release(stop_id=again.id, is_locked=True, **here.act(held))


def test_the_same_seed_gives_the_same_plan_and_locked_stops_stay(sqlite_app: Flask) -> None:
    here = County(villages=8)
    for place in here.villages:
        submitted(place)
    held = here.planned(terms=Parameters(random_share=30))
    before = [(s.group_id, s.village_id, s.day, s.position) for s in stops_of(held)]
    plan_request(version=None, **here.act(held))
    plan_work(held.id, AT)
    assert [(s.group_id, s.village_id, s.day, s.position) for s in stops_of(held)] == before
    moved = stops_of(held)[0]
    other = next(one.id for one in here.groups if one.id != moved.group_id)
    victim = next(s for s in stops_of(held) if s.group_id == other and s.day == DAYS[1])
    round_edits.stop_remove(stop_id=victim.id, reason="示例：道路施工", **here.act(held))
    round_edits.stop_place(stop_id=moved.id, group_id=other, day=DAYS[1], position=1, **here.act(held))
    removed, village = victim.village_id, moved.village_id
    plan_request(version=None, **here.act(held))
    plan_work(held.id, AT)
    db.session.expire_all()
    after = {s.village_id: s for s in stops_of(held)}
    assert (after[village].group_id, after[village].day, after[village].is_locked) == (other, DAYS[1], True)
    assert removed not in after
    assert db.session.scalar(
        select(func.count()).where(RoundLeftOut.village_id == removed, RoundLeftOut.note == "示例：道路施工")
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [({"day": DAYS[0] - timedelta(days=1)}, "不出组"), ({"group_id": 10**6}, "参加本轮"), ({"position": 1}, "已排满")],
)
def test_what_is_moved_by_hand_keeps_the_rules(sqlite_app: Flask, change: dict[str, Any], words: str) -> None:
    here = County(villages=4, stops_a_day=1)
    held = here.planned()
    first = stops_of(held)[0]
    full = next(s for s in stops_of(held) if s.group_id != first.group_id)
    given = {"group_id": full.group_id, "day": full.day, "position": 1} | change
    with pytest.raises((InvalidError, RefusedError), match=words):
        round_edits.stop_place(stop_id=first.id, **given, **here.act(held))
    assert first.group_id != full.group_id


def test_a_recused_group_is_refused_in_words_and_a_village_comes_in_by_hand(sqlite_app: Flask) -> None:
    here = County(villages=2)
    one, two = here.villages
    for place in here.villages:
        factories.saved(Visit(group_id=here.groups[0].id, village_id=place.id, started_at=AT, people=[]))
    factories.post(Role.GROUP_MEMBER, who=factories.person(home_unit_id=one.id), group_id=here.groups[0].id)
    held = here.planned()
    assert not stops_of(held)
    given = {"village_id": one.id, "day": DAYS[0], "note": "示例：群众反映"} | here.act(held)
    with pytest.raises(RefusedError, match="回避"):
        round_edits.stop_add(group_id=here.groups[0].id, **given)
    stop = round_edits.stop_add(group_id=here.groups[1].id, **given)
    assert [(task.kind, task.params) for task in stop.tasks] == [(TaskKind.BY_HAND, {"note": "示例：群众反映"})]
    plan_request(version=None, **here.act(held))
    plan_work(held.id, AT)
    assert [task.kind for task in stops_of(held)[0].tasks] == [TaskKind.BY_HAND]


def seen(actor: Actor) -> tuple[int, int]:
    counted = select(func.count()).select_from(InspectionRound).where(visible_rounds(actor))
    stops = select(func.count()).select_from(RoundStop).where(visible_stops(actor))
    return db.session.scalar(counted) or 0, db.session.scalar(stops) or 0


def others_of(here: County) -> list[Actor]:
    """Somebody in every role that must not learn of a round; groups that do not take part are among them."""
    stranger = factories.group(factories.village())
    units = {Role.VILLAGE: here.villages[0].id, Role.TOWNSHIP: here.town.id}
    groups = {Role.GROUP_LEAD: stranger.id, Role.GROUP_MEMBER: stranger.id}
    return [
        factories.actor(role, unit_id=units.get(role), group_id=groups.get(role))
        for role in Role if role not in (Role.OFFICE, Role.LEADER)
    ]  # fmt: skip


@pytest.mark.parametrize("kind", RoundKind)
def test_only_office_and_leaders_and_from_publication_the_groups_learn_of_it(app: Flask, kind: RoundKind) -> None:
    here = County(villages=2)
    held, others = here.planned(kind=kind), others_of(here)
    member = factories.actor(Role.GROUP_MEMBER, group_id=here.groups[0].id)

    assert [seen(actor) for actor in (*others, member)] == [(0, 0)] * (len(others) + 1)
    assert not db.session.query(OutboxMessage).count()
    round_publishing.round_publish(version=held.version, **here.act(held))
    assert [seen(actor) for actor in others] == [(0, 0)] * len(others)
    for actor in others:
        assert round_list(actor) == ([], None)
        with pytest.raises(NotFoundError):
            round_page(actor, held.id)
        with pytest.raises((NotFoundError, ForbiddenError)):
            round_publishing.round_publish(round_id=held.id, version=None, actor=actor, at=AT)
    assert seen(here.office) == seen(factories.actor(Role.LEADER)) == (1, 2)
    own = sum(stop.group_id == here.groups[0].id for stop in stops_of(held))
    assert seen(member) == (1, own)
    told = {row.recipient_id: row.subject for row in db.session.query(OutboxMessage)}
    assert told == {who.person_id: f"round:{held.id}" for who in (*here.leads, member)}
    round_publishing.round_withdraw(version=held.version, reason="示例：调整", **here.act(held))
    assert seen(member) == (0, 0)
    targets = set(db.session.scalars(select(AuditEntry.target).where(AuditEntry.action.like("round.%"))))
    assert targets == {f"round:{held.id}"}


def test_whoever_saw_an_older_plan_is_told_and_a_published_one_is_not_changed(sqlite_app: Flask) -> None:
    here = County(villages=1)
    held = here.planned()
    seen = held.version
    round_publishing.round_publish(version=seen, **here.act(held))
    with pytest.raises(ConflictError):
        round_publishing.round_publish(version=seen, **here.act(held))
    stop = stops_of(held)[0]
    for act in (
        lambda: round_edits.stop_remove(stop_id=stop.id, reason="示例", **here.act(held)),
        lambda: plan_request(version=None, **here.act(held)),
        lambda: rounds.round_change(version=None, values=here.values(), **here.act(held)),
    ):
        with pytest.raises(RefusedError, match="撤回"):
            act()
    with pytest.raises(ForbiddenError):
        round_publishing.round_withdraw(round_id=held.id, version=None, reason="示例", actor=here.leads[0], at=AT)


def test_a_plan_that_a_process_died_over_is_made_again(sqlite_app: Flask) -> None:
    here = County(villages=1)
    held = rounds.round_create(values=here.values(), actor=here.office, at=AT)
    db.session.query(InspectionRound).update({"planning_step": 2})
    db.session.commit()
    plan_work(held.id, AT)
    assert not db.session.query(RoundTask).count()
    assert plans_resume(AT + LEASE) == 0
    assert plans_resume(AT + LEASE + timedelta(seconds=1)) == 1
    assert db.session.query(RoundTask).count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [({"last_day": FIRST - timedelta(days=1)}, "last_day"), ({"last_day": FIRST + timedelta(days=200)}, "last_day"),
     ({"groups": []}, "group_ids")],
)  # fmt: skip
def test_a_round_without_sense_is_refused_by_field(sqlite_app: Flask, given: dict[str, Any], field: str) -> None:
    here = County(villages=1)
    with pytest.raises(InvalidError) as refused:
        rounds.round_create(values=here.values(**given), actor=here.office, at=AT)
    assert field in refused.value.errors
    assert not db.session.query(InspectionRound).count()
