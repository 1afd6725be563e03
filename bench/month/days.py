"""The days and the clock of a simulation's judge, which shares none of the product's."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

DAY = timedelta(days=1)
SHANGHAI = timedelta(hours=8)


class WorkingDays:
    """The days that count: Monday to Friday, but for the notices' holidays and make-up days."""

    def __init__(self, table: Path) -> None:
        with table.open(encoding="utf-8") as file:
            self._ruled = {date.fromisoformat(row["date"]): row["kind"] == "workday" for row in csv.DictReader(file)}

    def counts(self, day: date) -> bool:
        """Tell whether ``day`` is worked."""
        return self._ruled.get(day, day.weekday() < 5)

    def after(self, day: date, n: int) -> date:
        """Return the ``n``-th working day after ``day``."""
        while n > 0:
            day += DAY
            n -= self.counts(day)
        return day

    def before(self, day: date, n: int) -> date:
        """Return the working day from which there are ``n`` more until ``day``."""
        while not self.counts(day):
            day -= DAY
        while n > 0:
            day -= DAY
            n -= self.counts(day)
        return day

    def between(self, first: date, last: date) -> int:
        """Return how many working days lie after ``first`` until ``last``."""
        return sum(self.counts(first + DAY * n) for n in range(1, (last - first).days + 1))


def instant(day: date, hour: time) -> float:
    """Return that wall time in Shanghai as seconds since 1970."""
    return (datetime.combine(day, hour, UTC) - SHANGHAI).timestamp()


def wall(at: float) -> datetime:
    """Return the wall time in Shanghai."""
    return datetime.fromtimestamp(at, UTC) + SHANGHAI
