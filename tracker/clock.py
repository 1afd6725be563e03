"""The only place that reads the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the current instant, aware, in UTC."""
    return datetime.now(UTC)


def local(at: datetime) -> datetime:
    """Return ``at`` as Shanghai wall time, aware."""
    return at.astimezone(ZONE)


def local_date(at: datetime) -> date:
    """Return the Shanghai calendar day on which ``at`` falls."""
    return at.astimezone(ZONE).date()


def today() -> date:
    """Return the current Shanghai calendar day."""
    return local_date(now())


def wall(at: datetime) -> datetime:
    """Return ``at`` as Shanghai wall time without a zone, as the law reckons."""
    return at.astimezone(ZONE).replace(tzinfo=None)


def from_wall(wall_time: datetime) -> datetime:
    """Return the instant, in UTC, at which the wall in Shanghai shows ``wall_time``."""
    return wall_time.replace(tzinfo=ZONE).astimezone(UTC)
