from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests import factories, flows
from tests.factories import saved
from tracker.database import db
from tracker.errors import ForbiddenError, InvalidError, NotFoundError, RefusedError
from tracker.models import Extension, Person, PolicyVersion, Role
from tracker.services.extensions import extension_approve, extension_refuse, extension_request, extension_withdraw
from tracker.services.rectification import issue_submit
from workflows.extension import ExtensionState
from workflows.issue import IssueState
from workflows.policy import Policy

pytestmark = pytest.mark.usefixtures("app")
S = IssueState


def asked(here: flows.World, days: int = 20) -> Extension:
    day = here.today + timedelta(days=days)
    return extension_request(**here.by(here.assignee), new_deadline=day, reason="示例：连续降雨")


def test_an_approved_extension_moves_the_deadline_and_keeps_both() -> None:
    here = flows.issue_in(S.RECTIFYING)
    first = here.issue.deadline
    extension = asked(here)
    assert (extension.state, extension.level, extension.old_deadline) == (ExtensionState.REQUESTED, 1, first)
    assert flows.told("extension_requested") == {here.office.person_id, here.other_office.person_id}
    extension_approve(extension_id=extension.id, opinion="同意", actor=here.office, at=here.at)
    issue = here.issue
    assert (issue.deadline, issue.first_deadline, issue.extensions) == (extension.new_deadline, first, 1)
    assert issue.move_due_on == extension.new_deadline
    assert flows.told("extension_approved") == {here.assignee.person_id}
    said = flows.detail("extension_approve")
    assert (said["old_deadline"], said["new_deadline"]) == (first.isoformat(), extension.new_deadline.isoformat())


def test_the_second_is_a_leaders_to_decide_and_a_third_is_refused() -> None:
    here = flows.issue_in(S.RECTIFYING)
    first = asked(here)
    with flows.refused(RefusedError, "extension_by_office"):
        extension_approve(extension_id=first.id, actor=here.leader, at=here.at)
    extension_approve(extension_id=first.id, actor=here.office, at=here.at)
    second = asked(here, 30)
    assert second.level == 2
    assert flows.told("extension_requested") >= {here.leader.person_id}
    with flows.refused(RefusedError, "extension_by_leader"):
        extension_approve(extension_id=second.id, actor=here.office, at=here.at)
    extension_approve(extension_id=second.id, actor=here.leader, at=here.at)
    with flows.refused(RefusedError, "extension_limit"):
        asked(here, 40)


def test_the_day_of_the_deadline_is_in_time_and_the_day_after_is_late() -> None:
    here = flows.issue_in(S.RECTIFYING)
    here.at += timedelta(days=14)
    assert here.today == here.issue.deadline
    extension = asked(here)
    here.at += timedelta(days=1)
    extension_refuse(extension_id=extension.id, opinion="示例：理由不足", actor=here.office, at=here.at)
    with flows.refused(RefusedError, "extension_late"):
        asked(here)
    assert here.issue.deadline == here.issue.first_deadline


def test_a_request_made_in_time_may_be_approved_late() -> None:
    here = flows.issue_in(S.RECTIFYING)
    extension = asked(here)
    here.at += timedelta(days=16)
    extension_approve(extension_id=extension.id, actor=here.office, at=here.at)
    assert here.issue.deadline == extension.new_deadline


def test_what_is_asked_must_make_sense() -> None:
    here = flows.issue_in(S.RECTIFYING)
    ahead = here.today + timedelta(days=20)
    for day in (None, here.issue.deadline, here.today - timedelta(days=1), date(9999, 1, 1)):
        with flows.refused(InvalidError, "new_deadline"):
            extension_request(**here.by(here.assignee), new_deadline=day, reason="示例")
    with flows.refused(InvalidError, "reason"):
        extension_request(**here.by(here.assignee), new_deadline=ahead, reason=" ")
    for actor in (here.office, here.leader, here.finder, here.secretary):
        with flows.refused(ForbiddenError):
            extension_request(**here.by(actor), new_deadline=ahead, reason="示例")
    asked(here)
    with flows.refused(RefusedError, "extension_pending"):
        asked(here)
    flows.evidence(here)
    with flows.refused(RefusedError, "extension_pending"):
        issue_submit(**here.by(here.assignee), result="示例")


@pytest.mark.parametrize("state", [S.ASSIGNED, S.SUBMITTED, S.SIGNED_OFF])
def test_only_what_is_being_rectified_is_extended(state: IssueState) -> None:
    here = flows.issue_in(state)
    with flows.refused(RefusedError, "extension_not_now"):
        asked(here)


def test_nobody_decides_what_they_or_their_unit_asked_for_whatever_the_post() -> None:
    here = flows.issue_in(S.RECTIFYING)
    extension = asked(here)
    colleague = factories.post(Role.ASSIGNEE, unit_id=here.assignee.unit_id).person
    asker = db.session.get_one(Person, here.assignee.person_id)
    for who, code in ((asker, "you_asked"), (colleague, "your_unit_asked")):
        actor = factories.actor(Role.OFFICE, who=who)
        with flows.refused(RefusedError, code):
            extension_approve(extension_id=extension.id, actor=actor, at=here.at)
        with flows.refused(RefusedError, code):
            extension_refuse(extension_id=extension.id, opinion="示例", actor=actor, at=here.at)
    for actor in (here.assignee, here.finder, here.secretary):
        with flows.refused(ForbiddenError):
            extension_approve(extension_id=extension.id, actor=actor, at=here.at)


def test_a_refusal_says_why_and_the_deadline_stays() -> None:
    here = flows.issue_in(S.RECTIFYING)
    before, extension = here.issue.deadline, asked(here)
    with flows.refused(RefusedError, "no_reason"):
        extension_refuse(extension_id=extension.id, opinion=" ", actor=here.office, at=here.at)
    extension_refuse(extension_id=extension.id, opinion="示例：理由不足", actor=here.office, at=here.at)
    assert (here.issue.deadline, here.issue.extensions) == (before, 0)
    assert flows.told("extension_refused") == {here.assignee.person_id}
    with flows.refused(RefusedError, "not_from_here"):
        extension_approve(extension_id=extension.id, actor=here.office, at=here.at)


def test_a_request_is_withdrawn_by_the_unit_that_asked_and_another_may_follow() -> None:
    here = flows.issue_in(S.RECTIFYING)
    extension = asked(here)
    with flows.refused(ForbiddenError):
        extension_withdraw(extension_id=extension.id, actor=here.office, at=here.at)
    extension_withdraw(extension_id=extension.id, actor=here.assignee, at=here.at)
    asked(here)
    states = db.session.scalars(select(Extension.state).order_by(Extension.id)).all()
    assert states == [ExtensionState.WITHDRAWN, ExtensionState.REQUESTED]


def test_policy_limits_how_often() -> None:
    body = Policy(max_extensions=0).to_dict()
    saved(PolicyVersion(effective_on=date(2026, 1, 1), body=body, made_at=factories.EPOCH))
    here = flows.issue_in(S.RECTIFYING)
    with flows.refused(RefusedError, "extension_limit"):
        asked(here)


def test_a_request_out_of_sight_does_not_exist() -> None:
    here = flows.issue_in(S.RECTIFYING)
    extension = asked(here)
    stranger = factories.actor(Role.ASSIGNEE, unit_id=factories.village().id)
    for wanted in (extension.id, 2**40, 0):
        with flows.refused(NotFoundError):
            extension_withdraw(extension_id=wanted, actor=stranger, at=here.at)
