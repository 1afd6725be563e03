"""Clocks: until when the present move must be made."""

from __future__ import annotations

from datetime import date

import pytest

from workflows.calendar import WorkCalendar
from workflows.clocks import clock_days, due_day
from workflows.issue import IssueState
from workflows.policy import Policy

CALENDAR = WorkCalendar((), frozenset({2026}))
FRIDAY = date(2026, 3, 6)
DEADLINE, REVIEW = date(2026, 4, 1), date(2026, 5, 1)
POLICY = Policy(assign_days=1, accept_days=2, recheck_days=3, sign_off_days=4, lookback_days=90)


@pytest.mark.parametrize(
    ("state", "due", "days"),
    [
        ("draft", None, None),
        ("registered", date(2026, 3, 9), 1),
        ("assigned", date(2026, 3, 10), 2),
        ("rectifying", DEADLINE, None),
        ("submitted", date(2026, 3, 11), 3),
        ("verified", date(2026, 3, 12), 4),
        ("signed_off", date(2026, 6, 4), None),
        ("suspended", REVIEW, None),
        ("dismissed", None, None),
    ],
)
def test_each_state_has_its_last_day(state: str, due: date | None, days: int | None) -> None:
    assert due_day(IssueState(state), FRIDAY, POLICY, CALENDAR, DEADLINE, REVIEW) == due
    assert clock_days(IssueState(state), POLICY) == days


def test_an_undated_issue_has_no_last_day_while_it_is_rectified() -> None:
    assert due_day(IssueState.RECTIFYING, FRIDAY, POLICY, CALENDAR, None, None) is None
    assert due_day(IssueState.SUBMITTED, FRIDAY, POLICY, CALENDAR, None, None) == date(2026, 3, 11)
