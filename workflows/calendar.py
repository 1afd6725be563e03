"""Working days: the State Council's holidays and make-up days, with the county's corrections on top.

A year without a published notice counts Monday to Friday, and each of its days says that it is provisional. A notice
can reach into the December before its year (that of 2006 made 2005-12-31 a working day); such a row counts as read.
"""

from __future__ import annotations

import csv
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import accumulate

_FRIDAY = 4
_DAY = timedelta(days=1)


class DayKind(StrEnum):
    """What a notice or a correction makes of a day."""

    HOLIDAY = "holiday"
    WORKDAY = "workday"


class DayReason(StrEnum):
    """Why a day counts or does not."""

    START = "start"
    WEEKDAY = "weekday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    COUNTY_HOLIDAY = "county_holiday"
    COUNTY_WORKDAY = "county_workday"


_NOTICE_REASON = {DayKind.HOLIDAY: DayReason.HOLIDAY, DayKind.WORKDAY: DayReason.MAKE_UP}
_COUNTY_REASON = {DayKind.HOLIDAY: DayReason.COUNTY_HOLIDAY, DayKind.WORKDAY: DayReason.COUNTY_WORKDAY}


@dataclass(frozen=True)
class CalendarRow:
    """One day as a notice or a county's correction rules it; ``source`` is the title of that document."""

    date: date
    kind: DayKind
    name: str
    source: str


@dataclass(frozen=True)
class ExplainedDay:
    """One day of a reckoning: whether it counted, why, and by which document."""

    date: date
    counts: bool
    reason: DayReason
    name: str
    source: str
    provisional: bool


class CalendarError(ValueError):
    """A calendar file cannot be read; ``line`` counts from 1 with the heading, ``code`` says what is wrong."""

    def __init__(self, line: int, code: str) -> None:
        super().__init__(f"line {line}: {code}")
        self.line = line
        self.code = code


CALENDAR_CODES = frozenset({"calendar_columns", "calendar_date", "calendar_kind", "calendar_twice"})
COLUMNS = ("date", "kind", "name", "source")


