from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests import factories, flows
from tracker.database import db
from tracker.errors import ForbiddenError, InvalidError, RefusedError
from tracker.models import Notice, Phase, Role, Stage
from tracker.services.rechecks import issue_fail
from tracker.services.rectification import MeasureValues, issue_accept, issue_progress, issue_submit
from tracker.services.stages import StageValues
from workflows.issue import IssueState, Severity

pytestmark = pytest.mark.usefixtures("app")
S = IssueState


def test_accepting_keeps_the_measures_and_receives_the_notice() -> None:
    here = flows.issue_in(S.ASSIGNED)
    due = here.today + timedelta(days=3)
    measures = (MeasureValues("示例一", due), MeasureValues(" "), MeasureValues("示例二", due))
    issue = issue_accept(**here.by(here.assignee), measures=measures)
    assert (issue.state, issue.accepted_at) == (S.RECTIFYING, here.at)
    assert [(one.position, one.words, one.due_on) for one in issue.measures] == [(1, "示例一", due), (2, "示例二", due)]
    assert db.session.scalars(select(Notice)).one().received_by_id == here.assignee.person_id


def test_measures_that_cannot_be_are_refused_and_leave_no_trace() -> None:
    here = flows.issue_in(S.ASSIGNED)
    day, late = here.today, here.issue.deadline + timedelta(days=1)
    for measures in ((), (MeasureValues(" "),), (MeasureValues("示例", day - timedelta(days=1)),),
                     (MeasureValues("示例", late),), (MeasureValues("示例", date(9999, 1, 1)),),
                     (MeasureValues("示例"),) * 51):  # fmt: skip
        with flows.refused(InvalidError, "measures"):
            issue_accept(**here.by(here.assignee), measures=measures)
    with flows.refused(RefusedError, "undated_measures"):
        issue_accept(**here.by(here.assignee), measures=(MeasureValues("示例一", day), MeasureValues("示例二")))
    with flows.refused(ForbiddenError):
        issue_accept(**here.by(here.office), measures=(MeasureValues("示例"),))


def test_what_is_late_already_is_accepted_with_measures_ahead() -> None:
    here = flows.issue_in(S.ASSIGNED)
    here.at += timedelta(days=20)
    ahead = here.today + timedelta(days=3)
    issue = issue_accept(**here.by(here.assignee), measures=(MeasureValues("示例", ahead),))
    assert (issue.state, issue.measures[0].due_on) == (S.RECTIFYING, ahead)


def test_progress_ticks_measures_of_this_issue_only() -> None:
    other = flows.issue_in(S.RECTIFYING)
    here = flows.issue_in(S.RECTIFYING)
    mine, foreign = here.issue.measures[0].id, other.issue.measures[0].id
    with flows.refused(InvalidError, "done_measure_ids"):
        issue_progress(**here.by(here.assignee), note="示例", percent=50, done_measure_ids=(mine, foreign))
    issue = issue_progress(**here.by(here.assignee), note="示例：过半", percent=50, done_measure_ids=(mine,))
    assert (issue.state, issue.progress_percent, issue.progress_note) == (S.RECTIFYING, 50, "示例：过半")
    assert issue.measures[0].done_on == here.today
    for field, given in (("percent", {"percent": 101}), ("percent", {"percent": -1}), ("note", {"note": " "})):
        with flows.refused(InvalidError, field):
            issue_progress(**here.by(here.assignee), **{"note": "示例", "percent": 1} | given)


def test_stages_are_finished_in_order_and_all_before_sign_off_is_asked_for() -> None:
    here = flows.issue_in(S.ASSIGNED, is_long_term=True)
    days = [here.today + timedelta(days=n) for n in (3, 7)]
    stages = [StageValues("示例一", days[0]), StageValues("示例二", days[1])]
    issue = issue_accept(**here.by(here.assignee), measures=[MeasureValues("示例")], stages=stages)
    first, second = (stage.id for stage in issue.stages)
    flows.evidence(here)
    for stage_id, code in ((second, "stage_out_of_order"), (2**40, "stage_unknown")):
        with flows.refused(RefusedError, code):
            issue_progress(**here.by(here.assignee), note="示例", percent=9, finished_stage_id=stage_id)
    issue_progress(**here.by(here.assignee), note="示例", percent=50, finished_stage_id=first)
    with flows.refused(RefusedError, "open_stages"):
        issue_submit(**here.by(here.assignee), result="示例")
    issue_progress(**here.by(here.assignee), note="示例", percent=90, finished_stage_id=second)
    assert issue_submit(**here.by(here.assignee), result="示例").state is S.SUBMITTED
    assert db.session.scalars(select(Stage.done_on)).all() == [here.today] * 2


@pytest.mark.parametrize(("severity", "needed"), [(Severity.GENERAL, 1), (Severity.MAJOR, 2)])
def test_sign_off_is_asked_for_with_the_evidence_policy_wants(severity: Severity, needed: int) -> None:
    here = flows.issue_in(S.RECTIFYING, severity=severity)
    flows.evidence(here, Phase.BEFORE, n=2)
    flows.evidence(here, n=needed - 1)
    with flows.refused(RefusedError, "not_enough_evidence"):
        issue_submit(**here.by(here.assignee), result="示例")
    flows.evidence(here)
    issue = issue_submit(**here.by(here.assignee), result="示例")
    assert (issue.submitted_by_id, issue.submitted_unit_id) == (here.assignee.person_id, here.assignee.unit_id)


def test_asking_for_sign_off_tells_the_groups_that_know_the_place() -> None:
    here = flows.issue_in(S.RECTIFYING)
    factories.post(Role.GROUP_MEMBER, group_id=factories.group(factories.village()).id)
    flows.submit(here)
    assert flows.told("submitted") == {here.rechecker.person_id, here.finder.person_id}


def test_where_another_group_must_re_check_the_finders_is_not_told() -> None:
    flows.strict()
    here = flows.issue_in(S.SUBMITTED)
    assert flows.told("submitted") == {here.rechecker.person_id}


def test_where_no_other_group_knows_the_place_the_office_is_told() -> None:
    flows.strict()
    here = flows.issue_in(S.RECTIFYING)
    db.session.delete(here.others.villages[0])
    db.session.commit()
    flows.submit(here)
    assert flows.told("submitted") == {here.office.person_id, here.other_office.person_id}


def test_evidence_of_before_a_return_does_not_count_again() -> None:
    here = flows.issue_in(S.SUBMITTED)
    issue_fail(**here.by(here.rechecker), reason="示例：仍有垃圾")
    with flows.refused(RefusedError, "not_enough_evidence"):
        issue_submit(**here.by(here.assignee), result="示例")


def test_only_who_is_responsible_reports_and_submits() -> None:
    here = flows.issue_in(S.RECTIFYING)
    flows.evidence(here)
    for actor in (here.office, here.finder, here.secretary, here.leader):
        with flows.refused(ForbiddenError):
            issue_progress(**here.by(actor), note="示例", percent=1)
        with flows.refused(ForbiddenError):
            issue_submit(**here.by(actor), result="示例")
    with flows.refused(InvalidError, "result"):
        issue_submit(**here.by(here.assignee), result="")
