"""A year's holidays brought in: in one act, undone together, and missed in December."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests import factories
from tests.flows import refused
from tracker.database import db
from tracker.errors import InvalidError, NotFoundError
from tracker.models import AuditEntry, HolidayDay, Issue, IssueEvent, Reminder, Role
from tracker.queries.moments import moment
from tracker.queries.rules import work_calendar, year_without_notice
from tracker.services.holiday_notices import notice_import, notice_withdraw
from tracker.services.holiday_reminders import holidays_remind
from tracker.services.rules import CorrectionValues, correction_add
from workflows.calendar import CalendarRow, DayKind
from workflows.issue import IssueState

pytestmark = pytest.mark.usefixtures("app")
AT = datetime(2026, 12, 30, 2, tzinfo=UTC)
OFF, MAKE_UP = date(2027, 1, 1), date(2027, 1, 9)
ROWS = [
    CalendarRow(OFF, DayKind.HOLIDAY, "元旦", "示例发〔2026〕9号"),
    CalendarRow(MAKE_UP, DayKind.WORKDAY, "元旦", "示例发〔2026〕9号"),
]


def brought(at: datetime = AT) -> int:
    return notice_import(year=2027, rows=ROWS, actor=None, at=at)


def test_a_notice_settles_its_year_moves_what_waits_and_is_taken_back_whole() -> None:
    issue = factories.issue(state=IssueState.SUBMITTED, state_since=AT, move_due_on=date(2027, 1, 4))
    assert work_calendar().is_provisional(date(2027, 3, 1))
    assert brought() == 1
    calendar = work_calendar()
    assert (calendar.is_workday(OFF), calendar.is_workday(MAKE_UP)) == (False, True)
    assert not calendar.is_provisional(date(2027, 3, 1))
    db.session.refresh(issue)
    assert issue.move_due_on == date(2027, 1, 5)
    event = db.session.scalars(select(IssueEvent)).one()
    assert (event.trigger, event.detail["old"], event.detail["new"]) == ("calendar", "2027-01-04", "2027-01-05")

    assert notice_withdraw(year=2027, actor=None, at=AT) == 1
    assert db.session.get_one(Issue, issue.id, populate_existing=True).move_due_on == date(2027, 1, 4)
    assert work_calendar().is_provisional(date(2027, 3, 1))
    assert db.session.scalars(select(HolidayDay)).all() == []
    assert db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all() == [
        "calendar.notice", "calendar.notice_withdraw",
    ]  # fmt: skip
    with pytest.raises(NotFoundError):
        notice_withdraw(year=2027, actor=None, at=AT)


def test_a_ledger_of_the_past_still_counts_by_the_calendar_of_then() -> None:
    brought()
    before, after = moment(AT - timedelta(hours=1)).calendar, moment(AT + timedelta(hours=1)).calendar
    assert (before.is_workday(OFF), before.is_provisional(OFF)) == (True, True)
    assert (after.is_workday(OFF), after.is_provisional(OFF)) == (False, False)


def test_a_correction_of_the_county_stays_on_top_of_a_notice() -> None:
    correction_add(values=CorrectionValues(MAKE_UP, MAKE_UP, True, "值班", "示例"), actor=None, at=AT)
    assert work_calendar().is_workday(MAKE_UP)
    brought()
    assert [row.name for row in work_calendar().corrections] == ["值班"]
    notice_withdraw(year=2027, actor=None, at=AT)
    assert work_calendar().is_workday(MAKE_UP)


@pytest.mark.parametrize("year", [2026, 2027])
def test_a_year_that_is_known_is_not_brought_in_again(year: int) -> None:
    brought()
    with refused(InvalidError, "year"):
        notice_import(year=year, rows=ROWS, actor=None, at=AT)
    with refused(InvalidError, "text"):
        notice_import(year=2028, rows=[], actor=None, at=AT)


def test_the_office_hears_once_a_week_from_december_on_that_a_year_is_missing() -> None:
    office = factories.actor(Role.OFFICE)
    factories.actor(Role.LEADER)
    assert [year_without_notice(date(2026, 11, 30)), year_without_notice(date(2026, 12, 1))] == [None, 2027]
    assert holidays_remind(at=datetime(2026, 11, 30, 2, tzinfo=UTC)) == 0
    first = datetime(2026, 12, 1, 2, tzinfo=UTC)
    assert [holidays_remind(at=first + timedelta(days=days)) for days in (0, 0, 3, 7, 8)] == [1, 0, 0, 1, 0]
    assert set(db.session.scalars(select(Reminder.person_id))) == {office.person_id}
    brought()
    assert db.session.scalars(select(Reminder)).all() == []
    assert holidays_remind(at=AT + timedelta(days=7)) == 0
