"""Visits outside every round: begun once, where the group may go, with what was found and re-checked there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from tests import factories, flows, pictures
from tests.conftest import AT
from tests.services.test_visits import way_to
from tracker.database import db, transaction
from tracker.errors import InvalidError, NotFoundError, RefusedError
from tracker.models import AuditEntry, PolicyVersion, Role, SupervisionGroup, TaskOutcome, Unit, UnitKind, Visit
from tracker.policy import Actor, actor_of
from tracker.queries.ad_hoc_visits import ad_hoc_visits, visit_of_issue
from tracker.queries.coverage import coverage, village_burden
from tracker.queries.visit_records import record_of, visit_seen
from tracker.services.ad_hoc_visits import OPEN_AFTER, ad_hoc_cancel, ad_hoc_finish, ad_hoc_note, ad_hoc_start
from tracker.services.findings import FindingValues, finding_log
from tracker.services.rechecks import issue_fail
from tracker.services.visit_records import VisitEnd
from tracker.services.visit_tasks import finding_of_visit
from tracker.storage import intake
from tracker.views.evidence import current_store
from workflows.issue import IssueState
from workflows.policy import Policy

HOUR = timedelta(hours=1)


@dataclass
class Trip:
    """A group with one village on its roster and two people."""

    village: Unit
    group: SupervisionGroup
    member: Actor
    lead: Actor

    def start(self, **given: Any) -> Visit:
        defaults = {
            "village_id": self.village.id, "people": [self.member.person_id], "client_key": "k", "actor": self.member,
            "at": AT,
        }  # fmt: skip
        return ad_hoc_start(**defaults | given)

    def end(self, **given: Any) -> VisitEnd:
        return replace(VisitEnd([self.member.person_id], AT, AT, nothing_found=True), **given)


def a_trip() -> Trip:
    village = factories.village()
    group = factories.group(village)
    return Trip(
        village, group, factories.actor(Role.GROUP_MEMBER, group_id=group.id),
        factories.actor(Role.GROUP_LEAD, group_id=group.id),
    )  # fmt: skip


def test_a_form_sent_twice_is_one_visit_and_counts_once(app: Flask) -> None:
    trip = a_trip()
    first = trip.start()
    assert trip.start().id == first.id
    assert trip.start(actor=trip.lead, client_key="other").id == first.id  # the group is there already
    photo = intake(current_store(), [pictures.upload(pictures.picture(), "村口.jpg")])
    act = {"visit_id": first.id, "actor": trip.member}
    for _ in range(2):
        ad_hoc_note(**act, words="示例：道路整洁", files=photo, at=AT)
    for forms in (2, 9):  # the second one comes late, and changes nothing
        end = trip.end(ended_at=AT + HOUR, forms_asked=forms, photos_asked=1)
        ad_hoc_finish(**act, end=end, at=AT + HOUR)
    assert trip.start().id == first.id
    record = record_of(trip.member, visit_seen(trip.member, first.id))
    assert (len(record.photos), first.note.count("道路整洁"), first.forms_asked) == (1, 1, 2)
    assert [one.id for one in ad_hoc_visits(trip.member).ended] == [first.id]
    (seen,) = coverage(trip.lead)
    assert (seen.last, seen.burden.visits, seen.burden.forms) == (first, 1, 2)
    secretary = factories.actor(Role.VILLAGE, unit_id=trip.village.id)
    assert [one.id for one in village_burden(secretary, trip.village.id, factories.TODAY).visits] == [first.id]
    with pytest.raises(InvalidError) as refusal:
        trip.start(village_id=factories.village().id)
    assert set(refusal.value.errors) == {"client_key"}


def test_a_group_goes_to_its_roster_unless_policy_lets_it_go_anywhere(app: Flask) -> None:
    trip, elsewhere, town = a_trip(), factories.village(), factories.unit(UnitKind.TOWNSHIP)
    for place, people in ((elsewhere.id, []), (town.id, [0]), (None, [])):
        with pytest.raises(InvalidError) as refusal:
            trip.start(village_id=place, people=people)
        assert set(refusal.value.errors) == {"village_id", "people"}
    body = Policy(visits_anywhere=True).to_dict()
    factories.saved(PolicyVersion(effective_on=date(2026, 1, 1), body=body, made_at=factories.EPOCH))
    assert trip.start(village_id=elsewhere.id).village_id == elsewhere.id
    with pytest.raises(InvalidError):
        trip.start(village_id=town.id, client_key="other")


def test_nobody_goes_home_and_a_list_comes_first(sqlite_app: Flask) -> None:
    trip = a_trip()
    home = factories.person(home_unit_id=trip.village.id)
    local = actor_of(factories.post(Role.GROUP_MEMBER, who=home, group_id=trip.group.id), factories.TODAY)
    for given, field in (({"actor": local}, "village_id"), ({"people": [local.person_id]}, "people")):
        with pytest.raises(InvalidError) as refusal:
            trip.start(**given)
        assert set(refusal.value.errors) == {field}
    visit = trip.start()
    with pytest.raises(RefusedError):
        ad_hoc_finish(visit_id=visit.id, end=trip.end(), actor=local, at=AT)
    listed = a_trip()
    way_to(listed.village, listed.group)
    with pytest.raises(InvalidError, match="示例轮次"):
        listed.start()


def test_what_is_found_and_re_checked_there_belongs_to_the_visit(app: Flask) -> None:
    made = flows.issue_in(IssueState.SUBMITTED)
    group = made.others
    trip = Trip(made.village, group, made.rechecker, factories.actor(Role.GROUP_LEAD, group_id=group.id))
    visit = trip.start()
    assert visit_of_issue(trip.member, made.issue) == visit
    act = {"visit_id": visit.id, "actor": trip.member, "at": AT}
    with pytest.raises(InvalidError) as refusal:
        ad_hoc_finish(**act, end=trip.end(nothing_found=False))
    assert set(refusal.value.errors) == {"nothing_found"}
    issue_fail(issue_id=made.issue.id, reason="示例：仍有垃圾", actor=trip.member, at=AT)
    with pytest.raises(RefusedError):
        ad_hoc_cancel(**act, reason="示例")
    values = FindingValues(location_id=trip.village.id, category="环境卫生", description="示例：垃圾")
    issue = finding_log(values=values, actor=trip.member, at=AT)
    with transaction():
        finding_of_visit(issue, visit.id, actor=trip.member, at=AT)
    ad_hoc_finish(**act, end=trip.end(nothing_found=False))
    record = record_of(trip.lead, visit)
    assert [one.id for one in record.found] == [issue.id]
    assert [(one.issue_id, one.outcome) for one in record.rechecks] == [(made.issue.id, TaskOutcome.FAILED)]


def test_a_visit_that_did_not_take_place_leaves_its_trace_in_the_audit_alone(app: Flask) -> None:
    trip = a_trip()
    visit = trip.start()
    with pytest.raises(InvalidError):
        ad_hoc_cancel(visit_id=visit.id, reason="", actor=trip.member, at=AT)
    ad_hoc_cancel(visit_id=visit.id, reason="示例：点错了村", actor=trip.lead, at=AT)
    assert db.session.query(Visit).count() == 0
    said = {entry.action: entry.detail for entry in db.session.query(AuditEntry)}
    assert said["visit.cancel"] == {"village": trip.village.id, "reason": "示例：点错了村"}
    assert "visit.start" in said


def test_notes_may_follow_for_a_week(sqlite_app: Flask) -> None:
    trip = a_trip()
    act = {"visit_id": trip.start().id, "actor": trip.member}
    ad_hoc_finish(**act, end=trip.end(), at=AT)
    ad_hoc_note(**act, words="示例：补充", files=(), at=AT + OPEN_AFTER)
    with pytest.raises(RefusedError):
        ad_hoc_note(**act, words="示例：太晚", files=(), at=AT + OPEN_AFTER + HOUR)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.OFFICE, Role.LEADER)])
def test_nobody_else_opens_or_changes_a_visit(sqlite_app: Flask, role: Role) -> None:
    trip = a_trip()
    visit = trip.start()
    places: dict[Role, dict[str, Any]] = {
        Role.VILLAGE: {"unit_id": trip.village.id}, Role.TOWNSHIP: {"unit_id": trip.village.township_id},
        Role.GROUP_LEAD: {"group_id": factories.group(trip.village).id},
        Role.GROUP_MEMBER: {"group_id": factories.group(trip.village).id},
    }  # fmt: skip
    stranger = factories.actor(role, **places.get(role, {}))
    with pytest.raises(NotFoundError):
        visit_seen(stranger, visit.id)
    for act in (
        lambda: ad_hoc_note(visit_id=visit.id, words="示例", files=(), actor=stranger, at=AT),
        lambda: ad_hoc_cancel(visit_id=visit.id, reason="示例", actor=stranger, at=AT),
    ):
        with pytest.raises(NotFoundError):
            act()
