"""Numbers that stand for days: 44031, 20220316, and 7.2 typed for the 2nd or the 20th of July."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time

from tracker.reading.day_terms import DayRead, DayTerms, later
from tracker.reading.numeric_days import numeric_day
from tracker.reading.placed_days import IMPOSSIBLE, place
from tracker.reading.points import Point, Written, one_day

_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000
_BEFORE_1900, _BEFORE_1904 = date(1899, 12, 30), date(1904, 1, 1)
_DAY_SECONDS = 86_400
_MONTH_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})")
_YEAR_MONTH = re.compile(r"((?:19|20|21)\d{2})\.(\d{1,2})")


def number_day(value: float, terms: DayTerms) -> DayRead:
    """Return the day that a number stands for; as a serial only from 20000 to 80000, other numbers count something."""
    if not 1 <= value < 100_000_000:
        return DayRead(None)
    if _FIRST_SERIAL <= value < _LAST_SERIAL + 1:
        return _serial(value, terms)
    written = numeric_day(str(int(value)), terms) if value == int(value) else _decimal(str(value))
    return _nearer(place(written, terms), terms) if written else DayRead(None)


def _nearer(read: DayRead, terms: DayTerms) -> DayRead:
    """Prefer the 20th of this July to the 2nd of the next, and the other way round."""
    if "zero" not in read.doubts or not read.day or not read.other:
        return read
    is_farther = read.day.year != terms.anchor.year == read.other.year
    return replace(read, day=read.other, other=read.day) if is_farther and "range" not in read.doubts else read


def _serial(value: float, terms: DayTerms) -> DayRead:
    seconds = round(value % 1 * _DAY_SECONDS)
    day = later(_BEFORE_1904 if terms.epoch_1904 else _BEFORE_1900, int(value) + seconds // _DAY_SECONDS)
    return DayRead(day, _hour(seconds % _DAY_SECONDS), "serial") if day else IMPOSSIBLE


def _hour(seconds: int) -> time | None:
    minutes, second = divmod(seconds, 60)
    return time(minutes // 60, minutes % 60, second) if seconds else None


def _decimal(text: str) -> Written | None:
    """Read 7.25 as a month and a day, 2020.7 as a year and a month; a table drops the zero of 7.20."""
    if match := _MONTH_DAY.fullmatch(text):
        return _month_day(int(match[1]), match[2])
    if match := _YEAR_MONTH.fullmatch(text):
        year, month = int(match[1]), int(match[2])
        return Written("decimal", Point(year, month, 1), Point(year, month, 0), ("zero",) if match[2] == "1" else ())
    return None


def _month_day(month: int, digits: str) -> Written | None:
    if not (month <= 12 and 1 <= int(digits) <= 31):
        return None
    written = one_day("decimal", Point(None, month, int(digits)))
    if len(digits) == 2 or int(digits) > 3:
        return written
    return replace(written, doubts=("zero",), other=Point(None, month, int(digits) * 10))
