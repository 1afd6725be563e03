"""Reminders: when they fall due, held against a day-by-day reckoning."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.calendar import WorkCalendar, calendar_of, parse_calendar
from workflows.issue import Clock, IssueState, Severity
from workflows.policy import Policy, Terms
from workflows.reminding import (
    DayPlan,
    DigestSection,
    Wait,
    due_reminders,
    next_reminder,
    section_of,
    step_reached,
)

CSV = Path(__file__).parents[2] / "tracker" / "data" / "state_council_calendar.csv"
CALENDAR = calendar_of(parse_calendar(CSV.read_text(encoding="utf-8")))
DEFAULT = Policy()
PLAN = DayPlan.of(DEFAULT)
S, V = IssueState, Severity


def noon(month: int, day: int) -> datetime:
    """Return noon of that day of 2026, on the wall."""
    return datetime.combine(date(2026, month, day), time(12))


def when(wait: Wait, policy: Policy = DEFAULT, *, first: date, last: date) -> dict[str, str]:
    """Return everything that falls due for ``wait`` between two days: instant → rule and section."""
    plan, found = DayPlan.of(policy), {}
    at = datetime.combine(first, time()) - timedelta(minutes=1)
    while (at := next_reminder(wait, policy, plan, CALENDAR, at)) and at.date() <= last:  # type: ignore[assignment]
        rules = due_reminders(wait, policy, plan, CALENDAR, at, at)
        found[f"{at:%m-%d %H:%M}"] = " ".join(
            f"{one.rule}/{one.section(at.date())}{'!' if one.is_urgent else ''}" for one in rules
        )
    return found


def test_a_deadline_reminds_before_it_and_again_when_it_is_late() -> None:
    wait = Wait(S.RECTIFYING, V.GENERAL, date(2026, 3, 19))
    assert when(wait, first=date(2026, 3, 2), last=date(2026, 4, 17)) == {
        "03-10 08:30": "deadline.before7/waiting",
        "03-16 08:30": "deadline.before3/due",
        "03-18 08:30": "deadline.before1/due",
        "03-19 08:30": "deadline.before0/due",
        "03-20 08:30": "deadline.yellow/late",
        "03-26 08:30": "deadline.red/late",
        "04-02 08:30": "deadline.late10/late",
        "04-10 08:30": "deadline.late15/late",  # the 6th was a day off
        "04-17 08:30": "deadline.late20/late",
    }


def test_red_is_urgent_for_what_is_major_and_comes_as_the_quiet_hours_end() -> None:
    wait = Wait(S.RECTIFYING, V.MAJOR, date(2026, 3, 19))
    assert when(wait, first=date(2026, 3, 20), last=date(2026, 4, 3)) == {
        "03-20 08:30": "deadline.yellow/late",
        "03-26 08:00": "deadline.red/late!",
        "04-02 08:00": "deadline.late10/late!",
    }


@pytest.mark.parametrize(
    ("state", "clock"),
    [("registered", "assign"), ("assigned", "accept"), ("submitted", "recheck"), ("verified", "sign_off"),
     ("suspended", "review")],
)  # fmt: skip
def test_every_step_has_its_reminders(state: str, clock: str) -> None:
    wait = Wait(IssueState(state), V.GENERAL, date(2026, 3, 6))
    assert when(wait, first=date(2026, 3, 2), last=date(2026, 3, 9)) == {
        "03-05 08:30": f"{clock}.before1/waiting",
        "03-06 08:30": f"{clock}.before0/waiting",
        "03-09 08:30": f"{clock}.yellow/late",
    }


@pytest.mark.parametrize("state", ["draft", "signed_off", "dismissed"])
def test_what_waits_for_nobody_reminds_nobody(state: str) -> None:
    wait = Wait(IssueState(state), V.MAJOR, date(2026, 3, 6))
    assert next_reminder(wait, DEFAULT, PLAN, CALENDAR, noon(1, 1)) is None
    assert next_reminder(Wait(S.RECTIFYING, V.MAJOR, None), DEFAULT, PLAN, CALENDAR, noon(1, 1)) is None


def test_a_stage_reminds_beside_the_deadline() -> None:
    wait = Wait(S.RECTIFYING, V.GENERAL, date(2026, 3, 17), date(2026, 3, 13))
    assert when(wait, first=date(2026, 3, 12), last=date(2026, 3, 16)) == {
        "03-12 08:30": "deadline.before3/waiting stage.before1/due",
        "03-13 08:30": "stage.before0/due",
        "03-16 08:30": "deadline.before1/due stage.yellow/late",
    }
    assert next_reminder(replace(wait, state=S.SUBMITTED, due=None), DEFAULT, PLAN, CALENDAR, noon(3, 1)) is None


def test_what_is_kept_out_of_the_digest_reminds_only_where_it_is_urgent() -> None:
    wait = Wait(S.RECTIFYING, V.GENERAL, date(2026, 3, 19))
    silent = Terms(in_digest=False)
    assert when(wait, Policy(general=silent), first=date(2026, 3, 2), last=date(2026, 12, 31)) == {}
    loud = replace(silent, urgent_from="yellow", late_every=100)
    policy = Policy(general=loud, quiet_from="00:00", quiet_to="00:00")
    assert when(wait, policy, first=date(2026, 3, 2), last=date(2026, 4, 30)) == {
        "03-20 08:30": "deadline.yellow/late!",
        "03-26 08:30": "deadline.red/late!",
    }


def test_missed_days_are_made_up_for_by_the_latest_reminder_of_each_clock() -> None:
    wait = Wait(S.RECTIFYING, V.GENERAL, date(2026, 3, 19), date(2026, 3, 11))
    since, until = noon(3, 10), noon(3, 18)
    found = due_reminders(wait, DEFAULT, PLAN, CALENDAR, since, until)
    assert [(one.rule, one.days) for one in found] == [("deadline.before1", 1), ("stage.red", -5)]
    assert due_reminders(wait, DEFAULT, PLAN, CALENDAR, until, until) == ()


@pytest.mark.parametrize(
    ("quiet", "loud", "silent"),
    [
        (("20:00", "08:00"), ["08:00", "19:59"], ["20:00", "23:59", "00:00", "07:59"]),
        (("00:00", "06:00"), ["06:00", "23:59"], ["00:00", "05:59"]),
        (("00:00", "00:00"), ["00:00", "12:00"], []),
    ],
)
def test_quiet_hours_may_go_over_midnight(quiet: tuple[str, str], loud: list[str], silent: list[str]) -> None:
    plan = DayPlan.of(replace(DEFAULT, quiet_from=quiet[0], quiet_to=quiet[1]))
    assert not any(plan.is_quiet(time.fromisoformat(wall)) for wall in loud)
    assert all(plan.is_quiet(time.fromisoformat(wall)) for wall in silent)


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def naive(due: date, terms: Terms, calendar: WorkCalendar, day: date) -> set[int]:
    """Return the working days left, as ``remind_before`` and the colours count them, if ``day`` is one of theirs."""
    if not calendar.is_workday(day):
        return set()
    step = 1 if day <= due else -1
    span = range(1, abs((due - day).days) + 1)
    counted = sum(calendar.is_workday(day + timedelta(days=i * step)) for i in (span if step > 0 else ()))
    if step < 0:
        counted = -sum(calendar.is_workday(due + timedelta(days=i)) for i in span)
    late = -counted
    repeats = late > terms.red_from and (late - terms.red_from) % terms.late_every == 0
    if counted >= 0 and step > 0:
        return {counted} & set(terms.remind_before)
    return {counted} if late in (terms.yellow_from, terms.red_from) or repeats else set()


@given(DAYS, DAYS, st.integers(1, 7), st.sets(st.integers(0, 9), max_size=4))
def test_reminders_agree_with_going_through_the_days(start: date, due: date, every: int, before: set[int]) -> None:
    terms = Terms(late_every=every, remind_before=tuple(sorted(before, reverse=True)))
    policy, wait = Policy(general=terms), Wait(S.RECTIFYING, V.GENERAL, due)
    at = datetime.combine(start, time(12))
    for _ in range(3):
        found = next_reminder(wait, policy, PLAN, CALENDAR, at)
        assert found is not None
        between = [at.date() + timedelta(days=i) for i in range(1, (found.date() - at.date()).days)]
        assert not any(naive(due, terms, CALENDAR, day) for day in between)
        assert naive(due, terms, CALENDAR, found.date())
        assert found.time() == PLAN.digest_at
        (one,) = due_reminders(wait, policy, PLAN, CALENDAR, found, found)
        assert naive(due, terms, CALENDAR, found.date()) == {one.days}
        assert (one.section(found.date()) is DigestSection.LATE) == (one.days < 0)
        assert one.clock is Clock.DEADLINE
        at = found


@pytest.mark.parametrize(
    ("day", "step", "section"),
    [(2, "", "waiting"), (10, "", "waiting"), (11, "before7", "waiting"), (13, "before7", "waiting"),
     (17, "before3", "due"), (20, "before0", "due"), (22, "before0", "due"), (23, "late1", "late"),
     (27, "late1", "late"), (30, "late6", "late")],
)  # fmt: skip
def test_a_step_of_other_clocks_holds_until_the_next_one(day: int, step: str, section: str) -> None:
    due, today = date(2026, 3, 20), date(2026, 3, day)
    assert step_reached(due, today, CALENDAR, (7, 3, 1, 0), 5) == step
    assert section_of(due, today, CALENDAR) == section
