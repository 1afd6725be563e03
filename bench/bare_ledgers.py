"""The bare SQL of what ledgers and dashboard show, for a reader who may see all; no names of then, no policies."""

# ruff: noqa: S608  # our own words

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from bench.bare_columns import COLUMNS, OPEN
from tracker.models import FAR
from tracker.queries.closing import end_of, start_of
from tracker.queries.movements import LOOKED

ISSUES = f"{COLUMNS} WHERE {OPEN} AND i.deadline < :today"
HERE = " AND i.township_id = :town AND i.severity = 'serious'"
NEXT = " AND (i.deadline, i.id) > (:deadline, :id)"
ISSUE_ORDER = " ORDER BY i.deadline, i.id LIMIT 51"
DIGEST = f"""SELECT sum(CASE WHEN i.deadline <= :red THEN 1 ELSE 0 END), sum(CASE WHEN i.deadline <= :yellow THEN 1
    ELSE 0 END), count(*) FROM issue i WHERE {OPEN} AND i.deadline < :today"""
THEN = "v.valid_from <= :at AND v.until > :at AND NOT v.is_withdrawn"
V_OPEN = OPEN.replace("i.", "v.")
VERSIONS = "SELECT v.* FROM issue_version v WHERE v.seq IN (SELECT v.seq FROM issue_version v WHERE {where}"
LATE = f"v.until = :far AND NOT v.is_withdrawn AND {V_OPEN} AND v.deadline < :day"
V_HERE = " AND v.township_id = :town AND v.severity = 'serious'"
V_NEXT = " AND (v.deadline, v.issue_id) > (:deadline, :id)"
BY_DEADLINE, BY_ISSUE, BY_TOWN = "v.deadline, v.issue_id", "v.issue_id", "v.township_id, v.issue_id"
SUBTOTALS = f"""SELECT v.township_id, count(*), sum(CASE WHEN v.state = 'signed_off' THEN 1 ELSE 0 END),
    sum(CASE WHEN {V_OPEN} THEN 1 ELSE 0 END), sum(CASE WHEN {V_OPEN} AND v.deadline < :day THEN 1 ELSE 0 END)
    FROM issue_version v WHERE {THEN} GROUP BY v.township_id"""
RANKING = f"""SELECT i.township_id, count(*), sum(CASE WHEN i.state = 'signed_off' THEN 1 ELSE 0 END),
    sum(CASE WHEN i.state = 'signed_off' AND NOT i.closed_late THEN 1 ELSE 0 END),
    sum(CASE WHEN {OPEN} AND i.deadline < :today THEN 1 ELSE 0 END),
    sum(CASE WHEN i.recurrences > 0 THEN 1 ELSE 0 END) FROM issue i
    WHERE i.state NOT IN ('draft', 'dismissed') AND i.found_on BETWEEN :first AND :today GROUP BY i.township_id"""
AGES = f"""SELECT CASE WHEN i.found_on >= :week THEN 0 WHEN i.found_on >= :month THEN 1 ELSE 2 END AS band, count(*)
    FROM issue i WHERE {OPEN} GROUP BY band"""
FOUND = """SELECT {month} AS span, count(*) FROM issue i WHERE i.state NOT IN ('draft', 'dismissed')
    AND i.found_on BETWEEN :first AND :today GROUP BY span"""
CLOSED = """SELECT {month} AS span, count(*) FROM issue i WHERE i.state = 'signed_off'
    AND i.signed_off_at >= :begin AND i.signed_off_at < :end GROUP BY span"""
REOPENED = (
    """SELECT e.at, e.issue_id FROM issue_event e WHERE e.trigger = 'reopen' AND e.at >= :begin AND e.at < :end"""
)
STAYS = f"""SELECT l.source, l.at, (SELECT e.at FROM issue_event e WHERE e.issue_id = l.issue_id AND e.seq < l.seq
    AND e.dest = l.source AND e.source <> e.dest ORDER BY e.seq DESC LIMIT 1) FROM issue_event l
    WHERE l.at >= :begin AND l.at < :end ORDER BY l.at DESC, l.id DESC LIMIT {LOOKED}"""
CHANGES = """SELECT w.issue_id IS NULL, v.state, w.state, count(*) FROM issue_version v LEFT JOIN issue_version w
    ON w.issue_id = v.issue_id AND w.valid_from <= :since AND w.until > :since
    WHERE v.until = :far AND v.valid_from > :since GROUP BY 1, 2, 3"""
MONTH = {"sqlite": "substr({}, 1, 7)", "postgresql": "date_trunc('month', {})"}


def _rows(where: str, order: str, size: int) -> str:
    return f"{VERSIONS.format(where=where)} ORDER BY {order} LIMIT {size + 1}) ORDER BY {order}"


def _count(where: str) -> str:
    return f"SELECT count(*) FROM (SELECT 1 FROM issue_version v WHERE {where} LIMIT 1001) AS held"


def dashboard(backend: str) -> list[str]:
    """Return the statements of the dashboard of this year: ranking, ages, what came and went, what stays; no wall."""
    by = MONTH[backend]
    flows = [FOUND.format(month=by.format("i.found_on")), CLOSED.format(month=by.format("i.signed_off_at")), REOPENED]
    return [RANKING, AGES, *flows, STAYS]


def statements(backend: str) -> dict[str, list[str]]:
    """Return the statements behind each job."""
    return {
        "overdue": [ISSUES + ISSUE_ORDER, DIGEST],
        "overdue_deep": [ISSUES + NEXT + ISSUE_ORDER],
        "overdue_here": [ISSUES + HERE + ISSUE_ORDER],
        "late": [_rows(LATE, BY_DEADLINE, 50), _count(LATE)],
        "late_deep": [_rows(LATE + V_NEXT, BY_DEADLINE, 50), _count(LATE)],
        "late_here": [_rows(LATE + V_HERE, BY_DEADLINE, 50), _count(LATE + V_HERE)],
        "as_of": [_rows(THEN, BY_ISSUE, 500), _count(THEN)],
        "as_of_by": [_rows(THEN, BY_TOWN, 500), _count(THEN), SUBTOTALS],
        "changes": [CHANGES],
        "dashboard": dashboard(backend),
        "screen": dashboard(backend)[:-1],
    }


def values(known: SimpleNamespace, today: date) -> dict[str, Any]:
    """Return what the statements are asked with; ``known.at`` is the past instant of the jobs that have one."""
    first = today.replace(month=1, day=1)
    return {
        "today": today, "day": today, "town": known.town, "deadline": known.deadline, "id": known.deep_id,
        "red": today - timedelta(days=8), "yellow": today - timedelta(days=1), "first": first, "at": known.now,
        "week": today - timedelta(days=7), "month": today - timedelta(days=90), "since": known.since, "far": FAR,
        "begin": start_of(first), "end": end_of(today),
    }  # fmt: skip


def binder(backend: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return what makes values as the columns hold them."""

    def plain(value: Any) -> Any:
        if isinstance(value, datetime):
            naive = value.astimezone(UTC).replace(tzinfo=None)
            return naive.strftime("%Y-%m-%d %H:%M:%S.%f") if backend == "sqlite" else naive
        return value.isoformat() if isinstance(value, date) and backend == "sqlite" else value

    return lambda given: {name: plain(value) for name, value in given.items()}
