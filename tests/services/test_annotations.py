"""What a ledger says beside the course of an issue: who may write what, and what is kept of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import factories, flows
from tracker.database import db
from tracker.errors import ForbiddenError, InvalidError
from tracker.models import FAR, IssueEvent, IssueVersion, Role
from tracker.services.annotations import issue_annotate
from workflows.issue import IssueState

pytestmark = pytest.mark.usefixtures("app")
S = IssueState


def test_the_office_writes_what_the_ledger_says() -> None:
    here = flows.issue_in(S.RECTIFYING)
    leader = factories.actor(Role.LEADER)
    changes = {
        "goal": " 示例：全部清运 ",
        "sponsor_id": leader.person_id,
        "overdue_reason": "等待资金",
        "remark": "示例",
    }
    issue = issue_annotate(**here.by(here.office), changes=changes)
    assert (issue.goal, issue.sponsor_id, issue.overdue_reason) == ("示例：全部清运", leader.person_id, "等待资金")
    noted = flows.detail("annotate")["noted"]
    assert noted["overdue_reason"] == ["", "等待资金"]
    assert noted["sponsor_id"] == ["", leader.name]
    held = db.session.scalars(
        select(IssueVersion).where(IssueVersion.issue_id == issue.id, IssueVersion.until == FAR)
    ).one()
    assert (held.overdue_reason, held.remark) == ("等待资金", "示例")


def test_nothing_new_leaves_no_event() -> None:
    here = flows.issue_in(S.RECTIFYING)
    for _again in range(2):
        issue_annotate(**here.by(here.office), changes={"remark": "示例", "goal": here.issue.goal, "sponsor_id": None})
    assert db.session.scalars(select(IssueEvent.detail).where(IssueEvent.trigger == "annotate")).all() == [
        {"noted": {"remark": ["", "示例"]}}
    ]


def test_who_rectifies_says_why_it_is_late_and_nothing_else() -> None:
    here = flows.issue_in(S.RECTIFYING)
    assert issue_annotate(**here.by(here.assignee), changes={"overdue_reason": "汛期"}).overdue_reason == "汛期"
    for name, words in (("goal", "示例"), ("remark", "示例"), ("sponsor_id", None)):
        with flows.refused(ForbiddenError):
            issue_annotate(**here.by(here.assignee), changes={name: words})
    with flows.refused(ForbiddenError):
        issue_annotate(**here.by(here.finder), changes={"overdue_reason": "示例"})


def test_bad_input_is_named_and_changes_nothing() -> None:
    here = flows.issue_in(S.RECTIFYING)
    with flows.refused(InvalidError, "remark"):
        issue_annotate(**here.by(here.office), changes={"remark": "字" * 4001, "goal": "示例"})
    with flows.refused(InvalidError, "sponsor_id"):
        issue_annotate(**here.by(here.office), changes={"sponsor_id": here.finder.person_id})
