"""When somebody is reminded of a clock that runs, and how what they are told is grouped.

Times are wall times of the county, without a zone; days are its calendar days, inclusive. A reminder falls on working
days alone: before the last day, on it, when it is late enough for yellow and for red, and every so often after that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import count

from workflows.calendar import WorkCalendar
from workflows.issue import WAITING, Clock, IssueState, Severity
from workflows.policy import Policy, Terms, Urgency

_DAY = timedelta(days=1)
# The clocks that run to a day somebody set for the work itself; the others run to the end of a step.
_LONG = frozenset({Clock.DEADLINE, Clock.STAGE})
_URGENT = {Urgency.NONE: 0, Urgency.RED: 1, Urgency.YELLOW: 2, Urgency.ALL: 3}
_SOON, _YELLOW, _RED = 3, 2, 1


class DigestSection(StrEnum):
    """The parts of a digest, in the order in which it is read."""

    LATE = "late"
    DUE = "due"
    WAITING = "waiting"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Wait:
    """An issue that waits: its clock's last day and, for a long-term one being rectified, that of its next stage."""

    state: IssueState
    severity: Severity
    due: date | None
    stage_due: date | None = None


@dataclass(frozen=True)
class DueReminder:
    """One reminder and when it falls due; ``days`` are the working days that are left, negative when it is late."""

    at: datetime
    clock: Clock
    rule: str
    due: date
    days: int
    is_urgent: bool

    def section(self, today: date) -> DigestSection:
        """Return the part of the digest of ``today`` it belongs to; a week ends on Sunday."""
        if self.days < 0:
            return DigestSection.LATE
        sunday = today + _DAY * (6 - today.weekday())
        return DigestSection.DUE if self.clock in _LONG and self.due <= sunday else DigestSection.WAITING


@dataclass(frozen=True)
class DayPlan:
    """The times of a day: when digests are made, and the quiet hours in which nothing is sent at all.

    Quiet hours begin at ``quiet_from`` and end before ``quiet_to``, over midnight where that is earlier; there are
    none where both are the same.
    """

    digest_at: time
    quiet_from: time
    quiet_to: time

    @classmethod
    def of(cls, policy: Policy) -> DayPlan:
        """Return the plan that ``policy`` sets."""
        return cls(*(time.fromisoformat(one) for one in (policy.digest_at, policy.quiet_from, policy.quiet_to)))

    def is_quiet(self, wall: time) -> bool:
        """Say whether this time of day lies in the quiet hours."""
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= wall < self.quiet_to
        return wall >= self.quiet_from or wall < self.quiet_to

    @property
    def urgent_at(self) -> time:
        """Return when a day's urgent reminders are made: as the quiet hours end, or with the digests without any."""
        return self.digest_at if self.quiet_from == self.quiet_to else self.quiet_to


def next_reminder(
    wait: Wait, policy: Policy, plan: DayPlan, calendar: WorkCalendar, after: datetime
) -> datetime | None:
    """Return the instant of the first reminder later than ``after``, or ``None`` where none is to come."""
    firsts = (
        next((one.at for one in _series(clock, due, wait, policy, plan, calendar, after) if one.at > after), None)
        for clock, due in _clocks(wait)
    )
    return min((at for at in firsts if at is not None), default=None)


def due_reminders(
    wait: Wait, policy: Policy, plan: DayPlan, calendar: WorkCalendar, since: datetime, until: datetime
) -> tuple[DueReminder, ...]:
    """Return for each clock the latest reminder from ``since`` to ``until``, both inclusive.

    What was missed meanwhile is made up for by that one.
    """
    found = []
    for clock, due in _clocks(wait):
        latest: DueReminder | None = None
        for one in _series(clock, due, wait, policy, plan, calendar, until):
            if one.at > until:
                break
            latest = one
        if latest is not None and latest.at >= since:
            found.append(latest)
    return tuple(found)


def is_current(rule: str, due: date | None, wait: Wait) -> bool:
    """Say whether a reminder by ``rule`` of the last day ``due`` still holds for an issue that now waits so."""
    clock = rule.partition(".")[0]
    return any(running == clock and day == due for running, day in _clocks(wait))


def step_reached(due: date, today: date, calendar: WorkCalendar, before: Collection[int], late_every: int) -> str:
    """Return the name of the last step that the clock of something else than an issue has come to, empty before any.

    A step that a missed day jumped over is made up for by the one that was reached since.
    """
    late = calendar.workdays_between(due, today)
    if late > 0:
        return f"late{1 + (late - 1) // late_every * late_every}"
    left = max(calendar.workdays_between(today, due), 0)
    reached = [days for days in before if left <= days]
    return f"before{min(reached)}" if reached else ""


def section_of(due: date, today: date, calendar: WorkCalendar) -> DigestSection:
    """Return the part of the digest of ``today`` in which a last day stands that was set for the work itself."""
    if calendar.workdays_between(due, today) > 0:
        return DigestSection.LATE
    return DigestSection.DUE if due <= today + _DAY * (6 - today.weekday()) else DigestSection.WAITING


def _clocks(wait: Wait) -> Iterator[tuple[Clock, date]]:
    clock = WAITING[wait.state].clock
    if clock is not None and clock is not Clock.LOOKBACK and wait.due is not None:
        yield clock, wait.due
    if wait.state is IssueState.RECTIFYING and wait.stage_due is not None:
        yield Clock.STAGE, wait.stage_due


def _series(
    clock: Clock, due: date, wait: Wait, policy: Policy, plan: DayPlan, calendar: WorkCalendar, around: datetime
) -> Iterator[DueReminder]:
    """Yield the reminders of a clock in their order, without end; of those that repeat none long before ``around``."""
    terms = policy.for_severity(wait.severity)
    for name, days, grade in _steps(clock, due, policy, terms, calendar, around.date()):
        is_urgent = grade <= _URGENT[Urgency(terms.urgent_from)]
        if not is_urgent and not terms.in_digest:
            if grade == _RED:
                return  # nor will anything later be
            continue
        day = calendar.subtract_workdays(due, days) if days >= 0 else calendar.add_workdays(due, -days)
        wall = plan.urgent_at if is_urgent else plan.digest_at
        yield DueReminder(datetime.combine(day, wall), clock, f"{clock}.{name}", due, days, is_urgent)


def _steps(
    clock: Clock, due: date, policy: Policy, terms: Terms, calendar: WorkCalendar, around: date
) -> Iterator[tuple[str, int, int]]:
    """Yield name, working days left and grade of urgency of each step of a clock."""
    for days in terms.remind_before if clock in _LONG else policy.clock_remind_before:
        yield f"before{days}", days, _SOON
    yield "yellow", -terms.yellow_from, _YELLOW
    yield "red", -terms.red_from, _RED
    passed = (calendar.workdays_between(due, around) - terms.red_from) // terms.late_every
    for number in count(max(1, passed - 1)):
        late = terms.red_from + number * terms.late_every
        yield f"late{late}", -late, _RED
