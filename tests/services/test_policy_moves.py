"""A version of the policy that takes the open issues along, and one that is withdrawn."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.conftest import AT
from tracker.database import db, transaction
from tracker.errors import NotFoundError, RefusedError
from tracker.models import AuditEntry, Issue, IssueEvent, PolicyVersion, Role
from tracker.queries.issue_timeline import timeline_of
from tracker.queries.policy_moves import policy_preview
from tracker.queries.rules import policy_on
from tracker.services import policy_moves
from tracker.services.policy_moves import policies_sweep
from tracker.services.rules import policy_set, policy_withdraw
from tracker.services.ticks import tick
from tracker.services.transitions import restart_clock
from workflows.issue import IssueState
from workflows.policy import Colour, Policy

pytestmark = pytest.mark.usefixtures("app")
TODAY, TUESDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 6)
LATER = AT + timedelta(days=10)


def version(day: date = TODAY, *, along: bool = True, **given: Any) -> PolicyVersion:
    body = Policy().to_dict() | given
    return policy_set(body=body, effective_on=day, note_words="示例", actor=None, at=AT, takes_along=along)


def waiting(**given: Any) -> Issue:
    defaults = {"state": IssueState.REGISTERED, "state_since": AT, "move_due_on": TUESDAY}
    return factories.issue(**defaults | given)


def rectifying(deadline: date, **given: Any) -> Issue:
    return waiting(state=IssueState.RECTIFYING, deadline=deadline, move_due_on=deadline, **given)


def events() -> list[IssueEvent]:
    return list(db.session.scalars(select(IssueEvent).where(IssueEvent.trigger == "policy").order_by(IssueEvent.seq)))


def blue_within(days: int) -> dict[str, Any]:
    return {"general": Policy().to_dict()["general"] | {"blue_within": days}}


def test_open_issues_go_along_once_and_each_says_what_changed() -> None:
    issue, dated = waiting(), rectifying(FRIDAY)
    closed = waiting(state=IssueState.DISMISSED, move_due_on=None)
    made = version(assign_days=4, **blue_within(0))
    assert (policies_sweep(at=AT), policies_sweep(at=AT), policies_sweep(at=LATER)) == (2, 0, 0)
    first, second = events()
    kept = {"version": made.id, "effective_on": "2026-03-02"}
    assert (issue.policy_version_id, issue.move_due_on, closed.policy_version_id) == (made.id, FRIDAY, None)
    assert first.detail["policy"] == second.detail["policy"] == kept
    assert first.detail["due"] == ["2026-03-03", "2026-03-06"]
    assert second.detail["colour"] == ["blue", "none"]
    assert (dated.deadline, "due" in second.detail) == (FRIDAY, False)
    assert made.taken_at == AT
    assert "办理期限 2026-03-03 → 2026-03-06" in timeline_of([first])[0].changes
    assert "预警颜色 蓝色 → 未预警" in timeline_of([second])[0].changes


def test_issues_keep_their_version_where_it_takes_none_along() -> None:
    issue = waiting()
    version(along=False, assign_days=4)
    assert (policies_sweep(at=LATER), issue.policy_version_id, issue.move_due_on) == (0, None, TUESDAY)


def test_version_of_a_later_day_waits_for_the_tick_of_that_day() -> None:
    issue = waiting()
    made = version(FRIDAY, assign_days=4)
    assert (tick(at=AT).policies, issue.policy_version_id) == (0, None)
    report = tick(at=datetime(2026, 3, 5, 16, 30, tzinfo=AT.tzinfo))  # Friday, half past midnight in Shanghai
    assert (report.policies, issue.policy_version_id) == (1, made.id)


def test_issue_of_a_later_version_is_not_taken_back() -> None:
    made = version(assign_days=4)
    newer = version(along=False, assign_days=9)
    issue, old = waiting(policy_version_id=newer.id), waiting()
    policies_sweep(at=AT)
    assert (issue.policy_version_id, old.policy_version_id) == (newer.id, made.id)


def test_crash_between_two_batches_loses_and_repeats_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        waiting()
    made = version(assign_days=4)
    monkeypatch.setattr(policy_moves, "AT_ONCE", 2)
    assert policies_sweep(at=AT, most=2) == 2
    assert made.taken_at is None
    assert policies_sweep(at=LATER) == 3
    assert len({event.issue_id for event in events()}) == len(events()) == 5


def test_preview_is_what_then_happens_within_what_one_may_see() -> None:
    here = factories.village()
    seen, hidden, same = waiting(location=here), waiting(), rectifying(date(2026, 9, 1), location=here)
    township = factories.actor(Role.TOWNSHIP, unit_id=here.township_id)
    with transaction():
        for issue in (seen, hidden, same):
            restart_clock(issue, AT)
    policy = Policy(assign_days=4)
    found = policy_preview(policy, township, AT)
    assert [(line.issue.id, line.move.new_due) for line in found.lines] == [(seen.id, FRIDAY)]
    assert (found.issues, found.changed, found.due, found.remind, found.colours) == (2, 1, 1, 1, {})
    version(assign_days=4)
    policies_sweep(at=AT)
    assert (seen.remind_at, len(events()[0].detail["remind"])) == (found.lines[0].move.new_remind, 2)
    assert (seen.move_due_on, hidden.move_due_on, same.move_due_on) == (FRIDAY, FRIDAY, date(2026, 9, 1))


def test_preview_counts_all_and_shows_them_by_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.queries.policy_moves.SHOWN", 2)
    ids = [rectifying(FRIDAY).id for _ in range(5)]
    office = factories.actor(Role.OFFICE)
    policy = Policy.from_dict(blue_within(0))
    pages, after = [], 0
    for _ in range(3):
        found = policy_preview(policy, office, AT, after)
        pages.append([line.issue.id for line in found.lines])
        assert (found.changed, found.colours) == (5, {(Colour.BLUE, Colour.NONE): 5})
        after = found.after
    assert (pages, after) == ([ids[:2], ids[2:4], ids[4:]], 0)


def test_version_is_withdrawn_before_its_day_and_never_comes_into_force() -> None:
    office = factories.actor(Role.OFFICE)
    made, now = version(FRIDAY, assign_days=4), version(TODAY, along=False)
    issue = waiting()
    policy_withdraw(version_id=made.id, actor=office, at=AT)
    assert (policy_on(FRIDAY).version_id, policies_sweep(at=LATER), issue.policy_version_id) == (now.id, 0, None)
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "policy.withdraw")) == 1
    for gone in (made, now):
        with pytest.raises(RefusedError):
            policy_withdraw(version_id=gone.id, actor=office, at=AT)
    with pytest.raises(NotFoundError):
        policy_withdraw(version_id=2**40, actor=office, at=AT)
