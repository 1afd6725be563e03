"""Whatever is thrown at the reader of days: each way to write a day reads back to it, and nothing breaks it."""

from __future__ import annotations

import string
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.reading.chinese_numbers import in_digits, number_of
from tracker.reading.days import DOUBTS, RULES, DayTerms, Order, column_order, read_day
from workflows.calendar import WorkCalendar

DIGITS, TENS = "〇一二三四五六七八九", ["", "十", "二十", "三十"]
FULL_WIDTH = str.maketrans(string.digits, "０１２３４５６７８９")
BOUNDS = (date(1990, 1, 1), date(2100, 12, 31))


def _chinese(number: int) -> str:
    return DIGITS[number] if number < 10 else TENS[number // 10] + (DIGITS[number % 10] if number % 10 else "")


def _chinese_day(day: date) -> str:
    year = "".join(DIGITS[int(digit)] for digit in str(day.year))
    return f"{year}年{_chinese(day.month)}月{_chinese(day.day)}日"


WITH_YEAR: list[Callable[[date], object]] = [
    lambda day: day,
    lambda day: datetime.combine(day, time(8)),
    lambda day: (day - date(1899, 12, 30)).days,
    lambda day: str((day - date(1899, 12, 30)).days),
    lambda day: int(f"{day:%Y%m%d}"),
    lambda day: f"{day:%Y%m%d}",
    lambda day: day.isoformat(),
    lambda day: day.isoformat().translate(FULL_WIDTH),
    lambda day: f"{day.year}/{day.month}/{day.day}",
    lambda day: f"{day.year}.{day.month}.{day.day}",
    lambda day: f"{day.year}. {day.month}. {day.day}",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: f"于 {day.year} 年 {day.month} 月 {day.day} 日之前完成",
    lambda day: f"{day.year}年{day.month}月{day.day}号（周{'一二三四五六日'[day.weekday()]}）下午6时前",
    lambda day: f"{day:%Y-%m-%d} 18:30:00",
    lambda day: f"{day:%Y-%m-%dT18:30:00+08:00}",
    lambda day: f"{day.day}-{day:%b-%Y}",
    lambda day: f"{day:%B} {day.day}, {day.year}",
    _chinese_day,
]
WITHOUT_YEAR: list[Callable[[date], object]] = [
    lambda day: f"{day.month}月{day.day}日",
    lambda day: f"{_chinese(day.month)}月{_chinese(day.day)}日",
    lambda day: f"{day.month}.{day.day:02}",
    lambda day: f"{day.month}/{day.day}",
    lambda day: f"{day.month:02}-{day.day:02}",
]
DAYS = st.dates(*BOUNDS)
TERMS = st.builds(
    DayTerms,
    reference=st.dates(),
    found_on=st.none() | st.dates(),
    ahead=st.booleans(),
    order=st.none() | st.sampled_from(Order),
    calendar=st.none() | st.just(WorkCalendar((), frozenset())),
    epoch_1904=st.booleans(),
)
ALPHABET = (
    "0123456789一二三十百廿〇两半年月日号天周个时点分工作季度内前至到底末上中下旬本明次今去-/.:、 ()TZ+APM限于完成整改"
)
CELLS = st.one_of(
    st.text(ALPHABET, max_size=20), st.text(max_size=70), st.integers(), st.floats(), st.dates(), st.datetimes(),
    st.datetimes(timezones=st.timezones()), st.times(), st.none(), st.booleans(), st.binary(), st.integers(1, 10**9),
)  # fmt: skip


@given(DAYS, st.sampled_from(WITH_YEAR), st.booleans())
def test_every_way_to_write_a_day_reads_back(day: date, write: Callable[[date], object], ahead: bool) -> None:
    read = read_day(write(day), DayTerms(date(2026, 11, 26), date(2026, 11, 1), ahead))
    assert (read.day, read.doubts) == (day, ())


@given(DAYS, st.integers(0, 364), st.sampled_from(WITHOUT_YEAR))
def test_a_day_without_its_year_reads_back_near_the_ledger(
    day: date, away: int, write: Callable[[date], object]
) -> None:
    past = DayTerms(day + timedelta(days=away))
    ahead = DayTerms(day, found_on=day - timedelta(days=away), ahead=True)
    for terms in (past, ahead):
        read = read_day(write(day), terms)
        assert read.day == day
        assert "year" in read.doubts


@given(DAYS, st.sampled_from(["{d}/{m}/{y}", "{d}-{m}-{y}", "{d}.{m}.{y}"]))
def test_a_decided_order_leaves_no_doubt(day: date, shape: str) -> None:
    text = shape.format(d=day.day, m=day.month, y=day.year)
    read = read_day(text, DayTerms(day, order=Order.DMY))
    assert (read.day, read.doubts) == (day, ())
    assert column_order([text]) in (None, Order.DMY)
    assert day in (read_day(text, DayTerms(day)).day, read_day(text, DayTerms(day)).other)


@given(DAYS, st.integers(0, 60), st.sampled_from(["/", "至", "-", "~", " 到 "]))
def test_a_range_reads_back_to_both_ends(first: date, length: int, between: str) -> None:
    last = min(first + timedelta(days=length), BOUNDS[1])
    found, due = (read_day(f"{first}{between}{last}", DayTerms(first, ahead=ahead)) for ahead in (False, True))
    assert (found.day, due.day) == (first, last)


@given(CELLS, TERMS)
@example("1" * 100_000, DayTerms(date.min, date.max, ahead=True))
@example("九百九十九个工作日内", DayTerms(date.max, date.max, calendar=WorkCalendar((), frozenset())))
@example("下下周日", DayTerms(date.max, date.max, ahead=True))
@example("2020-07-20T10:00:00+99:99", DayTerms(date.min))
@example(10**5000, DayTerms(date.min))
def test_nothing_breaks_the_reader(value: object, terms: DayTerms) -> None:
    read = read_day(value, terms)
    assert read.rule in RULES
    assert set(read.doubts) <= DOUBTS
    assert all(BOUNDS[0] <= day <= BOUNDS[1] for day in (read.day, read.other) if day)
    assert read.day or (read.other, read.time, read.doubts) == (None, None, ())


@pytest.mark.parametrize(
    "text",
    [
        "1" * 100_000,
        " " * 100_000,
        "整改" * 50_000,
        "整改" * 29 + "x",
        "之前" * 29 + "x",
        "、:" * 30,
        "月-" * 30,
        "ﷺ" * 60,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    start = process_time()
    read_day(text, DayTerms(date(2020, 7, 21)))
    column_order([text])
    assert process_time() - start < 0.05


@given(st.integers(1, 39))
def test_chinese_numbers_read_back(number: int) -> None:
    assert number_of(_chinese(number)) == number


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("一百零三天", "103天"), ("一百二十天", "120天"), ("两周", "2周"), ("廿五日", "25日"), ("统一整改", "统一整改"),
        ("下周五", "下周五"), ("二〇二六年三月", "2026年3月"), ("十十日", "十十日"),
    ],
)  # fmt: skip
def test_numbers_are_written_out_before_a_unit_only(text: str, plain: str) -> None:
    assert in_digits(text) == plain
