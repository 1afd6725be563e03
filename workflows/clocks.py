"""Until which day the current move of an issue must be made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from workflows.calendar import WorkCalendar
from workflows.issue import WAITING, Clock, IssueState
from workflows.policy import Policy


@dataclass(frozen=True)
class _Wait:
    """What a clock is read from."""

    since: date
    policy: Policy
    calendar: WorkCalendar
    deadline: date | None
    review_date: date | None

    def workdays(self, days: int) -> date:
        return self.calendar.add_workdays(self.since, days)


_DUE: dict[Clock, Callable[[_Wait], date | None]] = {
    Clock.ASSIGN: lambda w: w.workdays(w.policy.assign_days),
    Clock.ACCEPT: lambda w: w.workdays(w.policy.accept_days),
    Clock.DEADLINE: lambda w: w.deadline,
    Clock.RECHECK: lambda w: w.workdays(w.policy.recheck_days),
    Clock.SIGN_OFF: lambda w: w.workdays(w.policy.sign_off_days),
    Clock.LOOKBACK: lambda w: w.since + timedelta(days=w.policy.lookback_days),
    Clock.REVIEW: lambda w: w.review_date,
}


def due_day(
    state: IssueState,
    since: date,
    policy: Policy,
    calendar: WorkCalendar,
    deadline: date | None,
    review_date: date | None,
) -> date | None:
    """Return the last day, inclusive, for the move that ``state`` waits for, or ``None`` where no clock runs.

    ``since`` is the day the state was entered; an undated issue has none while it is rectified.
    """
    clock = WAITING[state].clock
    if clock is None:
        return None
    return _DUE[clock](_Wait(since, policy, calendar, deadline, review_date))


def clock_days(state: IssueState, policy: Policy) -> int | None:
    """Return the working days the clock of ``state`` allows, or ``None`` if it runs to a given date or not at all."""
    clock = WAITING[state].clock
    if clock is None:
        return None
    return {
        Clock.ASSIGN: policy.assign_days,
        Clock.ACCEPT: policy.accept_days,
        Clock.RECHECK: policy.recheck_days,
        Clock.SIGN_OFF: policy.sign_off_days,
    }.get(clock)
