"""Ranges: 2020-07-27/2020-07-29, 7月27日-29日, 6-8月, 7月20日、21日."""

from __future__ import annotations

import re

from tracker.reading.day_terms import DayTerms
from tracker.reading.numeric_days import numeric_day
from tracker.reading.points import Point, Written
from tracker.reading.written_days import written_day

_BETWEEN = re.compile(r"[-至到/、和及]")
_NUMBER = re.compile(r"\d{1,2}")
_STUB = re.compile(r"(?:(\d{4})年)?(\d{1,2})")


def single_day(text: str, terms: DayTerms) -> Written | None:
    """Return what ``text`` says if it is one day, month or quarter."""
    return numeric_day(text, terms) or written_day(text)


def day_range(text: str, terms: DayTerms) -> Written | None:
    """Return the first and the last day of ``text``, None if it is no range; the end lacks what the start has said."""
    for match in _BETWEEN.finditer(text):
        left, right = text[: match.start()], text[match.end() :]
        if found := _joined(left, right, match.group(), terms):
            return found
    return None


def _joined(left: str, right: str, between: str, terms: DayTerms) -> Written | None:
    end = single_day(right, terms) or _bare_end(right, is_clear=between not in left)
    start = single_day(left, terms) or (_stub(left, end) if end else None)
    if not start or not end or (between == "/" and None in (start.start.year, end.end.year)):
        return None
    first, last = start.start, end.end
    if first.year is None and last.year is not None:
        first = Point(last.year, first.month or last.month, first.day)
    return Written("range", first, _completed(last, first), tuple(dict.fromkeys((*start.doubts, *end.doubts))))


def _bare_end(right: str, *, is_clear: bool) -> Written | None:
    """Read the 29 of 7.27-29, but not that of 7-27-29, which is some other number."""
    if not is_clear or not _NUMBER.fullmatch(right):
        return None
    point = Point(None, None, int(right))
    return Written("day_alone", point, point)


def _stub(left: str, end: Written) -> Written | None:
    """Read the 6 of 6-8月 as a month and that of 6-8日 as a day."""
    match = _STUB.fullmatch(left)
    if not match or end.start.year is not None:
        return None
    year, number = int(match[1]) if match[1] else None, int(match[2])
    if end.rule == "month":
        return Written("month", Point(year, number, 1), Point(year, number, 0))
    point = Point(None, None, number)
    return Written("day_alone", point, point) if end.rule == "day_alone" and not year else None


def _completed(end: Point, start: Point) -> Point:
    """Return the end with the month of the start, or the month after if the day lies before that of the start."""
    if end.month is not None or start.month is None:
        return end if end.year is not None or start.year is None else _in_year(end, start)
    month = start.month if end.day >= start.day else start.month % 12 + 1
    return _in_year(Point(None, month, end.day), start)


def _in_year(end: Point, start: Point) -> Point:
    """Return the end in the year of the start or, if it lies before the start, in the next."""
    if start.year is None or start.month is None or end.month is None:
        return end
    is_before = (end.month, end.day or 31) < (start.month, start.day or 31)
    return Point(start.year + is_before, end.month, end.day)
