"""Winds the clocks of issues: when is somebody reminded next, by the policy that an issue keeps."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, delete, inspect, or_, update

from tracker.clock import ZONE, from_wall, local_date, wall
from tracker.database import db
from tracker.models import Issue, Reminder
from tracker.queries.rules import policy_of, policy_on, work_calendar
from workflows.issue import IssueState
from workflows.policy import Policy
from workflows.reminding import DayPlan, DigestSection, Wait, due_reminders, next_reminder

_BASIS = ("state", "move_due_on", "stage_due_on")


def day_plan(at: datetime) -> DayPlan:
    """Return the times of the day on which ``at`` falls, by the policy in force on it."""
    return DayPlan.of(policy_on(local_date(at)).policy)


def remind_next(wait: Wait, policy: Policy, at: datetime) -> datetime | None:
    """Return the first instant later than ``at`` at which somebody is reminded, ``None`` where none is to come."""
    found = next_reminder(wait, policy, day_plan(at), work_calendar(), wall(at))
    return None if found is None else from_wall(found)


def wind(issue: Issue, at: datetime) -> None:
    """Set when somebody is reminded of ``issue`` next, once its clock has been set.

    What falls due and was not swept yet stays due. What was noted down under an earlier day or state, and nobody has
    been told, is withdrawn.
    """
    with db.session.no_autoflush:  # what is flushed counts as unchanged
        issue.stage_due_on = _stage_due(issue)
        wait = Wait(issue.state, issue.severity, issue.move_due_on, issue.stage_due_on)
        policy = policy_of(issue, local_date(at)).policy
        if issue.id is not None and _moved(issue):
            withdraw(Reminder.issue_id == issue.id)
        if not _is_due(issue.remind_at, wait, policy, at):
            issue.remind_at = remind_next(wait, policy, at)


def _moved(issue: Issue) -> bool:
    attributes = inspect(issue).attrs
    return any(attributes[name].history.has_changes() for name in _BASIS)


def _stage_due(issue: Issue) -> date | None:
    if not issue.is_long_term or issue.state is not IssueState.RECTIFYING:
        return None
    return next((stage.due_on for stage in issue.stages if stage.done_on is None), None)


def _is_due(remind_at: datetime | None, wait: Wait, policy: Policy, at: datetime) -> bool:
    if remind_at is None or remind_at > at:
        return False
    return bool(due_reminders(wait, policy, day_plan(at), work_calendar(), wall(remind_at), wall(at)))


def withdraw(about: ColumnElement[bool]) -> None:
    """Take back what the clocks of these issues have noted down and nobody has been told of yet."""
    noted = (Reminder.subject == "", Reminder.section != DigestSection.ANSWERED, Reminder.delivered_at.is_(None))
    db.session.execute(delete(Reminder).where(about, *noted), execution_options={"synchronize_session": False})


def rewind_around(first: date, last: date, at: datetime) -> None:
    """Let the next sweep wind anew whatever a change of the days from ``first`` to ``last``, inclusive, may move.

    A reminder before a last day can move where these days lie between the two, one after it where they lie in
    between as well; what falls due from ``at`` on is not missed. The ladder of documents is looked at again on the
    first of these days that is not past: a weekend that is worked brings its next step nearer.
    """
    begin = datetime.combine(first, time(), ZONE)
    end = datetime.combine(last + timedelta(days=1), time(), ZONE)
    ahead = and_(Issue.move_due_on >= first, Issue.remind_at < end)
    behind = and_(Issue.move_due_on < last, Issue.remind_at >= begin)
    touched = or_(ahead, behind, Issue.stage_due_on.is_not(None))
    db.session.execute(
        update(Issue).where(Issue.remind_at > at, touched).values(remind_at=at),
        execution_options={"synchronize_session": "fetch"},
    )
    look = max(first, local_date(at))
    db.session.execute(
        update(Issue).where(Issue.escalate_on > look, Issue.deadline < last).values(escalate_on=look),
        execution_options={"synchronize_session": "fetch"},
    )
