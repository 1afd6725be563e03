"""Days as ledgers write them: a cell and its terms give a day, the rule that read it, and what is doubtful about it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tracker.languages import N_
from tracker.reading.day_terms import FIRST_YEAR, LAST_YEAR, DayRead, DayTerms, Order
from tracker.reading.day_texts import LONGEST, moment_day, text_day
from tracker.reading.numeric_days import proven_order
from tracker.reading.serial_days import number_day
from tracker.reading.tidy_text import tidy

__all__ = ["DOUBTS", "RULES", "DayRead", "DayTerms", "Order", "column_order", "read_day"]

_ISO = len("2026-10-09")
RULES: dict[str, str] = {
    "cell": N_("日期单元格"),
    "instant": N_("带时区的时刻，换算为北京时间"),
    "serial": N_("Excel 日期序号"),
    "digits": N_("8 位数字"),
    "full": N_("年、月、日"),
    "day_first": N_("日/月/年"),
    "month_first": N_("月/日/年"),
    "english": N_("英文月份"),
    "month_day": N_("月日，年份按台账基准日补"),
    "day_alone": N_("只有日，年月按台账基准日补"),
    "decimal": N_("小数，按“月.日”读"),
    "month": N_("只到月份"),
    "period": N_("季度、半年或年末"),
    "range": N_("起止日期"),
    "within": N_("自发现日期起若干天、周或月"),
    "workdays": N_("自发现日期起若干个工作日"),
    "near": N_("相对发现日期，如当天、下周五、月底"),
    "relative_needs_found": N_("要从发现日期起算，但没有发现日期"),
    "workdays_need_calendar": N_("要按工作日历计算，但没有工作日历"),
    "undated": N_("没有确定日期，如立即、长期坚持"),
    "lunar": N_("农历日期，请改为公历"),
    "impossible": N_("没有这一天，或年份不在 1990 至 2100 之间"),
    "none": N_("不是日期"),
    "empty": N_("空"),
}
DOUBTS = frozenset({"order", "year", "month", "century", "zero", "range", "relative", "weekday", "words"})


def read_day(value: object, terms: DayTerms) -> DayRead:
    """Return what the cell says under ``terms``; never raises. A text of more than 60 characters is no date."""
    if isinstance(value, date):
        return moment_day(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_day(value, terms)
    if isinstance(value, str):
        return _iso_day(value) or text_day(value, terms)
    return DayRead(None, rule="none" if value is not None else "empty")


def _iso_day(value: str) -> DayRead | None:
    """Return the day of 2026-10-09 at once, which machines write by the thousand."""
    if len(value) != _ISO or value[4] != "-" or value[7] != "-" or not value.isascii():
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return DayRead(day, rule="full") if FIRST_YEAR <= day.year <= LAST_YEAR else None


def column_order(values: Iterable[object]) -> Order | None:
    """Return the order of day and month that the unambiguous texts of a column prove, None for no proof or for two."""
    texts = (value.strip() for value in values if isinstance(value, str))
    return proven_order(tidy(text).partition(" ")[0] for text in texts if len(text) <= LONGEST)
