"""The rows of a ledger as pages show them: cells, photographs, and what stands between groups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tracker.queries.ledger import LedgerRow
from tracker.queries.ledger_groups import KEYS
from tracker.reports.ledger_columns import values_of
from tracker.reports.ledger_files import lined
from tracker.reports.xlsx import Line

Shown = dict[str, Any]


def page_lines(rows: Sequence[LedgerRow], columns: Sequence[str], grouped: str) -> list[Shown]:
    """Return the rows of one page: with the cells of the chosen columns, each where a group begins."""
    shown: list[Shown] = []
    for row in rows:
        key = getattr(row.issue, KEYS[grouped]) if grouped else None
        begins = bool(grouped) and (not shown or shown[-1]["key"] != key)
        shown.append(_shown(row, columns) | {"key": key, "begins": begins})
    return shown


def sheet_lines(rows: Iterable[LedgerRow], columns: Sequence[str], grouped: str) -> list[Shown | Line]:
    """Return the numbered rows of a whole ledger, with the lines before and after each group."""
    return list(lined(rows, grouped, lambda number, row: _shown(row, columns) | {"n": number}))


def _shown(row: LedgerRow, columns: Sequence[str]) -> Shown:
    return {"id": row.issue.issue_id, "cells": values_of(row, columns), "photos": row.photos}
