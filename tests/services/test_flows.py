from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import flows
from tracker.database import db
from tracker.models import IssueEvent
from workflows.issue import IssueState, Severity

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.parametrize("state", list(IssueState))
@pytest.mark.parametrize("severity", [Severity.GENERAL, Severity.MAJOR])
def test_every_state_is_reached_through_the_services(state: IssueState, severity: Severity) -> None:
    issue = flows.issue_in(state, severity=severity).issue
    db.session.expire_all()
    assert issue.state is state
    moves = db.session.scalars(
        select(IssueEvent).where(IssueEvent.issue_id == issue.id, IssueEvent.source != IssueEvent.dest)
    ).all()
    assert [move.source for move in moves] == ["draft", *[move.dest for move in moves[:-1]]][: len(moves)]
