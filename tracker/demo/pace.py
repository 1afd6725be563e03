"""The pace of the demo county: how time passes between two steps of a life, in working hours of working days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from tracker.clock import ZONE, local, local_date
from workflows.calendar import WorkCalendar


class Pace:
    """One life's own time, always moving on; ``at`` is the instant of its present step."""

    def __init__(self, begin: datetime, calendar: WorkCalendar, rng: Random) -> None:
        self.at, self.calendar, self.rng = begin, calendar, rng
        self.is_slow = rng.random() < 0.22

    def later(self, least: int, most: int) -> datetime:
        """Move on by some working days, to an hour at which offices work, and return that instant."""
        days = self.rng.randint(least, most)
        day = local_date(self.at)
        if days or local(self.at).hour >= 16:
            return self._on(self.calendar.add_workdays(day, max(days, 1)))
        self.at += timedelta(minutes=self.rng.randint(20, 100))
        return self.at

    def to_deadline(self, deadline: date | None) -> datetime:
        """Move on to the day the work is done: mostly in time, sometimes late, and long late if slow."""
        today = local_date(self.at)
        if deadline is None or deadline <= today:
            return self.later(1, 5)
        slip = self.rng.randint(3, 25) if self.is_slow else -self.rng.randint(3, 12)
        wanted = deadline + timedelta(days=slip)
        return self._on(self.calendar.add_workdays(max(wanted, today), 0 if wanted > today else 1))

    def _on(self, day: date) -> datetime:
        minutes = self.rng.randint(0, 7 * 60)
        at = datetime(day.year, day.month, day.day, 9, 0, tzinfo=ZONE) + timedelta(minutes=minutes)
        self.at = max(at.astimezone(self.at.tzinfo), self.at + timedelta(minutes=5))
        return self.at
