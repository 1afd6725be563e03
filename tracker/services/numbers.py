"""The number of an issue: ``<prefix>-<year>-<five digits>``, given once, never reused, without gaps."""

from __future__ import annotations

from datetime import datetime

from tracker.clock import local_date
from tracker.queries.rules import setting
from tracker.services.counters import counter_take

DEFAULT_PREFIX = "WT"


def issue_number(at: datetime) -> str:
    """Return the next number of the Shanghai year of ``at``; joins the caller's transaction."""
    return issue_numbers(at, 1)[0]


def issue_numbers(at: datetime, count: int) -> list[str]:
    """Return the next ``count`` numbers; joins the caller's transaction."""
    year, prefix = local_date(at).year, setting("number_prefix", DEFAULT_PREFIX)
    first = counter_take(f"issue:{year}", count)
    return [f"{prefix}-{year}-{number:05d}" for number in range(first, first + count)]
