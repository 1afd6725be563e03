"""Working days against a reckoning that counts day by day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.calendar import (
    CalendarError,
    CalendarRow,
    DayKind,
    DayReason,
    WorkCalendar,
    calendar_of,
    parse_calendar,
)

DAY = timedelta(days=1)
FILE = Path(__file__).parents[2] / "tracker" / "data" / "state_council_calendar.csv"
NOTICES = parse_calendar(FILE.read_text(encoding="utf-8"))
NATIONAL = calendar_of(NOTICES)


def naive_is_workday(day: date, *layers: tuple[CalendarRow, ...]) -> bool:
    """Decide by the last layer that speaks of the day; nothing is shared with the calendar itself."""
    for layer in reversed(layers):
        for row in layer:
            if row.date == day:
                return row.kind == "workday"
    return day.isoweekday() < 6


def naive_add(start: date, n: int, *layers: tuple[CalendarRow, ...]) -> date:
    """Walk on, one day at a time, until enough days have counted."""
    if n == 0 and naive_is_workday(start, *layers):
        return start
    day, left = start, max(n, 1)
    while left:
        day += DAY
        left -= naive_is_workday(day, *layers)
    return day


DAYS = st.dates(date(2003, 11, 1), date(2028, 3, 1))
SHORT_DAYS = st.dates(date(2026, 9, 1), date(2026, 11, 15))
ROW = st.builds(CalendarRow, SHORT_DAYS, st.sampled_from(DayKind), st.just("示例"), st.just("示例通知"))
LAYER = st.lists(ROW, max_size=25, unique_by=lambda row: row.date).map(tuple)


@given(SHORT_DAYS, st.integers(0, 30), LAYER, LAYER)
def test_adding_days_agrees_with_counting_them(
    start: date, n: int, rows: tuple[CalendarRow, ...], corrections: tuple[CalendarRow, ...]
) -> None:
    calendar = calendar_of(rows, corrections)
    assert calendar.add_workdays(start, n) == naive_add(start, n, rows, corrections)


@given(SHORT_DAYS, st.integers(0, 30), LAYER, LAYER)
def test_going_back_leads_to_the_working_day_from_which_as_many_follow(
    end: date, n: int, rows: tuple[CalendarRow, ...], corrections: tuple[CalendarRow, ...]
) -> None:
    calendar = calendar_of(rows, corrections)
    day = calendar.subtract_workdays(end, n)
    assert naive_is_workday(day, rows, corrections)
    assert sum(naive_is_workday(day + DAY * i, rows, corrections) for i in range(1, (end - day).days + 1)) == n


@given(SHORT_DAYS, st.integers(0, 60), LAYER, LAYER)
def test_days_between_agree_with_counting_them(
    a: date, length: int, rows: tuple[CalendarRow, ...], corrections: tuple[CalendarRow, ...]
) -> None:
    calendar = calendar_of(rows, corrections)
    b = a + DAY * length
    counted = sum(naive_is_workday(a + DAY * i, rows, corrections) for i in range(1, length + 1))
    assert calendar.workdays_between(a, b) == counted
    assert calendar.workdays_between(b, a) == -counted


@given(DAYS)
def test_every_day_of_the_notices_agrees_with_the_rows(day: date) -> None:
    assert NATIONAL.is_workday(day) == naive_is_workday(day, NOTICES)


@given(DAYS, st.integers(1, 400))
def test_adding_and_counting_undo_each_other(start: date, n: int) -> None:
    end = NATIONAL.add_workdays(start, n)
    assert NATIONAL.is_workday(end)
    assert NATIONAL.workdays_between(start, end) == n
    assert NATIONAL.workdays_between(start, end - DAY) == n - 1


@given(DAYS, st.integers(0, 30))
def test_explanation_counts_to_the_number(start: date, n: int) -> None:
    days = NATIONAL.explain(start, n)
    assert [d.date for d in days] == [start + DAY * i for i in range(len(days))]
    assert days[-1].date == NATIONAL.add_workdays(start, n)
    assert sum(d.counts for d in days) == max(n, 1)
    assert days[-1].counts


def test_a_long_run_of_holidays_is_crossed() -> None:
    rows = tuple(CalendarRow(date(2026, 1, 5) + DAY * i, DayKind.HOLIDAY, "", "") for i in range(400))
    assert calendar_of(rows).add_workdays(date(2026, 1, 4), 1) == date(2027, 2, 9)


def test_a_negative_number_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        NATIONAL.add_workdays(date(2026, 3, 2), -1)
    with pytest.raises(ValueError, match="negative"):
        NATIONAL.subtract_workdays(date(2026, 3, 2), -1)


def test_none_added_is_the_day_itself_if_it_counts() -> None:
    assert NATIONAL.add_workdays(date(2026, 9, 30), 0) == date(2026, 9, 30)
    assert NATIONAL.add_workdays(date(2026, 10, 1), 0) == date(2026, 10, 8)


def test_national_day_2026_is_explained_day_by_day() -> None:
    days = NATIONAL.explain(date(2026, 9, 30), 3)
    title = "国务院办公厅关于2026年部分节假日安排的通知"
    assert [(d.date.day, d.counts, d.reason, d.name, d.source, d.provisional) for d in days] == [
        (30, False, DayReason.START, "", "", False),
        *[(day, False, DayReason.HOLIDAY, "国庆节", title, False) for day in range(1, 8)],
        (8, True, DayReason.WEEKDAY, "", "", False),
        (9, True, DayReason.WEEKDAY, "", "", False),
        (10, True, DayReason.MAKE_UP, "国庆节", title, False),
    ]


def test_none_added_explains_the_start_as_any_other_day() -> None:
    assert [d.reason for d in NATIONAL.explain(date(2026, 3, 2), 0)] == [DayReason.WEEKDAY]
    assert [d.reason for d in NATIONAL.explain(date(2026, 3, 7), 0)] == [
        DayReason.WEEKEND,
        DayReason.WEEKEND,
        DayReason.WEEKDAY,
    ]


def test_lateness_counts_no_days_off() -> None:
    friday, sunday, monday = date(2026, 3, 6), date(2026, 3, 8), date(2026, 3, 9)
    assert NATIONAL.workdays_between(friday, sunday) == 0
    assert NATIONAL.workdays_between(friday, monday) == 1
    assert NATIONAL.workdays_between(monday, friday) == -1


def test_a_year_without_notice_counts_monday_to_friday_and_says_so() -> None:
    monday = date(2027, 2, 1)
    days = NATIONAL.explain(monday, 5)
    assert days[-1].date == date(2027, 2, 8)
    assert all(d.provisional for d in days)
    assert not NATIONAL.is_provisional(date(2026, 12, 31))
    assert NATIONAL.is_provisional(date(2027, 1, 1))
    assert NATIONAL.is_provisional(date(2003, 12, 31))


def test_corrections_stand_above_the_notice() -> None:
    makes_off = CalendarRow(date(2026, 10, 10), DayKind.HOLIDAY, "县庆", "示例县通知")
    makes_on = CalendarRow(date(2026, 10, 7), DayKind.WORKDAY, "防汛", "示例县通知")
    settles = CalendarRow(date(2027, 1, 1), DayKind.HOLIDAY, "元旦", "示例县通知")
    county = NATIONAL.with_corrections([makes_off, makes_on, settles])
    off, on, settled = (county.explain_day(row.date) for row in (makes_off, makes_on, settles))
    assert (off.counts, off.reason, off.name, off.source) == (False, DayReason.COUNTY_HOLIDAY, "县庆", "示例县通知")
    assert (on.counts, on.reason) == (True, DayReason.COUNTY_WORKDAY)
    assert (settled.counts, settled.provisional) == (False, False)
    assert county.add_workdays(date(2026, 9, 30), 3) == date(2026, 10, 9)
    assert NATIONAL.is_workday(makes_off.date)


def test_published_years_may_be_named() -> None:
    calendar = WorkCalendar((), frozenset({2027}))
    assert not calendar.is_provisional(date(2027, 1, 1))
    assert calendar.is_provisional(date(2026, 1, 1))


def test_every_year_since_2004_has_its_notice() -> None:
    assert NATIONAL.published == frozenset(range(2004, 2027))
    assert all(row.name and row.source.endswith("通知") for row in NOTICES)


@pytest.mark.parametrize(
    ("day", "works", "source"),
    [
        ("2005-12-31", True, "国务院办公厅关于2006年部分节假日安排的通知"),
        ("2006-12-30", True, "国务院办公厅关于2007年部分节假日安排的通知"),
        ("2007-05-04", False, "国务院办公厅关于2007年部分节假日安排的通知"),
        ("2007-12-31", False, "国务院办公厅关于2008年部分节假日安排的通知"),
        ("2008-04-04", False, "国务院办公厅关于2008年部分节假日安排的通知"),
        ("2015-09-03", False, "国务院关于中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日调休放假的通知"),
        ("2019-05-05", True, "国务院办公厅关于调整2019年劳动节假期安排的通知"),
        ("2020-01-31", False, "国务院办公厅关于延长2020年春节假期的通知"),
        ("2026-02-14", True, "国务院办公厅关于2026年部分节假日安排的通知"),
        ("2026-02-23", False, "国务院办公厅关于2026年部分节假日安排的通知"),
    ],
)
def test_days_that_notices_are_known_for(day: str, works: bool, source: str) -> None:
    explained = NATIONAL.explain_day(date.fromisoformat(day))
    assert (explained.counts, explained.source) == (works, source)


@pytest.mark.parametrize(("year", "workdays"), [(2024, 251), (2025, 248), (2026, 248)])
def test_working_days_of_a_year(year: int, workdays: int) -> None:
    assert NATIONAL.workdays_between(date(year - 1, 12, 31), date(year, 12, 31)) == workdays


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("", 1, "calendar_columns"),
        ("date,kind,name\n", 1, "calendar_columns"),
        ("date,kind,name,source\n2026-01-01,holiday,元旦\n", 2, "calendar_columns"),
        ("date,kind,name,source\n2026-01-01,holiday,元旦,通知,多\n", 2, "calendar_columns"),
        ("date,kind,name,source\n2026-02-30,holiday,元旦,通知\n", 2, "calendar_date"),
        ("date,kind,name,source\n2026-01-01,rest,元旦,通知\n", 2, "calendar_kind"),
        ("date,kind,name,source\n2026-01-01,holiday,a,b\n2026-01-01,workday,a,b\n", 3, "calendar_twice"),
    ],
)
def test_a_broken_file_names_its_line(text: str, line: int, code: str) -> None:
    with pytest.raises(CalendarError) as error:
        parse_calendar(text)
    assert (error.value.line, error.value.code) == (line, code)
    assert str(error.value) == f"line {line}: {code}"


def test_a_file_is_read_in_the_order_of_its_dates() -> None:
    text = "\ufeffdate,kind,name,source\r\n2026-01-04,workday,元旦,通知\r\n2026-01-01,holiday,元旦,通知\r\n"
    assert parse_calendar(text) == (
        CalendarRow(date(2026, 1, 1), DayKind.HOLIDAY, "元旦", "通知"),
        CalendarRow(date(2026, 1, 4), DayKind.WORKDAY, "元旦", "通知"),
    )
