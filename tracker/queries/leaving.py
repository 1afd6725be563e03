"""What left a state of waiting, and when: behind the figures of how long issues stayed in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select

from tracker.models import Issue, IssueEvent
from tracker.queries.closing import end_of, start_of
from workflows.issue import IssueState


@dataclass(frozen=True)
class Left:
    """A state, and the days between which it was left, both inclusive; none: whenever. ``after``: later than that."""

    state: IssueState
    since: date | None = None
    until: date | None = None
    after: datetime | None = None


def has_left(left: Left) -> ColumnElement[bool]:
    """Return the condition that an issue went on from that state in these days, whatever became of it since."""
    found = [IssueEvent.source == left.state, IssueEvent.source != IssueEvent.dest]
    if left.since:
        found.append(IssueEvent.at >= start_of(left.since))
    if left.until:
        found.append(IssueEvent.at < end_of(left.until))
    if left.after:
        found.append(IssueEvent.at > left.after)
    return Issue.id.in_(select(IssueEvent.issue_id).where(*found))
