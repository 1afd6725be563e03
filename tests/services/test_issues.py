from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests import factories, flows
from tests.factories import saved
from tracker.database import db
from tracker.errors import ForbiddenError, InvalidError, RefusedError
from tracker.models import CalendarCorrection, Consent, IssueEvent, Person, Role
from tracker.services.consents import consent_give, consent_request
from tracker.services.findings import finding_draft, finding_log
from tracker.services.issues import (
    issue_dismiss,
    issue_merge,
    issue_resume,
    issue_set_confidential,
    issue_sign_off,
    issue_suspend,
)
from tracker.services.rechecks import issue_fail
from tracker.services.rectification import issue_progress, issue_submit
from workflows.consent import ConsentKind, ConsentState
from workflows.issue import IssueState, Severity

pytestmark = pytest.mark.usefixtures("app")
S = IssueState


def agreed(here: flows.World, review: date) -> Consent:
    """Return a leader's consent to a suspension until ``review``."""
    asked = consent_request(**here.by(here.office), kind=ConsentKind.SUSPEND, reason="示例", review_on=review)
    return consent_give(consent_id=asked.id, actor=here.leader, at=here.at)


def test_a_suspension_wants_a_leaders_consent_a_reason_and_a_day_of_review() -> None:
    here = flows.issue_in(S.RECTIFYING)
    review = here.today + timedelta(days=30)
    with flows.refused(RefusedError, "no_leader_consent"):
        issue_suspend(**here.by(here.office), reason="示例", review_on=review)
    agreed(here, review)
    for field, given in {
        "reason": {"reason": ""}, "review_on": {"review_on": None},
    }.items():  # fmt: skip
        with flows.refused(InvalidError, field):
            issue_suspend(**here.by(here.office), **{"reason": "示例", "review_on": review} | given)
    for day in (here.today, here.today - timedelta(days=1), review + timedelta(days=1), date(9999, 1, 1)):
        with flows.refused(InvalidError, "review_on"):
            issue_suspend(**here.by(here.office), reason="示例", review_on=day)
    for actor in (here.leader, here.assignee):
        with flows.refused(ForbiddenError):
            issue_suspend(**here.by(actor), reason="示例", review_on=review)
    issue = issue_suspend(**here.by(here.office), reason="示例", review_on=review)
    assert (issue.state, issue.review_on, issue.move_due_on) == (S.SUSPENDED, review, review)
    assert flows.detail("suspend")["clock"] == "stopped"
    assert flows.told("suspended") == {here.assignee.person_id}


def test_who_consented_does_not_suspend_in_another_post() -> None:
    here = flows.issue_in(S.RECTIFYING)
    review = here.today + timedelta(days=30)
    agreed(here, review)
    twice = factories.actor(Role.OFFICE, who=db.session.get_one(Person, here.leader.person_id))
    with flows.refused(RefusedError, "you_consented"):
        issue_suspend(**here.by(twice), reason="示例", review_on=review)


def test_the_deadline_stands_still_while_an_issue_is_suspended() -> None:
    here = flows.issue_in(S.SUSPENDED)
    first = here.issue.deadline
    assert first == date(2026, 3, 16)
    off = date(2026, 3, 4)
    saved(CalendarCorrection(day=off, first_day=off, is_workday=False, name="示例", source="示例", made_at=here.at))
    here.at += timedelta(days=7)  # five working days, less the county's own holiday
    issue = issue_resume(**here.by(here.office), reason="示例")
    assert (issue.state, issue.deadline, issue.first_deadline) == (S.RECTIFYING, date(2026, 3, 20), first)
    assert (issue.review_on, issue.move_due_on) == (None, issue.deadline)
    said = flows.detail("resume")
    assert (said["workdays"], said["old_deadline"], said["deadline"]) == (4, "2026-03-16", "2026-03-20")


def test_a_consent_is_spent_by_the_suspension_it_was_given_to() -> None:
    here = flows.issue_in(S.SUSPENDED)
    here.at += timedelta(days=1)
    issue_resume(**here.by(here.office), reason="示例")
    with flows.refused(RefusedError, "no_leader_consent"):
        issue_suspend(**here.by(here.office), reason="示例", review_on=here.today + timedelta(days=9))


def test_nothing_is_rectified_while_suspended() -> None:
    here = flows.issue_in(S.SUSPENDED)
    flows.evidence(here)
    with flows.refused(RefusedError, "not_from_here"):
        issue_progress(**here.by(here.assignee), note="示例", percent=1)
    with flows.refused(RefusedError, "not_from_here"):
        issue_submit(**here.by(here.assignee), result="示例")


