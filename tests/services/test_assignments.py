from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories, flows
from tests.factories import saved
from tracker.clock import local_date
from tracker.database import db
from tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, RefusedError
from tracker.models import ImportBatch, Notice, PolicyVersion, Role, UnitKind
from tracker.services.assignments import deadline_proposed, issue_assign, issue_contest, issue_reassign
from tracker.services.findings import finding_log
from tracker.services.stages import StageValues
from workflows.issue import IssueState, Severity
from workflows.policy import Policy

pytestmark = pytest.mark.usefixtures("app")
S = IssueState


def test_assigning_sets_both_deadlines_issues_a_notice_and_tells_who_must_rectify() -> None:
    here = flows.issue_in(S.REGISTERED)
    colleague = factories.post(Role.ASSIGNEE, unit_id=here.assignee.unit_id)
    helper = factories.actor(Role.ASSIGNEE, unit_id=factories.unit(UnitKind.DEPARTMENT).id)
    assignment = here.assignment(
        assisting_unit_ids=(helper.unit_id,), sponsor_id=here.leader.person_id, goal="示例目标"
    )
    issue = issue_assign(**here.by(here.office), assignment=assignment)
    assert (issue.state, issue.deadline, issue.first_deadline) == (S.ASSIGNED, assignment.deadline, assignment.deadline)
    assert (issue.sponsor_id, issue.goal) == (here.leader.person_id, "示例目标")
    assert [assisting.unit_id for assisting in issue.assisting] == [helper.unit_id]
    assert db.session.scalars(select(Notice)).one().recipient_unit_id == here.assignee.unit_id
    assert flows.told("assigned") == {here.assignee.person_id, colleague.person_id, helper.person_id}
    said = flows.detail("assign")
    assert said["unit"] == here.assignee.unit_name
    assert said["deadline"] == assignment.deadline.isoformat()


def wrong(here: flows.World) -> dict[str, list[dict[str, Any]]]:
    """Return assignments that cannot be, by the field that says so."""
    today = here.today
    gone = factories.post(Role.ASSIGNEE, unit_id=here.assignee.unit_id, valid_to=today - timedelta(days=1))
    unapproved = factories.post(Role.ASSIGNEE, unit_id=here.assignee.unit_id, approved_at=None)
    inactive = factories.post(Role.ASSIGNEE, unit_id=here.assignee.unit_id, who=factories.person(is_active=False))
    elsewhere = factories.post(Role.ASSIGNEE, unit_id=factories.unit(UnitKind.DEPARTMENT).id)
    closed = factories.unit(UnitKind.DEPARTMENT, closed_on=today)
    later = today + timedelta(days=7)
    return {
        "deadline": [
            {"deadline": None}, {"deadline": today - timedelta(days=1)}, {"deadline": date(1, 1, 1)},
            {"deadline": date(9999, 12, 31)},
        ],
        "responsible_unit_id": [
            {"responsible_unit_id": None}, {"responsible_unit_id": closed.id}, {"responsible_unit_id": 2**40},
        ],
        "responsible_id": [
            {"responsible_id": who} for who in (None, -1, 2**40, here.office.person_id, gone.person_id)
        ] + [{"responsible_id": post.person_id} for post in (unapproved, inactive, elsewhere)],
        "assisting_unit_ids": [
            {"assisting_unit_ids": (here.assignee.unit_id,)}, {"assisting_unit_ids": (closed.id,)},
        ],
        "sponsor_id": [{"sponsor_id": here.office.person_id}, {"sponsor_id": 2**40}],
        "stages": [{"stages": (StageValues("示例", later),)}],
    }  # fmt: skip


def test_what_cannot_be_is_refused_by_field_and_leaves_no_trace() -> None:
    here = flows.issue_in(S.REGISTERED)
    for field, cases in wrong(here).items():
        for given in cases:
            with flows.refused(InvalidError, field):
                issue_assign(**here.by(here.office), assignment=here.assignment(**given))


def test_only_the_office_assigns_unless_policy_lets_a_group_leader() -> None:
    here = flows.issue_in(S.REGISTERED)
    lead = factories.actor(Role.GROUP_LEAD, group_id=here.finders.id)
    for actor, error in ((here.finder, ForbiddenError), (here.leader, ForbiddenError), (here.assignee, NotFoundError)):
        with flows.refused(error):
            issue_assign(**here.by(actor), assignment=here.assignment())
    with flows.refused(RefusedError, "group_lead_may_not_assign"):
        issue_assign(**here.by(lead), assignment=here.assignment())
    body = Policy(group_lead_may_assign=True).to_dict()
    saved(PolicyVersion(effective_on=here.today, body=body, made_at=here.at))
    here.issue = finding_log(values=here.values(), actor=here.finder, at=here.at)
    assert issue_assign(**here.by(lead), assignment=here.assignment()).state is S.ASSIGNED


def test_an_older_version_is_refused_with_who_was_faster() -> None:
    here = flows.issue_in(S.REGISTERED)
    seen = here.issue.version
    issue_assign(**here.by(here.office), assignment=here.assignment(), version=seen)
    before = flows.everything()
    with pytest.raises(ConflictError, match=here.office.name):
        issue_reassign(**here.by(here.other_office), assignment=here.assignment(), reason="示例", version=seen)
    assert flows.everything() == before


def test_whoever_sends_again_after_a_lost_answer_learns_that_it_was_done() -> None:
    here = flows.issue_in(S.REGISTERED)
    seen = here.issue.version
    issue_assign(**here.by(here.office), assignment=here.assignment(), version=seen)
    with pytest.raises(ConflictError, match="您已于 2026-03-02 09:00 .*不必重复办理"):
        issue_assign(**here.by(here.office), assignment=here.assignment(), version=seen)


