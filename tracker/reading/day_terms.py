"""What a day is read with, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from datetime import time as hour
from enum import StrEnum

from workflows.calendar import WorkCalendar

FIRST_YEAR, LAST_YEAR = 1990, 2100


class Order(StrEnum):
    """What comes first in ``1/2/2021``."""

    YMD = "ymd"
    DMY = "dmy"
    MDY = "mdy"


@dataclass(frozen=True)
class DayTerms:
    """What a cell does not say itself.

    ``reference`` is the day the ledger was written, ``found_on`` where 三天内 counts from. ``ahead`` is for deadlines:
    of a range the last day, and without a year the first such day on or after ``found_on`` (if unknown, 183 days before
    ``reference``); otherwise the first day of a range, and the last such day on or before ``reference``.
    ``order`` is what the user or the column decided for 1/2/2021; N个工作日 counts by ``calendar``.
    """

    reference: date
    found_on: date | None = None
    ahead: bool = False
    order: Order | None = None
    calendar: WorkCalendar | None = None
    epoch_1904: bool = False

    @property
    def anchor(self) -> date:
        """Return the border that a day without a year must not cross, to the past or to the future."""
        if not self.ahead:
            return self.reference
        return self.found_on or date.fromordinal(max(self.reference.toordinal() - 183, 1))

    @property
    def written_on(self) -> date:
        """Return the day from which 今年 and 本月 are seen."""
        return self.found_on or self.reference


@dataclass(frozen=True)
class DayRead:
    """A cell read as a day.

    ``time`` is None for 24时, the end of the day. ``other`` is the second reading where there are two, or the other end
    of a range. ``rule`` is a key of ``RULES``, ``doubts`` are among ``DOUBTS``.
    """

    day: date | None
    time: hour | None = None
    rule: str = "none"
    other: date | None = None
    doubts: tuple[str, ...] = ()


def day_of(year: int, month: int, day: int) -> date | None:
    """Return that day, None if there is none from 1990 to 2100; ``day`` 0 is the last of its month."""
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
        return None
    try:
        return date(year, month, day) if day else date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    except ValueError:
        return None


def later(day: date, days: int) -> date | None:
    """Return the day ``days`` after ``day``, None outside the years that can be read."""
    ordinal = day.toordinal() + days
    if not 1 <= ordinal <= date.max.toordinal():
        return None
    found = date.fromordinal(ordinal)
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def months_later(day: date, months: int) -> date | None:
    """Return the same day so many months later, or the last of that month if it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    return day_of(day.year + years, month + 1, day.day) or day_of(day.year + years, month + 1, 0)
