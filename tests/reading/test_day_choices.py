"""What is chosen where a day can be read two ways, and who may decide otherwise."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

import pytest

from tracker.reading.days import DayRead, DayTerms, Order, column_order, read_day

REFERENCE, FOUND = date(2020, 7, 21), date(2020, 7, 20)
PAST = DayTerms(REFERENCE)
DEADLINE = DayTerms(REFERENCE, found_on=FOUND, ahead=True)


def test_day_and_month_are_open_until_someone_decides() -> None:
    january, february = date(2021, 1, 2), date(2021, 2, 1)
    assert read_day("1/2/2021", PAST) == DayRead(january, None, "month_first", february, ("order",))
    assert read_day("1/2/2021", DayTerms(REFERENCE, order=Order.DMY)) == DayRead(february, None, "day_first")
    assert read_day("1/2/2021", DayTerms(REFERENCE, order=Order.MDY)) == DayRead(january, None, "month_first")
    assert read_day("1/2/21", DayTerms(REFERENCE, order=Order.DMY)).day == february
    assert read_day("1/2", DayTerms(date(2021, 3, 1), order=Order.DMY)).day == february


def test_a_day_against_the_decided_order_is_read_and_doubted() -> None:
    assert read_day("4/17/2021", DayTerms(REFERENCE, order=Order.DMY)).doubts == ("order",)


def test_two_digits_mean_the_year_near_the_ledger() -> None:
    assert read_day("01/02/21", PAST) == DayRead(
        date(2021, 1, 2), None, "month_first", date(2021, 2, 1), ("century", "order")
    )
    assert read_day("01/02/21", DayTerms(REFERENCE, order=Order.YMD)).day == date(2001, 2, 21)


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["1/2/2021", "13/4/2021", "3/4/2021"], Order.DMY),
        (["1/2/2021", "4/13/2021 10:00"], Order.MDY),
        (["95-1-27", "10-11-12"], Order.YMD),
        (["1/2/2021", "2021-04-13", "7月20日", None, 44031], None),
        (["13/4/2021", "4/13/2021"], None),
        ([], None),
    ],
)
def test_a_column_proves_its_order_by_its_clear_days(values: list[object], order: Order | None) -> None:
    assert column_order(values) is order


def test_a_decimal_may_have_lost_its_zero() -> None:
    assert read_day(7.2, PAST) == DayRead(date(2020, 7, 2), None, "decimal", FOUND, ("zero", "year"))
    assert read_day(7.2, DEADLINE) == DayRead(FOUND, None, "decimal", date(2021, 7, 2), ("zero", "year"))
    assert read_day(7.4, PAST).doubts == ("year",)


def test_both_ends_of_a_range_are_kept() -> None:
    first, last = date(2020, 7, 27), date(2020, 7, 29)
    assert read_day("2020-07-27/2020-07-29", PAST) == DayRead(first, None, "range", last, ("range",))
    assert read_day("2020-07-27/2020-07-29", DEADLINE) == DayRead(last, None, "range", first, ("range",))


def test_a_day_just_beyond_the_border_is_the_second_reading() -> None:
    assert read_day("7月22日", PAST).other == date(2020, 7, 22)
    assert read_day("7月19日", DEADLINE).other == date(2020, 7, 19)
    assert read_day("10月3日", DEADLINE).other is None


def test_a_deadline_without_a_finding_reaches_half_a_year_back() -> None:
    terms = DayTerms(REFERENCE, ahead=True)
    assert read_day("1月19日", terms).day == date(2021, 1, 19)
    assert read_day("1月20日", terms).day == date(2020, 1, 20)


def test_a_workbook_may_count_from_1904() -> None:
    assert read_day(42569, DayTerms(REFERENCE, epoch_1904=True)).day == date(2020, 7, 19)


def test_working_days_need_a_calendar() -> None:
    assert read_day("3个工作日内", DayTerms(REFERENCE, FOUND)).rule == "workdays_need_calendar"


def test_an_instant_is_seen_in_shanghai() -> None:
    at = datetime(2020, 7, 20, 23, tzinfo=timezone(timedelta(hours=-1)))
    assert read_day(at, PAST) == DayRead(date(2020, 7, 21), time(8), "cell")
    assert read_day(at.isoformat(), PAST) == DayRead(date(2020, 7, 21), time(8), "instant")
