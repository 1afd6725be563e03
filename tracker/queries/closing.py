"""What was closed, when, whether in time, and what came back: conditions on issues that lists and figures share."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, literal_column, or_, select

from tracker.clock import ZONE
from tracker.database import Unindexed
from tracker.models import Issue, IssueEvent
from tracker.models.record import REOPENING
from tracker.queries.lateness import is_overdue
from workflows.issue import IssueState

_DAY = timedelta(days=1)
_EARLIEST, _LATEST = date.min + _DAY, date.max - _DAY  # beyond, a day's instants lie outside what a database holds
# Written out, not bound: only so do both databases see that their partial index fits.
IS_REOPENING: ColumnElement[bool] = literal_column(f"issue_event.{REOPENING}")


def start_of(day: date) -> datetime:
    """Return the instant at which ``day`` begins in Shanghai; the first day there is has none before UTC's."""
    return datetime.combine(max(day, _EARLIEST), time.min, ZONE)


def end_of(day: date) -> datetime:
    """Return the first instant after ``day`` in Shanghai."""
    return start_of(min(day, _LATEST) + _DAY)


def is_standing(of: Any = Issue) -> ColumnElement[bool]:
    """Return the condition that an issue, or a version of one, is neither a draft nor dismissed."""
    return of.state.not_in((IssueState.DRAFT, IssueState.DISMISSED))  # type: ignore[no-any-return]


def is_closed(of: Any = Issue) -> ColumnElement[bool]:
    """Return the condition that an issue, or a version of one, is signed off."""
    return of.state == IssueState.SIGNED_OFF  # type: ignore[no-any-return]


def is_judged(today: date, of: Any = Issue) -> ColumnElement[bool]:
    """Return the condition that an issue kept or missed its deadline: signed off with one, or open and past it."""
    return or_(and_(is_closed(of), of.closed_late.is_not(None)), is_overdue(today, of))


def _still_closed() -> ColumnElement[bool]:
    """Return ``is_closed`` beside a range of ``signed_off_at``: most issues are closed, few in that range."""
    return Unindexed(Issue.state) == IssueState.SIGNED_OFF


def closed_since(since: date) -> ColumnElement[bool]:
    """Return the condition that an issue was signed off on that day or later, and still is."""
    return and_(_still_closed(), Issue.signed_off_at >= start_of(since))


def closed_until(last: date) -> ColumnElement[bool]:
    """Return the condition that an issue was signed off on that day or before, and still is."""
    return and_(_still_closed(), Issue.signed_off_at < end_of(last))


def reopened(
    *, since: date | None = None, until: date | None = None, by: datetime | None = None, issue_id: Any = Issue.id
) -> ColumnElement[bool]:
    """Return the condition that an issue was reopened from ``since`` to ``until``, both inclusive.

    What happened after ``by`` is not known yet.
    """
    found = select(IssueEvent.issue_id).where(IS_REOPENING)
    found = found if by is None else found.where(IssueEvent.at <= by)
    found = found if since is None else found.where(IssueEvent.at >= start_of(since))
    return issue_id.in_(found if until is None else found.where(IssueEvent.at < end_of(until)))  # type: ignore[no-any-return]
