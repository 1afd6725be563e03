"""How late an issue is, in days and in colour: for a row that is shown, and as bounds that SQL can count with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal_column, or_, select, true

from tracker.database import db
from tracker.models import Issue, PolicyVersion
from tracker.models.issue import OPEN
from tracker.policy import IS_OPEN
from tracker.queries.rules import work_calendar
from workflows.calendar import WorkCalendar
from workflows.issue import OPEN_STATES, IssueState, Severity
from workflows.policy import Colour, Policy

_DAY = timedelta(days=1)


def is_open(of: Any) -> ColumnElement[bool]:
    """Return the condition that an issue, or a version of one, is open; written out for the partial indexes."""
    return IS_OPEN if of is Issue else literal_column(f"{of.__tablename__}.{OPEN}")


def is_overdue(today: date, of: Any = Issue) -> ColumnElement[bool]:
    """Return the condition that an issue, or a version of one, is open and past its deadline."""
    return and_(is_open(of), of.deadline < today)


def is_undated(of: Any = Issue) -> ColumnElement[bool]:
    """Return the condition that an issue which has been assigned has no deadline 未定时限."""
    return and_(is_open(of), of.deadline.is_(None), of.state != IssueState.REGISTERED)


@dataclass(frozen=True)
class Lateness:
    """Days past the deadline, negative while there are days left; ``working`` counts working days."""

    natural: int
    working: int
    colour: Colour

    @property
    def shown(self) -> tuple[int, str]:
        """Return the number to show and its basis: a deadline that passed on days off is late in natural days only."""
        return (self.natural, "natural") if self.working == 0 < self.natural else (self.working, "working")


@dataclass(frozen=True)
class Reckoner:
    """Reckons with one calendar and the policies that the issues keep."""

    today: date
    calendar: WorkCalendar
    policies: dict[int | None, Policy]
    _known: dict[tuple[date, Severity, int | None], Lateness] = field(default_factory=dict, compare=False, repr=False)

    def lateness(self, row: Any) -> Lateness | None:
        """Return how late the open issue of ``row`` is, ``None`` for one that is not open or has no deadline."""
        if row.deadline is None or row.state not in OPEN_STATES:
            return None
        return self._late(row.deadline, row.severity, row.policy_version_id)

    def latenesses(
        self, deadlines: Iterable[date | None], states: Iterable[str], severities: Iterable[Severity],
        versions: Iterable[int | None],
    ) -> Iterator[Lateness | None]:  # fmt: skip
        """Yield how late each of many issues is, told by their columns, as ``lateness`` does."""
        for deadline, state, severity, version in zip(deadlines, states, severities, versions, strict=True):
            if deadline is None or state not in OPEN_STATES:
                yield None
            else:
                yield self._late(deadline, severity, version)

    def _late(self, deadline: date, severity: Severity, version: int | None) -> Lateness:
        key = deadline, severity, version
        if key not in self._known:
            working = self.calendar.workdays_between(deadline, self.today)
            colour = self.policies[version].colour(severity, max(working, 0), max(-working, 0))
            self._known[key] = Lateness((self.today - deadline).days, working, colour)
        return self._known[key]


def reckoner(
    today: date, versions: Iterable[int | None] | None = None, calendar: WorkCalendar | None = None
) -> Reckoner:
    """Return a reckoner for issues of these policy versions, or of all; by the calendar in force, or another."""
    wanted = None if versions is None else {version for version in versions if version is not None}
    return Reckoner(today, calendar or work_calendar(), {None: Policy()} | dict(_policies(wanted)))


def _policies(wanted: set[int] | None) -> Iterator[tuple[int, Policy]]:
    if wanted is not None and not wanted:
        return
    query = select(PolicyVersion.id, PolicyVersion.body)
    for version, body in db.session.execute(query if wanted is None else query.where(PolicyVersion.id.in_(wanted))):
        yield version, Policy.from_dict(body)


def late_since(calendar: WorkCalendar, today: date, workdays: int) -> date:
    """Return the last deadline that is at least ``workdays`` (1 or more) working days late ``today``."""
    day = today
    left = workdays - calendar.is_workday(day)
    while left:
        day -= _DAY
        left -= calendar.is_workday(day)
    return day - _DAY


Holder = tuple[Severity, int | None]


def _bounds(with_all: Reckoner) -> dict[tuple[date, date], list[Holder]]:
    """Return the last deadlines that are red and yellow that day, and for which severities and policies they hold."""
    today = with_all.today
    bounds: dict[tuple[date, date], list[Holder]] = {}
    for version, policy in with_all.policies.items():
        for severity in Severity:
            terms = policy.for_severity(severity)
            red = late_since(with_all.calendar, today, terms.red_from)
            yellow = late_since(with_all.calendar, today, terms.yellow_from)
            bounds.setdefault((red, yellow), []).append((severity, version))
    return bounds


def _held(holders: list[Holder], of: Any) -> ColumnElement[bool]:
    return or_(*(and_(of.severity == s, of.policy_version_id.is_not_distinct_from(v)) for s, v in holders))


def colour_of(today: date) -> ColumnElement[str]:
    """Return the colour of an overdue issue as SQL; one plain comparison a colour while all policies agree."""
    whens: list[tuple[ColumnElement[bool], Colour]] = []
    bounds = _bounds(reckoner(today))
    for (red, yellow), holders in bounds.items():
        held = true() if len(bounds) == 1 else _held(holders, Issue)
        whens += [(and_(held, Issue.deadline <= red), Colour.RED)]
        whens += [(and_(held, Issue.deadline <= yellow), Colour.YELLOW)]
    return case(*whens, else_=Colour.BLUE)


def has_colour(
    today: date, colour: Colour, of: Any = Issue, calendar: WorkCalendar | None = None
) -> ColumnElement[bool]:
    """Return the condition that an issue is overdue in this colour; a plain range of deadlines while policies agree."""
    bounds = _bounds(reckoner(today, calendar=calendar))
    ranges = []
    for (red, yellow), holders in bounds.items():
        after, until = {
            Colour.RED: (None, red),
            Colour.YELLOW: (red, yellow),
        }.get(colour, (yellow, today - _DAY))
        found = [of.deadline <= until] if after is None else [of.deadline > after, of.deadline <= until]
        ranges.append(and_(*found) if len(bounds) == 1 else and_(_held(holders, of), *found))
    return and_(is_overdue(today, of), or_(*ranges))
