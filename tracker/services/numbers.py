"""The number of an issue: ``<prefix>-<year>-<five digits>``, given once, never reused, without gaps."""

from __future__ import annotations

from datetime import datetime

from tracker.clock import local_date
from tracker.queries.rules import setting
from tracker.services.counters import counter_next

DEFAULT_PREFIX = "WT"


def issue_number(at: datetime) -> str:
    """Return the next number of the Shanghai year of ``at``; joins the caller's transaction."""
    year = local_date(at).year
    return f"{setting('number_prefix', DEFAULT_PREFIX)}-{year}-{counter_next(f'issue:{year}'):05d}"
