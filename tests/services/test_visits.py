"""A group walks its round: begun once, noted, answered by what happens to the issues, ended, missed, reported."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests import factories, flows, pictures
from tests.conftest import AT
from tracker.database import db, transaction
from tracker.errors import ForbiddenError, InvalidError, NotFoundError, RefusedError
from tracker.models import (
    InspectionRound,
    OutboxMessage,
    Role,
    RoundGroup,
    RoundKind,
    RoundStop,
    RoundTask,
    SupervisionGroup,
    TaskOutcome,
    Unit,
    Visit,
    VisitFinding,
    VisitPhoto,
)
from tracker.policy import Actor, actor_of
from tracker.queries.visit_records import photo_seen
from tracker.queries.visits import stop_of_issue, village_page, walk, walkable, walked
from tracker.services.findings import FindingValues, finding_log
from tracker.services.rechecks import issue_fail, issue_verify
from tracker.services.visit_records import VisitEnd
from tracker.services.visit_reports import group_close, group_report
from tracker.services.visit_tasks import finding_of_visit
from tracker.services.visits import stop_miss, task_answer, visit_finish, visit_note, visit_start
from tracker.storage import intake
from tracker.views.evidence import current_store
from workflows.issue import IssueState
from workflows.planning.terms import TaskKind
from workflows.round import RoundState, StopState

HOUR = timedelta(hours=1)


@dataclass
class Way:
    """A published round with one stop of one group."""

    held: InspectionRound
    group: SupervisionGroup
    stop: RoundStop
    lead: Actor
    member: Actor

    def act(self, **given: Any) -> dict[str, Any]:
        """Return what every act of the visit is called with."""
        return {"stop_id": self.stop.id, "actor": self.member, "at": AT} | given

    def start(self) -> Visit:
        return visit_start(**self.act(people=[self.member.person_id]))

    def end(self, **given: Any) -> VisitEnd:
        return replace(VisitEnd([self.member.person_id], AT, AT, nothing_found=True), **given)


def way_to(
    village: Unit,
    group: SupervisionGroup,
    *tasks: tuple[TaskKind, int | None],
    state: RoundState = RoundState.PUBLISHED,
) -> Way:
    """Return a round that goes to ``village`` today for these tasks."""
    today = factories.TODAY
    held = factories.saved(
        InspectionRound(
            name="示例轮次", kind=RoundKind.UNANNOUNCED, state=state, first_day=today, last_day=today, seed=1,
            made_at=AT, published_at=None if state is RoundState.PLANNED else AT,
        )
    )  # fmt: skip
    days = [today.isoformat()]
    factories.saved(RoundGroup(round_id=held.id, group_id=group.id, days=days, people=2, stops_a_day=3))
    stop = factories.saved(
        RoundStop(round_id=held.id, group_id=group.id, village_id=village.id, day=today, position=1)
    )  # fmt: skip
    for kind, issue_id in tasks:
        factories.saved(RoundTask(stop_id=stop.id, kind=kind, issue_id=issue_id, reason=kind.value))
    lead = factories.actor(Role.GROUP_LEAD, group_id=group.id)
    return Way(held, group, stop, lead, factories.actor(Role.GROUP_MEMBER, group_id=group.id))


def a_way(*tasks: tuple[TaskKind, int | None], state: RoundState = RoundState.PUBLISHED) -> Way:
    village = factories.village()
    return way_to(village, factories.group(village), *tasks, state=state)


def test_a_visit_is_begun_once_noted_and_ended_with_nothing_found(app: Flask) -> None:
    way = a_way((TaskKind.UNVISITED, None))
    first = way.start()
    assert visit_start(**way.act(actor=way.lead, people=[way.lead.person_id])).id == first.id
    assert (way.held.state, way.stop.state) == (RoundState.UNDER_WAY, StopState.STARTED)
    photo = intake(current_store(), [pictures.upload(pictures.picture(), "村口.jpg")])
    for _ in range(2):  # a phone that did not hear the answer sends again
        visit_note(**way.act(words="示例：道路整洁", files=photo))
    kept = db.session.query(VisitPhoto).one()
    assert photo_seen(way.lead, kept.id).name == "村口.jpg"
    assert first.note.count("道路整洁") == 1
    with pytest.raises(NotFoundError):
        photo_seen(factories.actor(Role.GROUP_MEMBER, group_id=factories.group(way.stop.village).id), kept.id)
    later = AT + HOUR
    visit_finish(**way.act(end=way.end(ended_at=later, forms_asked=1, photos_asked=2), at=later))
    assert way.stop.state is StopState.DONE
    assert (first.nothing_found, first.ended_at, first.forms_asked, first.photos_asked) == (True, later, 1, 2)
    assert db.session.query(RoundTask).one().outcome is TaskOutcome.NOTHING


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"nothing_found": False}, "nothing_found"),
        ({"ended_at": AT - HOUR}, "ended"),
        ({"ended_at": AT + HOUR}, "ended"),
        ({"people": []}, "people"),
        ({"forms_asked": 1000}, "forms_asked"),
    ],
)
def test_a_visit_does_not_end_without_what_belongs_to_it(sqlite_app: Flask, given: dict[str, Any], field: str) -> None:
    way = a_way()
    way.start()
    with pytest.raises(InvalidError) as refusal:
        visit_finish(**way.act(end=way.end(**given)))
    assert set(refusal.value.errors) == {field}
    assert db.session.get_one(RoundStop, way.stop.id).state is StopState.STARTED


@pytest.mark.parametrize(("passes", "outcome"), [(True, TaskOutcome.PASSED), (False, TaskOutcome.FAILED)])
def test_a_re_check_on_the_spot_answers_its_task(app: Flask, passes: bool, outcome: TaskOutcome) -> None:
    made = flows.issue_in(IssueState.SUBMITTED)
    way = way_to(made.village, made.others, (TaskKind.RECHECK, made.issue.id), (TaskKind.LATE, made.issue.id))
    elsewhere = way_to(made.village, made.finders, (TaskKind.RECHECK, made.issue.id))
    way.start()
    with pytest.raises(RefusedError) as refusal:
        visit_finish(**way.act(end=way.end()))
    assert refusal.value.code == "stop_tasks_open"
    answered, late = way.stop.tasks[0].id, way.stop.tasks[1].id
    with pytest.raises(InvalidError):
        task_answer(**way.act(task_id=answered, outcome=TaskOutcome.PASSED))
    if passes:
        issue_verify(issue_id=made.issue.id, finding="示例：已到位", actor=made.rechecker, at=AT)
    else:
        issue_fail(issue_id=made.issue.id, reason="示例：仍有垃圾", actor=made.rechecker, at=AT)
    assert {db.session.get_one(RoundTask, one).outcome for one in (answered, late)} == {outcome}
    assert elsewhere.stop.tasks[0].outcome is None
    assert stop_of_issue(way.member, made.issue.id).id == way.stop.id  # type: ignore[union-attr]
    visit_finish(**way.act(end=way.end(nothing_found=passes)))


def test_a_finding_belongs_to_its_visit(app: Flask) -> None:
    way = a_way((TaskKind.RANDOM, None))
    values = FindingValues(location_id=way.stop.village_id, category="环境卫生", description="示例：垃圾")
    issue = finding_log(values=values, actor=way.member, at=AT)
    visit = way.start()
    stranger = factories.actor(Role.GROUP_MEMBER, group_id=factories.group(way.stop.village).id)
    with pytest.raises(NotFoundError), transaction():
        finding_of_visit(issue, visit.id, actor=stranger, at=AT)
    for _ in range(2):
        with transaction():
            finding_of_visit(issue, visit.id, actor=way.member, at=AT)
    assert db.session.query(VisitFinding).one().visit_id == visit.id
    with pytest.raises(InvalidError) as refusal:
        visit_finish(**way.act(end=way.end()))
    assert set(refusal.value.errors) == {"nothing_found"}
    visit_finish(**way.act(end=way.end(nothing_found=False)))
    assert db.session.query(RoundTask).one().outcome is TaskOutcome.FOUND
    page = village_page(way.member, way.stop.id)
    assert [one.id for one in page.record.found] == [line.row.id for line in page.now.issues] == [issue.id]


def test_nobody_visits_the_village_they_come_from(app: Flask) -> None:
    way = a_way()
    home = factories.person(home_unit_id=way.stop.village_id)
    local = actor_of(factories.post(Role.GROUP_MEMBER, who=home, group_id=way.group.id), factories.TODAY)
    with pytest.raises(RefusedError) as refusal:
        visit_start(**way.act(actor=local, people=[way.member.person_id]))
    assert refusal.value.code == "stop_recused"
    with pytest.raises(InvalidError):
        visit_start(**way.act(people=[way.member.person_id, local.person_id]))
    assert db.session.query(Visit).count() == 0


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OFFICE])
def test_only_the_group_concerned_learns_of_a_stop(sqlite_app: Flask, role: Role) -> None:
    way = a_way()
    places: dict[Role, dict[str, Any]] = {
        Role.VILLAGE: {"unit_id": way.stop.village_id}, Role.TOWNSHIP: {"unit_id": way.stop.village.township_id},
        Role.GROUP_LEAD: {"group_id": factories.group(way.stop.village).id},
        Role.GROUP_MEMBER: {"group_id": factories.group(way.stop.village).id},
    }  # fmt: skip
    actor = factories.actor(role, **places.get(role, {}))
    if role is Role.LEADER:
        assert village_page(actor, way.stop.id).stop.id == way.stop.id
        return
    with pytest.raises(NotFoundError):
        village_page(actor, way.stop.id)
    with pytest.raises(NotFoundError):
        stop_miss(**way.act(actor=actor, reason="示例"))
    assert not walkable(actor)


def test_a_round_that_is_not_published_is_nobodys_way(app: Flask) -> None:
    way = a_way(state=RoundState.PLANNED)
    assert not walkable(way.member)
    with pytest.raises(NotFoundError):
        way.start()


def test_the_last_report_reports_the_round_and_misses_the_rest(app: Flask) -> None:
    way = a_way()
    office = factories.post(Role.OFFICE)
    seen = walk(way.member, way.held, None)
    assert seen is not None
    assert [stop.id for stop in seen.stops] == [way.stop.id]
    other = factories.group()
    factories.saved(RoundGroup(round_id=way.held.id, group_id=other.id, days=[], people=1, stops_a_day=1))
    report = {"round_id": way.held.id, "words": "示例：本轮情况", "why_missed": "示例：大雪封路", "at": AT}
    with pytest.raises(InvalidError) as refusal:
        group_report(**report | {"why_missed": ""}, actor=way.lead)
    assert set(refusal.value.errors) == {"why_missed"}
    group_report(**report, actor=way.lead)
    stop, held = db.session.get_one(RoundStop, way.stop.id), db.session.get_one(InspectionRound, way.held.id)
    assert (stop.state, stop.note, held.state) == (StopState.MISSED, "示例：大雪封路", RoundState.UNDER_WAY)
    group_report(**report, actor=factories.actor(Role.GROUP_LEAD, group_id=other.id))
    assert held.state is RoundState.REPORTED
    told = db.session.query(OutboxMessage).filter_by(kind="round_group_reported", recipient_id=office.person_id)
    assert told.count() == 2
    with pytest.raises(RefusedError):
        group_report(**report, actor=way.lead)


def test_the_office_closes_a_round_that_is_over_for_a_group_that_cannot(app: Flask) -> None:
    way = a_way()
    way.start()
    office, late = factories.actor(Role.OFFICE), AT + timedelta(days=30)
    given: dict[str, Any] = {
        "round_id": way.held.id,
        "group_id": way.lead.group_id,
        "reason": "示例：组长离岗",
        "at": late,
    }
    for wrong, error in (
        ({"at": AT, "actor": office}, RefusedError),
        ({"reason": " ", "actor": office}, InvalidError),
        ({"group_id": 10**6, "actor": office}, NotFoundError),
        ({"actor": way.lead}, ForbiddenError),
    ):
        with pytest.raises(error):
            group_close(**given | wrong)
    group_close(**given, actor=office)
    stop, held = db.session.get_one(RoundStop, way.stop.id), db.session.get_one(InspectionRound, way.held.id)
    assert (stop.state, stop.note, held.state) == (StopState.MISSED, "示例：组长离岗", RoundState.REPORTED)
    assert db.session.query(Visit).one().ended_at == late
    seen = walked(office, held.id, way.lead.group_id)
    assert (seen.group.report, seen.reporter) == ("示例：组长离岗", office.name)
    with pytest.raises(RefusedError):
        group_close(**given, actor=office)