def test_a_major_issue_is_signed_off_with_a_leaders_consent_that_was_asked_for_at_once() -> None:
    here = flows.issue_in(S.VERIFIED, severity=Severity.MAJOR)
    assert flows.told("consent_requested") == {here.leader.person_id}
    with flows.refused(RefusedError, "no_leader_consent"):
        issue_sign_off(**here.by(here.office))
    flows.consent(here)
    twice = factories.actor(Role.OFFICE, who=db.session.get_one(Person, here.leader.person_id))
    with flows.refused(RefusedError, "you_consented"):
        issue_sign_off(**here.by(twice))
    assert issue_sign_off(**here.by(here.office)).state is S.SIGNED_OFF
    assert db.session.scalars(select(Consent.state)).all() == [ConsentState.GIVEN]


def test_dismissing_wants_a_reason_or_the_issue_it_repeats() -> None:
    here = flows.issue_in(S.REGISTERED)
    with flows.refused(InvalidError, "reason"):
        issue_dismiss(**here.by(here.office), reason=" ")
    with flows.refused(ForbiddenError):
        issue_dismiss(**here.by(here.finder), reason="示例")
    assert issue_dismiss(**here.by(here.office), reason="示例").state is S.DISMISSED
    assert flows.told("dismissed") == {here.finder.person_id}


def test_merging_links_both_ways_and_tells() -> None:
    here = flows.issue_in(S.RECTIFYING)
    original = here.issue
    here.issue = finding_log(values=here.values(), actor=here.finder, at=here.at)
    duplicate = issue_merge(**here.by(here.office), into_id=original.id, reason="示例：同一问题")
    assert (duplicate.state, duplicate.duplicate_of_id) == (S.DISMISSED, original.id)
    assert flows.detail("merge")["duplicate"] == duplicate.number
    assert flows.detail("dismiss")["duplicate_of"] == original.number
    events = db.session.scalars(select(IssueEvent.issue_id).where(IssueEvent.trigger == "merge")).all()
    assert events == [original.id]
    assert flows.told("merged") == {here.assignee.person_id}


def test_an_issue_is_merged_neither_into_itself_nor_round_in_a_circle_nor_into_what_nobody_sees() -> None:
    here = flows.issue_in(S.REGISTERED)
    a, b, c = (finding_log(values=here.values(), actor=here.finder, at=here.at) for _ in range(3))
    draft = finding_draft(values=here.values(), actor=here.finder, at=here.at)
    aside = finding_log(values=here.values(), actor=here.finder, at=here.at)
    issue_dismiss(issue_id=aside.id, reason="示例", actor=here.office, at=here.at)
    issue_merge(issue_id=a.id, into_id=b.id, actor=here.office, at=here.at)
    for into in (b.id, a.id, draft.id, aside.id, 2**40, -1):
        with flows.refused(InvalidError, "into_id"):
            issue_merge(issue_id=b.id, into_id=into, actor=here.office, at=here.at)
    with flows.refused(InvalidError, "duplicate_of_id"):
        issue_dismiss(issue_id=c.id, duplicate_of_id=a.id, actor=here.office, at=here.at)
    with flows.refused(RefusedError, "not_from_here"):
        issue_merge(issue_id=a.id, into_id=c.id, actor=here.office, at=here.at)


def test_only_office_and_leaders_narrow_who_may_see() -> None:
    here = flows.issue_in(S.RECTIFYING)
    for actor in (here.finder, here.assignee, here.secretary):
        with flows.refused(ForbiddenError):
            issue_set_confidential(**here.by(actor), confidential=True)
    assert issue_set_confidential(**here.by(here.office), confidential=True).is_confidential
    issue_set_confidential(**here.by(here.leader), confidential=True)
    assert not issue_set_confidential(**here.by(here.leader), confidential=False).is_confidential
    triggers = db.session.scalars(select(IssueEvent.trigger).order_by(IssueEvent.seq.desc()).limit(2)).all()
    assert triggers == ["reveal", "conceal"]


def test_what_is_confidential_is_told_to_insiders_only() -> None:
    here = flows.issue_in(S.RECTIFYING)
    factories.post(Role.ASSIGNEE, unit_id=here.assignee.unit_id)  # a colleague, who would be told otherwise
    issue_set_confidential(**here.by(here.office), confidential=True)
    flows.submit(here)
    assert flows.told("submitted") == {here.finder.person_id}
    issue_fail(**here.by(here.finder), reason="示例")
    assert flows.told("failed") == {here.assignee.person_id}