def test_a_long_term_issue_is_assigned_in_stages_that_rise_and_end_by_the_deadline() -> None:
    here = flows.issue_in(S.REGISTERED, is_long_term=True)
    day = [here.today + timedelta(days=n) for n in range(20)]
    for dues in ((day[3], day[3]), (day[5], day[4]), (day[3], day[15])):
        with flows.refused(InvalidError, "stages"):
            stages = tuple(StageValues("示例", due) for due in dues)
            issue_assign(**here.by(here.office), assignment=here.assignment(stages=stages))
    stages = (StageValues("示例一", day[3]), StageValues("示例二", day[14]))
    issue = issue_assign(**here.by(here.office), assignment=here.assignment(stages=stages))
    assert [(stage.position, stage.words, stage.due_on) for stage in issue.stages] == [
        (1, "示例一", day[3]), (2, "示例二", day[14]),
    ]  # fmt: skip


def test_an_undated_imported_issue_may_stay_undated() -> None:
    here = flows.issue_in(S.REGISTERED)
    batch = saved(ImportBatch(file_name="a.csv", file_sha256="0" * 64, mapping={}, rows=1, made_at=here.at))
    here.issue.import_batch_id = batch.id
    db.session.commit()
    issue = issue_assign(**here.by(here.office), assignment=here.assignment(deadline=None))
    assert (issue.state, issue.deadline, issue.first_deadline) == (S.ASSIGNED, None, None)


@pytest.mark.parametrize("state", [S.ASSIGNED, S.RECTIFYING])
def test_reassigning_keeps_the_first_deadline_and_starts_the_receipt_anew(state: IssueState) -> None:
    here = flows.issue_in(state)
    first = here.issue.first_deadline
    new = factories.actor(Role.ASSIGNEE, unit_id=factories.unit(UnitKind.DEPARTMENT).id)
    later = here.today + timedelta(days=30)
    given = {"responsible_unit_id": new.unit_id, "responsible_id": new.person_id, "deadline": later}
    issue = issue_reassign(**here.by(here.office), assignment=here.assignment(**given), reason="示例：职责调整")
    assert (issue.state, issue.first_deadline, issue.deadline) == (S.ASSIGNED, first, later)
    assert (issue.accepted_at, issue.measures, issue.responsible_id) == (None, [], new.person_id)
    assert (flows.told("reassigned"), flows.told("unassigned")) == ({new.person_id}, {here.assignee.person_id})
    said = flows.detail("reassign")
    assert said["old"]["person_id"] == here.assignee.person_id
    assert said["reason"] == "示例：职责调整"


def test_a_late_issue_is_reassigned_as_late_as_it_is_or_with_a_deadline_ahead() -> None:
    here = flows.issue_in(S.RECTIFYING)
    here.issue.deadline = late = here.today - timedelta(days=3)
    db.session.commit()
    with flows.refused(InvalidError, "deadline"):
        assignment = here.assignment(deadline=late + timedelta(days=1))
        issue_reassign(**here.by(here.office), assignment=assignment, reason="示例")
    with flows.refused(InvalidError, "reason"):
        issue_reassign(**here.by(here.office), assignment=here.assignment(deadline=late), reason=" ")
    issue = issue_reassign(**here.by(here.office), assignment=here.assignment(deadline=late), reason="示例")
    assert issue.deadline == late


def test_a_unit_contests_once_and_another_unit_may_again() -> None:
    here = flows.issue_in(S.ASSIGNED)
    with flows.refused(InvalidError, "reason"):
        issue_contest(**here.by(here.assignee), reason="")
    with flows.refused(ForbiddenError):
        issue_contest(**here.by(here.secretary), reason="示例：不是本单位职责")
    issue = issue_contest(**here.by(here.assignee), reason="示例：不是本单位职责")
    assert issue.state is S.REGISTERED
    assert flows.told("contested") == {here.office.person_id, here.other_office.person_id}
    issue_assign(**here.by(here.office), assignment=here.assignment())
    with flows.refused(RefusedError, "contested_before"):
        issue_contest(**here.by(here.assignee), reason="示例：再次申诉")
    given = {"responsible_unit_id": here.village.id, "responsible_id": here.secretary.person_id}
    issue_reassign(**here.by(here.office), assignment=here.assignment(**given), reason="示例")
    assert issue_contest(**here.by(here.secretary), reason="示例：不是本村").state is S.REGISTERED


def test_a_grid_is_answered_for_by_its_villages_secretary() -> None:
    here = flows.issue_in(S.REGISTERED)
    grid = factories.unit(UnitKind.GRID, parent=here.village)
    given = {"responsible_unit_id": grid.id, "responsible_id": here.secretary.person_id}
    assert issue_assign(**here.by(here.office), assignment=here.assignment(**given)).responsible_unit_id == grid.id


@pytest.mark.parametrize(("severity", "days"), [(Severity.GENERAL, 10), (Severity.MAJOR, 20)])
def test_the_proposed_deadline_follows_policy_and_says_why(severity: Severity, days: int) -> None:
    here = flows.issue_in(S.REGISTERED, severity=severity)
    proposed = deadline_proposed(here.issue, local_date(here.at))
    assert proposed.workdays == days
    assert sum(day.counts for day in proposed.why) == days
    assert (proposed.why[0].date, proposed.why[-1].date) == (here.today, proposed.day)
    assert not proposed.is_provisional
