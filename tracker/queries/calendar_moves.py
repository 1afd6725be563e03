"""Which days would move if the calendar were another: each clock that counts working days has its finder here.

The days that an issued document names stay as they were printed, and a deadline stays as it was set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from tracker.clock import ZONE, local_date
from tracker.database import db
from tracker.models import Issue, PolicyVersion
from tracker.policy import Actor, visible
from workflows.calendar import CalendarRow, WorkCalendar
from workflows.clocks import due_day
from workflows.issue import IssueState
from workflows.policy import Policy

# The states whose clocks count working days; the others run to a day that somebody named.
COUNTED = (IssueState.REGISTERED, IssueState.ASSIGNED, IssueState.SUBMITTED, IssueState.VERIFIED)
SHOWN = 50
_STREAMED = 2000  # rows that are held at a time


@dataclass(frozen=True)
class CalendarSpan:
    """The days that a change of the calendar concerns, both inclusive."""

    first: date
    last: date


@dataclass(frozen=True)
class CalendarMove:
    """Something that waits and whose last day would be another; ``clock`` names the finder in ``CLOCKS``."""

    clock: str
    id: int
    number: str
    state: str
    old: date
    new: date


@dataclass
class CalendarPreview:
    """Counts of everything that moves and may be seen, by clock and state, and the lines of one page of it."""

    total: int = 0
    states: dict[tuple[str, str], int] = field(default_factory=dict)
    lines: list[CalendarMove] = field(default_factory=list)
    after: int = 0


Finder = Callable[[WorkCalendar, CalendarSpan, Actor | None], Iterator[CalendarMove]]


def corrected(calendar: WorkCalendar, rows: Iterable[CalendarRow], without: Iterable[date] = ()) -> WorkCalendar:
    """Return the calendar with more corrections, or without those of some days."""
    gone = set(without)
    return calendar.with_corrections([*(known for known in calendar.corrections if known.date not in gone), *rows])


def calendar_moves(calendar: WorkCalendar, span: CalendarSpan, actor: Actor | None = None) -> Iterator[CalendarMove]:
    """Yield what the change of these days to this calendar moves, of everything or of what ``actor`` may see."""
    for find in CLOCKS.values():
        yield from find(calendar, span, actor)


def calendar_preview(calendar: WorkCalendar, span: CalendarSpan, actor: Actor, after: int = 0) -> CalendarPreview:
    """Return what would move within what the reader may see, with the lines that follow the first ``after`` ones."""
    found = CalendarPreview()
    for move in calendar_moves(calendar, span, actor):
        if after <= found.total < after + SHOWN:
            found.lines.append(move)
        found.total += 1
        found.states[move.clock, move.state] = found.states.get((move.clock, move.state), 0) + 1
    found.after = after + SHOWN if found.total > after + SHOWN else 0
    return found


def _issues(calendar: WorkCalendar, span: CalendarSpan, actor: Actor | None) -> Iterator[CalendarMove]:
    """Yield the open issues whose move began before the end of these days and was not due before them."""
    end = datetime.combine(span.last + timedelta(days=1), time(), ZONE).astimezone(UTC)
    query = (
        select(Issue.id, Issue.number, Issue.state, Issue.state_since, Issue.policy_version_id, Issue.move_due_on)
        .where(Issue.state.in_(COUNTED), Issue.move_due_on >= span.first, Issue.state_since < end)
        .order_by(Issue.move_due_on, Issue.id)
    )
    if actor is not None:
        query = query.where(visible(actor))
    policies = _policies()
    known: dict[tuple[Any, ...], date | None] = {}
    for row in db.session.execute(query.execution_options(yield_per=_STREAMED)):
        key = (row.state, local_date(row.state_since), row.policy_version_id)
        if key not in known:
            known[key] = due_day(key[0], key[1], policies[key[2]], calendar, None, None)
        new = known[key]
        if new is not None and new != row.move_due_on:
            yield CalendarMove("issue", row.id, row.number or "", row.state, row.move_due_on, new)


def _policies() -> dict[int | None, Policy]:
    versions = db.session.execute(select(PolicyVersion.id, PolicyVersion.body))
    return {None: Policy(), **{version.id: Policy.from_dict(version.body) for version in versions}}


# What a new register adds whose clock counts working days; services/rules.py moves what is found here.
CLOCKS: Mapping[str, Finder] = {"issue": _issues}
