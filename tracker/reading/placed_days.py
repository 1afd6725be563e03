"""From a day as written to a day of the calendar: the year and the month it leaves out, and which end of a range."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from tracker.reading.day_terms import DayRead, DayTerms, day_of
from tracker.reading.points import Point, Written, one_day

IMPOSSIBLE = DayRead(None, rule="impossible")
_NEAR_DAYS = 31


class _Span(NamedTuple):
    first: date
    last: date


def place(written: Written, terms: DayTerms) -> DayRead:
    """Return the day meant, impossible if the calendar has none; what had to be supplied or chosen is a doubt."""
    spans = list(_spans(written, terms.anchor))
    index = _index(spans, terms) if written.start.year is None else 0
    if not 0 <= index < len(spans):
        return IMPOSSIBLE
    first, last = spans[index]
    day, far_end = (last, first) if terms.ahead else (first, last)
    if first != last:
        return DayRead(day, None, written.rule, far_end, (*written.doubts, *_supplied(written), "range"))
    doubts = (*written.doubts, *_supplied(written))
    if written.other:
        return DayRead(day, None, written.rule, place(one_day("", written.other), terms).day, doubts)
    other = _beyond(spans, index, terms) if written.start.year is None else None
    return DayRead(day, None, written.rule, other, doubts)


def _index(spans: list[_Span], terms: DayTerms) -> int:
    """Return the place of the first span that ends on the right side of the anchor, or the last that begins on it."""
    if terms.ahead:
        return bisect_left(spans, terms.anchor, key=lambda span: span.last)
    return bisect_right(spans, terms.anchor, key=lambda span: span.first) - 1


def _beyond(spans: list[_Span], index: int, terms: DayTerms) -> date | None:
    """Return the same day beyond the anchor if it is so near that it may be meant: written late, or overdue by then."""
    neighbour = index - 1 if terms.ahead else index + 1
    if not 0 <= neighbour < len(spans):
        return None
    day = spans[neighbour].first
    return day if abs((day - terms.anchor).days) <= _NEAR_DAYS else None


def _supplied(written: Written) -> tuple[str, ...]:
    if written.start.year is not None:
        return ()
    return ("year",) if written.start.month else ("month",)


def _spans(written: Written, anchor: date) -> Iterator[_Span]:
    """Yield the days that fit, in their order; an end before its start is in the next year or month."""
    for year, month in _openings(written.start, anchor):
        first, last = _made(written.start, year, month), _made(written.end, year, month)
        if first and last and last < first and written.end.year is None:
            last = _made(written.end, year, month + 1) if written.start.month is None else _made(written.end, year + 1)
        if first and last:
            yield _Span(min(first, last), max(first, last))


def _openings(point: Point, anchor: date) -> Iterator[tuple[int, int]]:
    """Yield the years and months that may be supplied."""
    if point.year is not None:
        yield point.year, point.month or 0
    elif point.month is not None:
        yield from ((anchor.year + years, point.month) for years in (-1, 0, 1))
    else:
        yield from ((anchor.year, anchor.month + months) for months in range(-2, 3))


def _made(point: Point, year: int, month: int = 0) -> date | None:
    if point.month is not None:
        return day_of(year if point.year is None else point.year, point.month, point.day)
    years, place_in_year = divmod(month - 1, 12)
    return day_of(year + years, place_in_year + 1, point.day)
