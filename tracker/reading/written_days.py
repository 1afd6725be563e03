"""Days with their units: 2020年7月20日, 7月底, 三季度末, 20 Jul 2020; Chinese numbers already in digits."""

from __future__ import annotations

import re

from tracker.reading.points import Point, Written, century_doubt, full_year, one_day

_YEAR = r"(?:(?P<year>\d{4}|\d{2})年度?)?"
_DAYS = (
    re.compile(r"(?:(?P<year>\d{4}|\d{2})[年./-])?(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]?"),
    re.compile(r"(?P<year>\d{4}|\d{2})年(?P<month>\d{1,2})[./-](?P<day>\d{1,2})[日号]?"),
    re.compile(r"(?P<year>)(?P<month>)(?P<day>\d{1,2})[日号]"),
)
_NAME = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_NAME_YEAR = r"(?:[ ,-]{1,2}(?P<year>\d{4}|\d{2}))?"
_ENGLISH = (
    re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[ -]?" + _NAME + _NAME_YEAR, re.IGNORECASE),
    re.compile(_NAME + r"[ -]?(?P<day>\d{1,2})(?:st|nd|rd|th)?" + _NAME_YEAR, re.IGNORECASE),
)
_NAMES = ("", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = (
    re.compile(_YEAR + r"(?P<month>\d{1,2})月份?(?P<part>底|末|内|初|[上中下]旬|中下旬|上中旬)?"),
    re.compile(r"(?P<year>\d{4})[-./](?P<month>\d{1,2})(?:月份?)?(?P<part>底|末)?"),
)
_PARTS = {"初": (1, 10), "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 0), "中下旬": (11, 0), "上中旬": (1, 20)}
_PERIODS = (
    re.compile(_YEAR + r"第?(?P<name>[1-4])季度?(?P<part>底|末|内)?"),
    re.compile(_YEAR + r"(?P<name>[上下])半年(?P<part>底|末|内)?"),
    re.compile(r"(?P<year>\d{4}|\d{2})年度?(?P<name>)(?P<part>底|末|内)"),
)
_PERIOD_MONTHS = {"1": (1, 3), "2": (4, 6), "3": (7, 9), "4": (10, 12), "上": (1, 6), "下": (7, 12), "": (1, 12)}


def written_day(text: str) -> Written | None:
    """Return what ``text`` says as a whole, None if it is no day."""
    for read, patterns in ((_day, _DAYS), (_english, _ENGLISH), (_month, _MONTHS), (_period, _PERIODS)):
        for pattern in patterns:
            if match := pattern.fullmatch(text):
                return read(match)
    return None


def _day(match: re.Match[str]) -> Written:
    year, month = match["year"] or "", match["month"]
    rule = "full" if year else "month_day" if month else "day_alone"
    return one_day(rule, _point(year, int(month) if month else None, match["day"]), century_doubt(year))


def _english(match: re.Match[str]) -> Written:
    year = match["year"] or ""
    return one_day("english", _point(year, _NAMES.index(match["name"].lower()), match["day"]), century_doubt(year))


def _month(match: re.Match[str]) -> Written:
    month = int(match["month"])
    return _stretch("month", match, (month, month))


def _period(match: re.Match[str]) -> Written:
    return _stretch("period", match, _PERIOD_MONTHS[match["name"]])


def _stretch(rule: str, match: re.Match[str], months: tuple[int, int]) -> Written:
    """Return the part (底, 上旬) of a stretch of months, by itself all of it."""
    year, part = match["year"] or "", match["part"] or ""
    first, last = _PARTS.get(part, (1, 0))
    end = _point(year, months[1], last)
    return Written(rule, end if part in ("底", "末") else _point(year, months[0], first), end, century_doubt(year))


def _point(year: str, month: int | None, day: str | int) -> Point:
    return Point(full_year(year) if year else None, month, int(day))
