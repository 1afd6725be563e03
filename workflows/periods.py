"""Periods: a span of days, both inclusive, and how it is cut into days, weeks or months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

DAYS, WEEKS = 21, 150  # a period of at most so many days is shown by day, or by week; a longer one by month


@dataclass(frozen=True)
class Span:
    """The days from ``first`` to ``last``, both inclusive."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1


def cut(period: Span) -> list[Span]:
    """Return ``period`` as single days, weeks that end on Sunday, or calendar months, as its length allows."""
    spans, first = [], period.first
    while first <= period.last:
        last = min(_end(first, period.days), period.last)
        spans.append(Span(first, last))
        first = last + timedelta(days=1)
    return spans


def _end(first: date, days: int) -> date:
    if days <= DAYS:
        return first
    if days <= WEEKS:
        return first + timedelta(days=6 - first.weekday())
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return following - timedelta(days=1)
