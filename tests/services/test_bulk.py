from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import factories, flows
from tracker.database import db
from tracker.errors import InvalidError
from tracker.models import Issue, Role
from tracker.services.bulk import bulk_assign, bulk_register, bulk_remind
from tracker.services.findings import finding_draft, finding_log
from workflows.issue import IssueState

pytestmark = pytest.mark.usefixtures("app")
S = IssueState


def test_every_issue_has_its_own_account_and_what_is_out_of_sight_does_not_exist() -> None:
    here = flows.issue_in(S.RECTIFYING)
    busy = here.issue
    fresh = finding_log(values=here.values(), actor=here.finder, at=here.at)
    hidden = finding_draft(values=here.values(), actor=here.finder, at=here.at)
    ids = [hidden.id, fresh.id, busy.id, 2**40, -1, fresh.id]
    outcomes = bulk_assign(ids=ids, assignment=here.assignment(), actor=here.office, at=here.at)
    assert [(one.issue_id, one.number, one.ok) for one in outcomes] == [
        (-1, "", False), (busy.id, busy.number, False), (fresh.id, fresh.number, True), (hidden.id, "", False),
        (2**40, "", False),
    ]  # fmt: skip
    assert [one.words for one in outcomes if one.issue_id in (-1, hidden.id, 2**40)] == ["不存在"] * 3
    assert "当前状态" in outcomes[1].words
    assert here.assignee.unit_name in outcomes[2].words
    assert db.session.get_one(Issue, fresh.id).state is S.ASSIGNED


def test_one_that_is_refused_does_not_hold_up_the_rest() -> None:
    here = flows.world()
    good = [finding_draft(values=here.values(), actor=here.finder, at=here.at).id for _ in range(2)]
    bad = finding_draft(values=here.values(description=""), actor=here.finder, at=here.at).id
    outcomes = bulk_register(ids=[bad, *good], actor=here.finder, at=here.at)
    assert {one.issue_id: one.ok for one in outcomes} == {good[0]: True, good[1]: True, bad: False}
    numbers = db.session.scalars(select(Issue.number).where(Issue.id.in_(good)).order_by(Issue.id)).all()
    assert numbers == ["WT-2026-00001", "WT-2026-00002"]


def test_urging_many_says_which_were_urged_before() -> None:
    here = flows.issue_in(S.RECTIFYING)
    ids = [here.issue.id]
    said = [bulk_remind(ids=ids, words="示例", actor=here.office, at=here.at)[0] for _ in range(2)]
    assert [(one.ok, one.number) for one in said] == [(True, here.issue.number), (False, here.issue.number)]


def test_who_may_not_is_told_so_for_each() -> None:
    here = flows.issue_in(S.REGISTERED)
    member = factories.actor(Role.GROUP_MEMBER, group_id=here.finders.id)
    outcome = bulk_assign(ids=[here.issue.id], assignment=here.assignment(), actor=member, at=here.at)[0]
    assert (outcome.ok, "无权" in outcome.words) == (False, True)


@pytest.mark.parametrize("ids", [[], range(1, 502)])
def test_none_and_too_many_are_refused(ids: list[int]) -> None:
    here = flows.world()
    with flows.refused(InvalidError, "ids"):
        bulk_remind(ids=ids, words="", actor=here.office, at=here.at)
