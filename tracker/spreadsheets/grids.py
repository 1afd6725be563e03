"""Opens an .xls or .ods by calamine, which holds the whole sheet and knows nothing of what is hidden in it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from tracker.spreadsheets.about import SheetAbout, TableAbout, choose
from tracker.spreadsheets.cells import Cell, Row, clean, cut_row, number
from tracker.spreadsheets.limits import TableLimits
from tracker.spreadsheets.markup import events
from tracker.spreadsheets.merges import Merges
from tracker.spreadsheets.moments import shanghai_day
from tracker.spreadsheets.packages import Package
from tracker.spreadsheets.trouble import Trouble, UnreadableError

_DAY = timedelta(days=1)
_MIDNIGHT = datetime.combine(date(1900, 1, 1), time())


def grid_open(path: Path, kind: str, sheet: str | None, limits: TableLimits) -> tuple[TableAbout, Iterator[Row]]:
    """Return what is told of the chosen sheet, and its rows."""
    workbook = _opened(path, kind)
    tables = [one for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    abouts = [
        SheetAbout(one.name, one.visible != SheetVisibleEnum.Visible, not _has_content(workbook, one.name))
        for one in tables
    ]
    chosen = workbook.get_sheet_by_name(abouts[choose(abouts, sheet)].name)
    merges = _merges(chosen, limits.columns)
    about = TableAbout(
        format=kind,
        sheets=tuple(abouts),
        sheet=chosen.name,
        modified=_modified(path) if kind == "ods" else None,
        merged=tuple(merges.told),
    )
    return about, merges.filled(_rows(chosen, limits.columns))


def _opened(path: Path, kind: str) -> CalamineWorkbook:
    # Calamine goes by the name, and says what is wrong only if that is right; the folder is the child's own.
    link = Path(tempfile.gettempdir(), f"table.{kind}")
    link.symlink_to(path.absolute())
    try:
        return CalamineWorkbook.from_path(link)
    except PasswordError as error:
        raise UnreadableError(Trouble.ENCRYPTED) from error
    except CalamineError as error:
        raise UnreadableError(Trouble.COMPLEX if "limit exceeded" in str(error) else Trouble.DAMAGED) from error


def _has_content(workbook: CalamineWorkbook, name: str) -> bool:
    return any(row.count("") < len(row) for row in workbook.get_sheet_by_name(name).iter_rows())


def _merges(sheet: CalamineSheet, columns: int) -> Merges:
    merges = Merges(columns)
    for (first, left), (last, right) in sheet.merged_cell_ranges or ():
        if (first, left) != (last, right):
            merges.add((first + 1, left, last + 1, right))
    return merges


def _rows(sheet: CalamineSheet, columns: int) -> Iterator[Row]:
    """Yield the rows with content; calamine gives all rows from the first, but columns from the first that is used."""
    before: list[Cell] = [None] * (sheet.start[1] if sheet.start else 0)
    for at, values in enumerate(sheet.iter_rows(), 1):
        if values.count("") < len(values):
            yield cut_row(at, before + [_cell(value) for value in values], columns)


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float):
        return number(value)
    if isinstance(value, timedelta):
        return _duration(value)
    return value  # type: ignore[no-any-return]  # a bool, an int, a day, a time or both


def _duration(value: timedelta) -> Cell:
    """Return less than a day as a time, more as Excel counts it: in days."""
    whole, rest = divmod(value, _DAY)
    if whole:
        return number(value / _DAY)
    moment: Cell = (_MIDNIGHT + rest).time()
    return moment


def _modified(path: Path) -> date | None:
    package = Package(path)
    if "meta.xml" not in package:
        return None
    told = (event.text for event in events(package.text("meta.xml")) if event.name == "date")
    return next((day for text in told if text and (day := shanghai_day(text))), None)
