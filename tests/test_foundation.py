"""The ground every other test stands on: transactions, the chain, the scope."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from tests import factories
from tests.conftest import AT
from tracker.database import db, transaction
from tracker.errors import ForbiddenError, RefusedError
from tracker.models import Issue, IssueEvent, Role
from tracker.policy import visible
from tracker.services.chain import event_fields, link_hash
from tracker.services.transitions import advance, issue_for_change
from workflows.issue import IssueState

pytestmark = pytest.mark.usefixtures("app")


def dismiss(issue: Issue, role: Role = Role.OFFICE) -> None:
    with transaction():
        fresh = issue_for_change(issue.id, factories.actor(role))
        advance(fresh, "dismiss", actor=factories.actor(role), at=AT, has_reason=True)


def test_advance_moves_the_issue_and_chains_one_event() -> None:
    for issue in (factories.issue(), factories.issue()):
        dismiss(issue)
    events = db.session.scalars(select(IssueEvent).order_by(IssueEvent.seq)).all()
    assert [(e.source, e.dest) for e in events] == [("registered", "dismissed")] * 2
    assert events[1].prev_hash == events[0].hash
    assert [e.hash for e in events] == [link_hash(e.prev_hash, event_fields(e)) for e in events]


def test_refused_advance_leaves_no_trace() -> None:
    issue = factories.issue(state=IssueState.ASSIGNED)
    with pytest.raises(RefusedError):
        dismiss(issue)
    with pytest.raises(ForbiddenError):
        dismiss(factories.issue(), Role.LEADER)
    db.session.expire_all()
    assert issue.state is IssueState.ASSIGNED
    assert db.session.scalar(select(func.count()).select_from(IssueEvent)) == 0


@pytest.mark.parametrize("statement", ["UPDATE issue_event SET trigger = 'x'", "DELETE FROM issue_event"])
def test_history_never_changes(statement: str) -> None:
    dismiss(factories.issue())
    with pytest.raises(DBAPIError, match="never changes"), transaction() as session:
        session.execute(text(statement))


def test_scope_shows_each_role_its_own() -> None:
    here, there = factories.village(), factories.village()
    mine, other = factories.issue(location=here), factories.issue(location=there)
    group = factories.group(here)
    seen = {
        "office": factories.actor(Role.OFFICE),
        "group": factories.actor(Role.GROUP_MEMBER, group_id=group.id),
        "township": factories.actor(Role.TOWNSHIP, unit_id=here.township_id),
        "village": factories.actor(Role.VILLAGE, unit_id=here.id),
        "other village": factories.actor(Role.VILLAGE, unit_id=there.id),
        "sysadmin": factories.actor(Role.SYSADMIN),
    }
    found = {name: set(db.session.scalars(select(Issue.id).where(visible(actor)))) for name, actor in seen.items()}
    assert found == {
        "office": {mine.id, other.id}, "group": {mine.id}, "township": {mine.id}, "village": {mine.id},
        "other village": {other.id}, "sysadmin": set(),
    }  # fmt: skip
