"""Look-backs: drawn once by a plan, made once, by those who may; what came back is opened again or linked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests import factories, flows
from tests.conftest import AT, ROOT
from tests.services.test_race import THREADS, count, together
from tests.services.test_rounds import County
from tracker import schema
from tracker.database import db
from tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, RefusedError
from tracker.models import (
    FAR,
    AuditEntry,
    Issue,
    IssueVersion,
    LookBack,
    LookBackPlan,
    PolicyVersion,
    Role,
    RoundTask,
    Source,
    TaskOutcome,
    UnitKind,
)
from tracker.policy import Actor
from tracker.policy.look_backs import visible_look_backs
from tracker.queries.look_back_plans import plan_page, population
from tracker.queries.look_back_rates import RateBy, rates, whole
from tracker.queries.look_backs import NONE, LookBackFilter, look_back_page, look_backs_of_issue
from tracker.services.look_back_plans import PlanValues, plan_close, plan_draw, plan_preview
from tracker.services.look_backs import look_back_drop, look_back_found_again, look_back_hold
from tracker.services.planning.gather import plan_input
from tracker.services.round_edits import stop_place
from tracker.services.round_publishing import round_publish
from workflows.issue import IssueState, Severity
from workflows.look_back import LookBackState
from workflows.planning.terms import LeftOutWhy, TaskKind
from workflows.policy import Policy
from workflows.sampling import PickReason, Rules

S, L = IssueState, LookBackState
TODAY = date(2026, 3, 2)


def policy(**given: Any) -> None:
    body = Policy(**given).to_dict()
    factories.saved(PolicyVersion(effective_on=date(2026, 1, 1), body=body, made_at=factories.EPOCH))


def closed(**given: Any) -> Issue:
    """Return an issue that three people closed yesterday."""
    people = {f"{step}_by_id": factories.person().id for step in ("submitted", "verified", "signed_off")}
    return factories.issue(
        **{"state": S.SIGNED_OFF, "signed_off_at": AT - timedelta(days=1)} | people | given
    )  # fmt: skip


def values(**given: Any) -> PlanValues:
    rules = given.pop("rules", Rules(100))
    defaults = {"name": "示例方案", "first_day": TODAY, "last_day": TODAY + timedelta(days=20), "window_days": 90}
    return PlanValues(**defaults | given, rules=rules)


def drawn(office: Actor, **given: Any) -> LookBackPlan:
    chosen = values(**given)
    return plan_draw(values=chosen, seen=plan_preview(values=chosen, at=AT).people.digest, actor=office, at=AT)


def all_of(*states: LookBackState) -> list[LookBack]:
    db.session.expire_all()
    query = select(LookBack).order_by(LookBack.id)
    return list(db.session.scalars(query.where(LookBack.state.in_(states)) if states else query))


def test_a_plan_draws_once_from_what_may_be_drawn_and_can_be_checked(app: Flask) -> None:
    office = factories.actor(Role.OFFICE)
    star, town = factories.star(), factories.unit(UnitKind.TOWNSHIP)
    place = factories.village(parent=town)
    some = [closed(location=place, star_id=star.id) for _n in range(6)]
    major = closed(location=place, star_id=star.id, severity=Severity.MAJOR)
    closed(is_confidential=True)
    closed(signed_off_at=AT - timedelta(days=91))
    closed(signed_off_at=AT + timedelta(hours=1))
    factories.issue(location=place, state=S.RECTIFYING, deadline=TODAY)
    preview = plan_preview(values=values(rules=Rules(30)), at=AT)
    assert ([(c.size, c.wanted, c.majors) for c in preview.cells], preview.people.confidential) == ([(7, 2, 1)], 1)
    plan = drawn(office, rules=Rules(30))
    rows = all_of()
    assert [row.reason for row in rows] == [PickReason.MAJOR, PickReason.LOT, PickReason.LOT]
    assert rows[0].issue_id == major.id
    assert {(row.population, row.rank) for row in rows[1:]} == {(6, 1), (6, 2)}
    assert {row.issue_id for row in rows[1:]} < {one.id for one in some}
    assert {(row.township_id, row.star_id, row.due_on) for row in rows} == {(town.id, star.id, plan.last_day)}
    assert plan_page(plan.id).is_true
    again = population(90, TODAY, AT)
    assert (len(again.candidates), again.waiting) == (4, 3)
    rows[1].rank = 5
    db.session.commit()
    assert not plan_page(plan.id).is_true


def test_a_later_plan_leaves_an_earlier_sample_as_it_is(sqlite_app: Flask) -> None:
    office = factories.actor(Role.OFFICE)
    closed(), closed()
    first = drawn(office)
    before = [(row.plan_id, row.issue_id, row.rank) for row in all_of()]
    third = closed()
    second = drawn(office, rules=Rules(100))
    assert [(row.plan_id, row.issue_id, row.rank) for row in all_of()][:2] == before
    assert [row.issue_id for row in all_of() if row.plan_id == second.id] == [third.id]
    assert first.seed != second.seed


def test_what_the_preview_did_not_show_is_not_drawn(sqlite_app: Flask) -> None:
    office = factories.actor(Role.OFFICE)
    closed()
    seen = plan_preview(values=values(), at=AT).people.digest
    closed()
    with pytest.raises(InvalidError):
        plan_draw(values=values(), seen=seen, actor=office, at=AT)
    for given, field in (
        ({"last_day": TODAY - timedelta(days=1), "first_day": TODAY - timedelta(days=2)}, "last_day"),
        ({"first_day": TODAY + timedelta(days=40)}, "last_day"),
        ({"rules": Rules(10, least=5, most=2)}, "most"),
        ({"rules": Rules(0)}, "form"),
    ):
        with pytest.raises(InvalidError) as refusal:
            drawn(office, **given)  # type: ignore[arg-type]
        assert set(refusal.value.errors) == {field}
    with pytest.raises(ForbiddenError):
        drawn(factories.actor(Role.LEADER))
    assert all_of() == []


def test_a_result_answers_the_sample_once_and_tells_who_rectified(app: Flask) -> None:
    here = flows.issue_in(S.SIGNED_OFF)
    plan = drawn(here.office)
    version = here.issue.version
    record = look_back_hold(**here.by(here.finder), finding="示例：保持良好", version=version)
    assert (record.plan_id, record.state, record.number) == (plan.id, L.HELD, "回看〔2026〕1号")
    assert (record.group_id, record.people, record.done_on) == (here.finders.id, [here.finder.person_id], here.today)
    assert flows.told("look_back_held") == {here.assignee.person_id}
    assert flows.detail("look_back")["finding"] == "示例：保持良好"
    with pytest.raises(ConflictError):
        look_back_hold(**here.by(here.other_office), finding="示例：又看一次", version=version)
    again = look_back_hold(**here.by(here.finder), finding="示例：保持良好 ", version=version)
    assert (again.id, count("look_back")) == (record.id, 1)  # the phone sent it twice
    assert [(row.state, row.plan_id) for row in all_of()] == [(L.HELD, plan.id)]
    assert here.issue.state is S.SIGNED_OFF
    kept = db.session.scalars(select(IssueVersion.beside).where(IssueVersion.until == FAR)).one()
    assert kept["look_backs"] == [f"{here.today} held"]
    assert population(90, TODAY, AT).looked == 1


def test_of_many_one_result_counts(app: Flask) -> None:
    here = flows.issue_in(S.SIGNED_OFF)
    drawn(here.office)
    given = {"issue_id": here.issue.id, "at": here.at, "version": here.issue.version, "actor": here.finder}

    def hold(n: int) -> None:
        look_back_hold(**given, finding=f"示例{n}")

    def again(n: int) -> None:
        look_back_found_again(**given, finding=f"示例{n}", deadline=here.today)

    acts = [partial(hold if n % 2 else again, n) for n in range(THREADS)]
    assert together(app, *acts).count("done") == 1
    assert len(all_of(L.HELD, L.FOUND_AGAIN)) == len(all_of()) == 1
    assert count("look_back") + count("reopen") == 1


def test_what_came_back_is_opened_again_with_its_record(app: Flask) -> None:
    here = flows.issue_in(S.SIGNED_OFF, severity=Severity.MAJOR)
    drawn(here.office)
    deadline = here.today + timedelta(days=9)
    record = look_back_found_again(**here.by(here.rechecker), finding="示例：又有垃圾", deadline=deadline)
    issue = db.session.get_one(Issue, here.issue.id)
    assert (issue.state, issue.recurrences, issue.deadline) == (S.RECTIFYING, 1, deadline)
    assert (record.state, record.new_issue_id, record.content["deadline"]) == (L.FOUND_AGAIN, None, str(deadline))
    told = {here.assignee, here.rechecker, here.office, here.other_office, here.leader}
    assert flows.told("reopened") == {actor.person_id for actor in told - {here.rechecker}}
    assert flows.detail("reopen")["paper"] == record.number
    assert all_of(L.WAITING) == []


def test_what_came_back_is_linked_where_policy_says_so(app: Flask) -> None:
    policy(lookback_found_again="linked")
    here = flows.issue_in(S.SIGNED_OFF, severity=Severity.SERIOUS)
    record = look_back_found_again(**here.by(here.finder), finding="示例：又有垃圾")
    old, new = db.session.get_one(Issue, here.issue.id), record.new_issue
    assert new is not None
    assert (old.state, old.recurrences) == (S.SIGNED_OFF, 1)
    assert (new.state, new.source, new.source_ref) == (S.REGISTERED, Source.LOOK_BACK, old.number)
    assert (new.location_id, new.severity, new.description) == (old.location_id, Severity.SERIOUS, "示例：又有垃圾")
    assert flows.detail("recur")["new_number"] == new.number
    assert flows.told("recurred") == {
        one.person_id for one in (here.assignee, here.rechecker, here.office, here.other_office)
    }  # fmt: skip
    origin = look_backs_of_issue(new.id, here.office).origin
    assert origin is not None
    assert origin.id == record.id
    assert look_backs_of_issue(old.id, here.office).linked == {new.id: new.number}


def test_what_is_confidential_is_opened_again_and_what_nobody_holds_is_linked(sqlite_app: Flask) -> None:
    policy(lookback_found_again="linked")
    here = flows.issue_in(S.SIGNED_OFF)
    here.issue.is_confidential = True
    db.session.commit()
    assert look_back_found_again(**here.by(here.other_office), finding="示例", deadline=here.today).new_issue_id is None
    policy(lookback_found_again="reopen")
    lone = closed(location=here.village)
    given = {"issue_id": lone.id, "actor": here.finder, "at": AT, "finding": "示例"}
    assert look_back_found_again(**given).new_issue_id is not None


def also(actor: Actor, role: Role, **given: Any) -> Actor:
    return replace(factories.actor(role, **given), person_id=actor.person_id)


def test_who_closed_it_does_not_vouch_for_it(sqlite_app: Flask) -> None:
    flows.strict()
    here = flows.issue_in(S.SIGNED_OFF)
    other = factories.actor(Role.GROUP_MEMBER, group_id=here.others.id)
    submitter = also(here.assignee, Role.GROUP_MEMBER, group_id=here.finders.id)
    for actor, code in (
        (here.rechecker, "you_verified"), (other, "your_group_verified"), (here.office, "you_signed_off"),
        (submitter, "you_submitted"),
    ):  # fmt: skip
        with flows.refused(RefusedError, code):
            look_back_hold(**here.by(actor), finding="示例")
    for actor in (here.assignee, here.leader, here.secretary):
        for act in (look_back_hold, look_back_found_again):
            with flows.refused(ForbiddenError):
                act(**here.by(actor), finding="示例")
    stranger = factories.actor(Role.GROUP_MEMBER, group_id=factories.group(factories.village()).id)
    with flows.refused(NotFoundError):
        look_back_hold(**here.by(stranger), finding="示例")
    assert all_of() == []


def test_a_look_back_wants_words_a_fitting_day_and_its_own_people(sqlite_app: Flask) -> None:
    here = flows.issue_in(S.SIGNED_OFF)
    native = factories.person(home_unit_id=here.village.id)
    factories.post(Role.GROUP_MEMBER, who=native, group_id=here.finders.id)
    by, mate = here.by(here.finder), factories.actor(Role.GROUP_LEAD, group_id=here.finders.id)
    for given, field in (
        ({"finding": " "}, "finding"), ({"finding": "x", "done_on": here.today + timedelta(days=1)}, "done_on"),
        ({"finding": "x", "done_on": here.today - timedelta(days=1)}, "done_on"),
        ({"finding": "x", "people": [here.office.person_id]}, "people"),
        ({"finding": "x", "people": [native.id]}, "people"),
    ):  # fmt: skip
        with flows.refused(InvalidError, field):
            look_back_hold(**by, **given)
    with flows.refused(InvalidError, "deadline"):
        look_back_found_again(**by, finding="x", deadline=None)
    record = look_back_hold(**by, finding="x", people=[mate.person_id, here.finder.person_id])
    assert record.people == sorted([mate.person_id, here.finder.person_id])
    submitted = flows.issue_in(S.SUBMITTED)
    with flows.refused(RefusedError, "look_back_not_signed_off"):
        look_back_hold(**submitted.by(submitted.finder), finding="x")


def test_the_office_calls_off_one_or_closes_the_plan(sqlite_app: Flask) -> None:
    office = factories.actor(Role.OFFICE)
    closed(), closed()
    plan = drawn(office)
    first, second = all_of()
    with pytest.raises(NotFoundError):
        look_back_drop(plan_id=plan.id + 1, look_back_id=first.id, reason="示例", actor=office, at=AT)
    with pytest.raises(InvalidError):
        look_back_drop(plan_id=plan.id, look_back_id=first.id, reason=" ", actor=office, at=AT)
    look_back_drop(plan_id=plan.id, look_back_id=first.id, reason="示例：村已撤并", actor=office, at=AT)
    with pytest.raises(RefusedError):
        look_back_drop(plan_id=plan.id, look_back_id=first.id, reason="示例", actor=office, at=AT)
    with pytest.raises(ForbiddenError):
        plan_close(plan_id=plan.id, reason="示例", actor=factories.actor(Role.GROUP_LEAD), at=AT)
    plan_close(plan_id=plan.id, reason="示例：期满", actor=office, at=AT)
    assert [row.drop_reason for row in all_of(L.DROPPED)] == ["示例：村已撤并", "示例：期满"]
    with pytest.raises(RefusedError):
        plan_close(plan_id=plan.id, reason="示例", actor=office, at=AT)
    assert second.plan_id == plan.id
    assert plan_page(plan.id).is_true
    done = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.startswith("look_back.")).order_by(AuditEntry.seq)
    )
    assert list(done) == ["look_back.draw", "look_back.drop", "look_back.drop", "look_back.close"]


def test_the_sample_feeds_the_rounds_of_groups_that_did_not_verify_it(app: Flask) -> None:
    policy(other_group_must_recheck=True)
    here = County(villages=2)
    one, two = here.villages
    mine = closed(location=one, verified_group_id=here.groups[0].id)
    pressed = closed(location=two, signed_off_at=AT - timedelta(days=89))
    closed(location=two, state=S.SIGNED_OFF, is_confidential=True)
    drawn(here.office)
    held = here.planned()
    dues = {due.issue: due for due in plan_input(held, TODAY).dues if due.kind is TaskKind.LOOK_BACK}
    assert set(dues) == {mine.id, pressed.id}
    assert dues[mine.id].barred == {here.groups[0].id: LeftOutWhy.VERIFIER}
    assert dues[pressed.id].need > dues[mine.id].need
    task = db.session.scalars(select(RoundTask).where(RoundTask.issue_id == mine.id)).one()
    assert (task.stop.group_id, task.params["plan"]) == (here.groups[1].id, "示例方案")
    other = next(day for day in (held.first_day, held.last_day) if day != task.stop.day)
    with pytest.raises(RefusedError, match="不能这样安排"):
        stop_place(
            round_id=held.id, stop_id=task.stop_id, group_id=here.groups[0].id, day=other, position=1,
            actor=here.office, at=AT,
        )  # fmt: skip
    # Nobody went: what still waits is due in the next round; what was answered is not.
    look_back_hold(issue_id=pressed.id, actor=here.leads[1], at=AT, finding="示例")
    assert [due.issue for due in plan_input(held, TODAY).dues if due.kind is TaskKind.LOOK_BACK] == [mine.id]


@pytest.mark.parametrize("by_office", [False, True])
def test_a_result_ticks_the_task_of_the_round_whoever_brings_it(sqlite_app: Flask, by_office: bool) -> None:
    here = County(villages=1)
    issue = closed(location=here.villages[0])
    drawn(here.office)
    held = here.planned(groups=here.groups[:1])
    round_publish(**here.act(held), version=None)
    actor = here.office if by_office else here.leads[0]
    look_back_hold(issue_id=issue.id, actor=actor, at=AT, finding="示例")
    task = db.session.scalars(select(RoundTask).where(RoundTask.issue_id == issue.id)).one()
    assert (task.outcome, task.done_by_id) == (TaskOutcome.HELD, actor.person_id)


def test_who_is_inspected_learns_of_results_and_not_of_what_is_to_come(app: Flask) -> None:
    here = flows.issue_in(S.SIGNED_OFF)
    to_come = here.issue.id
    drawn(here.office)
    flows.issue_in(S.SIGNED_OFF, here=here)
    look_back_hold(**here.by(here.finder), finding="示例")

    def seen(actor: Actor) -> set[LookBackState]:
        return set(db.session.scalars(select(LookBack.state).where(visible_look_backs(actor))))

    for actor in (here.assignee, here.secretary):
        assert seen(actor) == {L.HELD}
        assert not look_backs_of_issue(to_come, actor).rows
    for actor in (here.office, here.leader, here.finder):
        assert seen(actor) == {L.HELD, L.WAITING}
        assert len(look_backs_of_issue(to_come, actor).rows) == 1
    assert seen(factories.actor(Role.GROUP_LEAD, group_id=factories.group(factories.village()).id)) == set()
    for role in (Role.AUDITOR, Role.SYSADMIN, Role.REPORTER):
        assert seen(factories.actor(role)) == set()


def test_rates_rank_no_small_number_and_count_what_was_not_drawn_apart(app: Flask) -> None:
    here = County(villages=1)
    good, bad, few = (factories.unit(UnitKind.DEPARTMENT, name=name) for name in ("示例甲", "示例乙", "示例丙"))
    people = {"location": here.villages[0], "responsible_id": factories.person().id}
    for unit, number in ((good, 6), (bad, 5), (few, 1)):
        for _n in range(number):
            closed(responsible_unit_id=unit.id, **people)
    plan = drawn(here.office)
    beside = closed(responsible_unit_id=good.id, **people)
    left = 2
    for row in [*all_of(), LookBack(issue_id=beside.id, unit_id=good.id)]:
        again = row.unit_id == few.id or (row.unit_id == bad.id and left > 0)
        left -= again and row.unit_id == bad.id
        given = {"issue_id": row.issue_id, "actor": here.leads[0], "at": AT, "finding": "示例"}
        look_back_found_again(**given, deadline=TODAY) if again else look_back_hold(**given)
    waiting = closed(responsible_unit_id=good.id, **people)
    drawn(here.office, name="示例二")
    found = rates(here.office, RateBy.UNIT, LookBackFilter())
    told = [(one.name, one.drawn, one.looked, one.again, one.beside, one.is_small) for one in found]
    assert told == [
        ("示例乙", 5, 5, 2, 0, False), ("示例甲", 7, 6, 0, 1, False), ("示例丙", 1, 1, 1, 0, True),
    ]  # fmt: skip
    assert (found[0].again_share, round(found[1].done_share or 0)) == (40.0, 86)
    assert (whole(found).drawn, whole(found).again) == (13, 3)
    assert whole(rates(here.office, RateBy.TOWNSHIP, LookBackFilter(plan_id=plan.id))).drawn == 12
    assert [one.key for one in rates(here.office, RateBy.STAR, LookBackFilter())] == [None]
    assert look_back_page(here.office, LookBackFilter(star_id=NONE)).total == 14
    assert waiting.id in {row.issue_id for row in all_of(L.WAITING)}


def test_the_codes_of_look_backs_go_and_come_back_with_their_migration(app: Flask) -> None:
    issue_id = factories.issue(source=Source.LOOK_BACK).id
    db.session.commit()
    here = next((ROOT / "migrations" / "versions").glob("*_create_look_backs.py")).name[:4]
    schema.downgrade(app, f"{int(here) - 1:04d}")
    source = text("SELECT source FROM issue WHERE id = :id").bindparams(id=issue_id)
    change = text("UPDATE issue SET source = 'look_back' WHERE id = :id").bindparams(id=issue_id)
    assert db.session.scalar(source) == "supervision"
    with pytest.raises(IntegrityError):
        db.session.execute(change)
    db.session.rollback()
    db.engine.dispose()
    schema.upgrade(app)
    db.session.execute(change)
    assert db.session.scalar(source) == "look_back"
    with pytest.raises(IntegrityError):
        db.session.execute(text("UPDATE issue SET source = 'gone'"))
