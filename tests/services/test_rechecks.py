from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests import factories, flows
from tracker.database import db
from tracker.errors import ForbiddenError, InvalidError, NotFoundError, RefusedError
from tracker.models import Consent, Person, Role
from tracker.policy import Actor
from tracker.services.issues import issue_refuse, issue_sign_off
from tracker.services.rechecks import issue_fail, issue_reopen, issue_verify
from tracker.services.rectification import issue_submit
from workflows.issue import IssueState, Severity

pytestmark = pytest.mark.usefixtures("app")
S = IssueState


def also(actor: Actor, role: Role, **given: object) -> Actor:
    """Return the same person in another post."""
    return factories.actor(role, who=db.session.get_one(Person, actor.person_id), **given)


def test_a_failed_re_check_counts_a_return_and_begins_a_new_cycle() -> None:
    here = flows.issue_in(S.SUBMITTED)
    issue = issue_fail(**here.by(here.rechecker), reason="示例：仍有垃圾")
    assert (issue.state, issue.cycle, issue.returns) == (S.RECTIFYING, 1, 1)
    assert (issue.submitted_at, issue.submitted_by_id, issue.result) == (None, None, "")
    assert issue.deadline == issue.first_deadline == issue.move_due_on
    assert flows.told("failed") == {here.assignee.person_id}
    assert flows.detail("fail")["reason"] == "示例：仍有垃圾"


def test_a_passed_re_check_names_person_and_group() -> None:
    here = flows.issue_in(S.SUBMITTED)
    with flows.refused(InvalidError, "finding"):
        issue_verify(**here.by(here.rechecker), finding=" ")
    issue = issue_verify(**here.by(here.rechecker), finding="示例：到位")
    assert (issue.verified_by_id, issue.verified_group_id) == (here.rechecker.person_id, here.others.id)
    assert flows.told("verified") == {here.office.person_id, here.other_office.person_id}


def test_nobody_judges_what_they_did_whatever_the_post() -> None:
    flows.strict()
    here = flows.issue_in(S.RECTIFYING)
    uploader = also(here.other_office, Role.GROUP_MEMBER, group_id=here.others.id)
    flows.evidence(here, by=here.other_office)
    flows.evidence(here)
    issue_submit(**here.by(here.assignee), result="示例")
    colleague = factories.actor(Role.ASSIGNEE, unit_id=here.assignee.unit_id)
    cases = {
        "you_submitted": also(here.assignee, Role.GROUP_MEMBER, group_id=here.others.id),
        "you_uploaded": uploader,
        "your_unit_submitted": also(colleague, Role.GROUP_MEMBER, group_id=here.others.id),
        "your_group_found": here.finder,
    }
    for code, actor in cases.items():
        with flows.refused(RefusedError, code):
            issue_verify(**here.by(actor), finding="示例")
    for actor, error in (
        (here.assignee, ForbiddenError),
        (here.office, ForbiddenError),
        (here.secretary, ForbiddenError),
    ):
        with flows.refused(error):
            issue_verify(**here.by(actor), finding="示例")


def test_the_finders_own_group_re_checks_unless_policy_rules_otherwise() -> None:
    here = flows.issue_in(S.SUBMITTED)
    assert issue_verify(**here.by(here.finder), finding="示例").state is S.VERIFIED


def test_nobody_re_checks_their_home_village() -> None:
    here = flows.issue_in(S.SUBMITTED)
    native = factories.person(home_unit_id=here.village.id)
    with flows.refused(ForbiddenError):
        actor = factories.actor(Role.GROUP_MEMBER, group_id=here.others.id, who=native)
        issue_verify(**here.by(actor), finding="示例")


def test_a_group_without_the_place_on_its_roster_learns_nothing() -> None:
    here = flows.issue_in(S.SUBMITTED)
    stranger = factories.actor(Role.GROUP_MEMBER, group_id=factories.group(factories.village()).id)
    with flows.refused(NotFoundError):
        issue_verify(**here.by(stranger), finding="示例")


def test_who_verified_does_not_sign_off_in_whichever_post() -> None:
    here = flows.issue_in(S.VERIFIED)
    with flows.refused(RefusedError, "you_verified"):
        issue_sign_off(**here.by(also(here.rechecker, Role.OFFICE)))
    with flows.refused(RefusedError, "you_submitted"):
        issue_sign_off(**here.by(also(here.assignee, Role.OFFICE)))
    with flows.refused(RefusedError, "finder_alone"):
        issue_sign_off(**here.by(also(here.finder, Role.OFFICE)))
    for actor in (here.assignee, here.rechecker, here.leader, here.secretary):
        with flows.refused(ForbiddenError):
            issue_sign_off(**here.by(actor))
    issue = issue_sign_off(**here.by(here.office), opinion="同意")
    assert (issue.state, issue.signed_off_by_id, issue.progress_percent) == (S.SIGNED_OFF, here.office.person_id, 100)
    assert flows.told("signed_off") == {here.assignee.person_id, here.finder.person_id, here.rechecker.person_id}


def test_a_refused_sign_off_tells_both_who_rectified_and_who_verified() -> None:
    here = flows.issue_in(S.VERIFIED, severity=Severity.MAJOR)
    with flows.refused(InvalidError, "reason"):
        issue_refuse(**here.by(here.office), reason="")
    issue = issue_refuse(**here.by(here.office), reason="示例：佐证不清")
    assert (issue.state, issue.returns, issue.verified_by_id) == (S.RECTIFYING, 1, None)
    assert flows.told("refused") == {here.assignee.person_id, here.rechecker.person_id}
    assert db.session.scalars(select(Consent.state)).all() == ["withdrawn"]
    assert flows.detail("refuse")["consents_withdrawn"]


def test_a_reopened_issue_counts_a_recurrence_and_tells_everyone_who_closed_it() -> None:
    here = flows.issue_in(S.SIGNED_OFF, severity=Severity.MAJOR)
    first, deadline = here.issue.first_deadline, here.today + timedelta(days=9)
    issue = issue_reopen(**here.by(here.finder), finding="示例：又有垃圾", deadline=deadline)
    assert (issue.state, issue.recurrences, issue.returns, issue.cycle) == (S.RECTIFYING, 1, 0, 1)
    assert (issue.first_deadline, issue.deadline, issue.move_due_on) == (first, deadline, deadline)
    assert (issue.signed_off_at, issue.verified_by_id, issue.submitted_by_id) == (None, None, None)
    told = {here.assignee, here.rechecker, here.office, here.other_office, here.leader}
    assert flows.told("reopened") == {actor.person_id for actor in told}
    with flows.refused(RefusedError, "not_enough_evidence"):
        issue_submit(**here.by(here.assignee), result="示例")


def test_reopening_wants_a_finding_a_deadline_ahead_and_the_right_people() -> None:
    here = flows.issue_in(S.SIGNED_OFF)
    ahead = here.today + timedelta(days=9)
    for actor in (here.assignee, here.leader, here.secretary):
        with flows.refused(ForbiddenError):
            issue_reopen(**here.by(actor), finding="示例", deadline=ahead)
    with flows.refused(InvalidError, "finding"):
        issue_reopen(**here.by(here.office), finding="", deadline=ahead)
    for deadline in (None, here.today - timedelta(days=1), date(9999, 1, 1)):
        with flows.refused(InvalidError, "deadline"):
            issue_reopen(**here.by(here.office), finding="示例", deadline=deadline)
    here.issue.responsible_id = None
    db.session.commit()
    with flows.refused(RefusedError):
        issue_reopen(**here.by(here.office), finding="示例", deadline=ahead)