@dataclass(frozen=True)
class WorkCalendar:
    """The days that count; ``published`` are the years whose notice is known."""

    rows: tuple[CalendarRow, ...]
    published: frozenset[int]
    corrections: tuple[CalendarRow, ...] = ()

    def is_workday(self, day: date) -> bool:
        """Say whether ``day`` counts."""
        kind = self._kinds.get(day)
        return day.weekday() <= _FRIDAY if kind is None else kind is DayKind.WORKDAY

    def is_provisional(self, day: date) -> bool:
        """Say whether a notice still to come may change ``day``; what the county has ruled itself is settled."""
        return day.year not in self.published and day not in self._kinds

    def add_workdays(self, start: date, n: int) -> date:
        """Return the ``n``-th working day after ``start``, which is not counted itself; the result is inclusive.

        For ``n`` = 0 it is ``start`` itself if that counts, otherwise the next day that does.
        Raises ``ValueError`` for a negative ``n``.
        """
        if n < 0:
            raise ValueError("the number of working days must not be negative")
        if n == 0:
            return start if self.is_workday(start) else self.add_workdays(start, 1)
        first, wanted = start.toordinal() + 1, self._index(start.toordinal()) + n
        span = n + 7
        while self._index(first + span) < wanted:
            span *= 2
        return date.fromordinal(first + bisect_left(range(first, first + span), wanted, key=self._index))

    def subtract_workdays(self, end: date, n: int) -> date:
        """Return the working day from which ``n`` working days, itself left out, lead up to ``end``, inclusive.

        For ``n`` = 0 it is ``end`` itself if that counts, otherwise the last day before that does. Raises
        ``ValueError`` for a negative ``n``.
        """
        if n < 0:
            raise ValueError("the number of working days must not be negative")
        last, wanted = end.toordinal(), self._index(end.toordinal()) - n
        span = n + 7
        while self._index(last - span) >= wanted:
            span *= 2
        first = last - span
        return date.fromordinal(first + bisect_left(range(first, last + 1), wanted, key=self._index))

    def workdays_between(self, a: date, b: date) -> int:
        """Return how many working days lie after ``a`` up to and including ``b``; negative if ``b`` is earlier."""
        return self._index(b.toordinal()) - self._index(a.toordinal())

    def explain(self, start: date, n: int) -> tuple[ExplainedDay, ...]:
        """Return every day from ``start`` to ``add_workdays(start, n)`` and why it counted or did not."""
        end = self.add_workdays(start, n)
        days = [self.explain_day(start + _DAY * i) for i in range((end - start).days + 1)]
        if n > 0:
            days[0] = replace(days[0], counts=False, reason=DayReason.START)
        return tuple(days)

    def explain_day(self, day: date) -> ExplainedDay:
        """Return whether ``day`` counts, why, and by which document."""
        counts, provisional = self.is_workday(day), self.is_provisional(day)
        reason, row = self._ruling(day)
        name, source = (row.name, row.source) if row else ("", "")
        return ExplainedDay(day, counts, reason, name, source, provisional)

    def with_corrections(self, corrections: Iterable[CalendarRow]) -> WorkCalendar:
        """Return this calendar with other corrections in place of its own, to compare before they are kept."""
        return replace(self, corrections=tuple(corrections))

    def with_notices(self, rows: Iterable[CalendarRow], years: Iterable[int]) -> WorkCalendar:
        """Return this calendar with the notices of more years; a day that both rule is as the new one says."""
        known = self._rows_by_day | {row.date: row for row in rows}
        return replace(self, rows=tuple(known[day] for day in sorted(known)), published=self.published | {*years})

    def without_notice(self, year: int, days: Iterable[date]) -> WorkCalendar:
        """Return this calendar without the notice of ``year`` that ruled these days."""
        gone = set(days)
        kept = tuple(row for row in self.rows if row.date not in gone)
        return replace(self, rows=kept, published=self.published - {year})

    def _ruling(self, day: date) -> tuple[DayReason, CalendarRow | None]:
        if row := self._corrections_by_day.get(day):
            return _COUNTY_REASON[row.kind], row
        if row := self._rows_by_day.get(day):
            return _NOTICE_REASON[row.kind], row
        return (DayReason.WEEKDAY if day.weekday() <= _FRIDAY else DayReason.WEEKEND), None

    @cached_property
    def _rows_by_day(self) -> dict[date, CalendarRow]:
        return {row.date: row for row in self.rows}

    @cached_property
    def _corrections_by_day(self) -> dict[date, CalendarRow]:
        return {row.date: row for row in self.corrections}

    @cached_property
    def _kinds(self) -> dict[date, DayKind]:
        return {day: row.kind for day, row in (self._rows_by_day | self._corrections_by_day).items()}

    @cached_property
    def _exceptions(self) -> tuple[list[int], list[int]]:
        """Days that differ from Monday to Friday, ascending, and by how much the count differs up to each."""
        days = sorted(day for day in self._kinds if self.is_workday(day) != (day.weekday() <= _FRIDAY))
        shifts = accumulate((1 if self.is_workday(day) else -1 for day in days), initial=0)
        return [day.toordinal() for day in days], list(shifts)

    def _index(self, ordinal: int) -> int:
        """Return how many working days lie between the first Monday of the era and this ordinal, inclusive."""
        weeks, rest = divmod(ordinal, 7)  # Ordinal 1 was a Monday, so the remainder is 1 on Mondays, 0 on Sundays.
        days, shifts = self._exceptions
        return weeks * 5 + min(rest, 5) + shifts[bisect_right(days, ordinal)]


def parse_calendar(csv_text: str) -> tuple[CalendarRow, ...]:
    """Return the rows of a file with the columns date, kind, name, source, in the order of their dates.

    Raises ``CalendarError`` for the first line that cannot be read.
    """
    reader = csv.DictReader(csv_text.lstrip("\ufeff").splitlines())
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise CalendarError(1, "calendar_columns")
    rows: dict[date, CalendarRow] = {}
    for record in reader:
        row = _parse_row(record, reader.line_num)
        if row.date in rows:
            raise CalendarError(reader.line_num, "calendar_twice")
        rows[row.date] = row
    return tuple(rows[day] for day in sorted(rows))


def calendar_of(rows: Iterable[CalendarRow], corrections: Iterable[CalendarRow] = ()) -> WorkCalendar:
    """Return the calendar of these notices; the years they speak of are the published ones."""
    kept = tuple(rows)
    return WorkCalendar(kept, frozenset(row.date.year for row in kept), tuple(corrections))


def _parse_row(record: dict[str, str], line: int) -> CalendarRow:
    if None in record or None in record.values():
        raise CalendarError(line, "calendar_columns")
    try:
        day = date.fromisoformat(record["date"])
    except ValueError as error:
        raise CalendarError(line, "calendar_date") from error
    if record["kind"] not in set(DayKind):
        raise CalendarError(line, "calendar_kind")
    return CalendarRow(day, DayKind(record["kind"]), record["name"], record["source"])
