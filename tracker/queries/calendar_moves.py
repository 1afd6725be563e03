"""Which days would move if the calendar were another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from tracker.clock import ZONE, local_date
from tracker.database import db
from tracker.models import Issue
from tracker.policy import Actor, visible
from tracker.queries.rules import policy_of
from workflows.calendar import CalendarRow, WorkCalendar
from workflows.clocks import due_day
from workflows.issue import IssueState

# The states whose clocks count working days; the others run to a day that somebody named.
COUNTED = (IssueState.REGISTERED, IssueState.ASSIGNED, IssueState.SUBMITTED, IssueState.VERIFIED)


@dataclass(frozen=True)
class MovedIssue:
    """An open issue whose present move would be due on another day."""

    issue: Issue
    old: date
    new: date


def corrected(calendar: WorkCalendar, row: CalendarRow | None, without: date | None = None) -> WorkCalendar:
    """Return the calendar with one more correction, or without the one of a day."""
    kept = [known for known in calendar.corrections if known.date != without]
    return calendar.with_corrections([*kept, row] if row else kept)


def calendar_moves(calendar: WorkCalendar, day: date, actor: Actor | None = None) -> tuple[MovedIssue, ...]:
    """Return what the change of ``day`` to this calendar moves, of all issues or of those ``actor`` may see.

    Only clocks that began before the day and had not run out by then can move.
    """
    end_of_day = datetime.combine(day + timedelta(days=1), time(), ZONE).astimezone(UTC)
    query = (
        select(Issue)
        .where(Issue.state.in_(COUNTED), Issue.move_due_on >= day, Issue.state_since < end_of_day)
        .order_by(Issue.move_due_on, Issue.id)
    )
    if actor is not None:
        query = query.where(visible(actor))
    return tuple(move for issue in db.session.scalars(query) if (move := _moved(issue, calendar)) is not None)


def _moved(issue: Issue, calendar: WorkCalendar) -> MovedIssue | None:
    since = local_date(issue.state_since)
    policy = policy_of(issue, since).policy
    new = due_day(issue.state, since, policy, calendar, issue.deadline, issue.review_on)
    if issue.move_due_on is None or new is None or new == issue.move_due_on:
        return None
    return MovedIssue(issue, issue.move_due_on, new)
