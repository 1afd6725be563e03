"""Brings an edited workbook of the organisation back: only what was edited changes, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import InvalidError, TrackerError
from tracker.languages import _
from tracker.policy import Actor
from tracker.queries.workbook import SHEETS, CellError, SheetRow
from tracker.services.unit_places import place_row
from tracker.services.unit_tree import organisation_lock
from tracker.services.workbook_rows import RowWork, group_row, roster_row
from tracker.services.workbook_stars import indicator_row, lead_row, star_row
from tracker.services.workbook_units import unit_row

_MOST_ERRORS = 100


@dataclass(frozen=True)
class WorkbookLine:
    """One row that made or changed something: ``what`` is ``created`` or ``changed``, ``fields`` old → new."""

    sheet: str
    line: int
    what: str
    name: str
    fields: tuple[tuple[str, str, str], ...] = ()


@dataclass
class WorkbookReport:
    """What a workbook did or, rehearsed, would do. With errors nothing was kept."""

    lines: list[WorkbookLine] = field(default_factory=list)
    unchanged: int = 0
    errors: list[CellError] = field(default_factory=list)

    def count(self, what: str) -> int:
        """Return how many rows were ``created`` or ``changed``."""
        return sum(line.what == what for line in self.lines)


class _TakenBackError(Exception):
    """Ends a rehearsal, or an import with errors, without keeping anything."""


_ROWS: Mapping[str, Callable[[RowWork, Mapping[str, Any]], None]] = {
    "units": unit_row, "places": place_row, "groups": group_row, "roster": roster_row, "stars": star_row,
    "leads": lead_row, "indicators": indicator_row,
}  # fmt: skip


def workbook_import(
    *,
    rows: Iterable[SheetRow],
    errors: Iterable[CellError] = (),
    actor: Actor | None,
    at: datetime,
    on: date | None = None,
    dry_run: bool = False,
) -> WorkbookReport:
    """Apply the rows in the order of the sheets; ``on`` is the day from which new names and codes hold.

    Rows that are missing in the workbook are left as they are. Nothing is kept with ``dry_run``, or where a cell is
    wrong: ``errors`` are those found while reading.
    """
    report = WorkbookReport(errors=list(errors))
    try:
        with transaction():
            organisation_lock()
            for row in rows:
                _take(report, row, RowWork(actor, at, on or local_date(at)))
                if len(report.errors) >= _MOST_ERRORS:
                    break
            if dry_run or report.errors:
                raise _TakenBackError
    except _TakenBackError:
        db.session.expire_all()
    return report


def _take(report: WorkbookReport, row: SheetRow, work: RowWork) -> None:
    title = _(SHEETS[row.sheet][0])
    try:
        _ROWS[row.sheet](work, row.values)
    except InvalidError as error:
        report.errors.extend(CellError(title, row.cell(key), words) for key, words in error.errors.items())
        return
    except TrackerError as error:
        report.errors.append(CellError(title, row.cell("id"), error.message))
        return
    if not work.what and not work.fields:
        report.unchanged += 1
        return
    headings = SHEETS[row.sheet][1]
    fields = tuple((_(headings[key]), was, now) for key, was, now in work.fields)
    report.lines.append(WorkbookLine(title, row.line, work.what or "changed", work.name, fields))
