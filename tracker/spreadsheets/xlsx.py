"""Opens an .xlsx."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from tracker.spreadsheets.about import PicturePlace, TableAbout, choose
from tracker.spreadsheets.cellpictures import CellPictures, cell_pictures
from tracker.spreadsheets.cells import Row
from tracker.spreadsheets.drawings import floating_pictures
from tracker.spreadsheets.frame import frame_read
from tracker.spreadsheets.limits import MOST_PICTURES, TableLimits
from tracker.spreadsheets.packages import Package
from tracker.spreadsheets.rows import Rows
from tracker.spreadsheets.sheet import sheet_rows
from tracker.spreadsheets.values import Values
from tracker.spreadsheets.workbook import Workbook

_NO_STYLES: frozenset[str] = frozenset()


class _NoStrings:
    """Stands for the shared strings while only pictures are looked for."""

    def __getitem__(self, index: int) -> str:
        return ""


def xlsx_open(path: Path, sheet: str | None, limits: TableLimits) -> tuple[TableAbout, Iterator[Row]]:
    """Return what is told of the chosen sheet, and its rows."""
    package = Package(path)
    workbook = Workbook(package)
    abouts = workbook.abouts()
    chosen = workbook.sheets[choose(abouts, sheet)]
    frame = frame_read(package.text(chosen.part), limits.columns)
    in_cells = cell_pictures(package, workbook.part)
    floating = floating_pictures(package, chosen.part, frame.drawing)
    about = TableAbout(
        format="xlsx",
        sheets=tuple(abouts),
        sheet=chosen.name,
        modified=workbook.modified(),
        properties=workbook.properties(),
        hidden_columns=frame.hidden_columns,
        merged=tuple(frame.merges.told),
        pictures=_distinct(chain(floating, _in_cells(package, chosen.part, in_cells, limits))),
    )
    return about, frame.merges.filled(_rows(package, workbook, chosen.part, in_cells, limits))


def _rows(
    package: Package, workbook: Workbook, part: str, pictures: CellPictures, limits: TableLimits
) -> Iterator[Row]:
    values = Values(workbook.strings(), workbook.date_styles(), is_1904=workbook.is_1904)
    yield from sheet_rows(package.text(part), Rows(limits.columns), values, pictures)


def _in_cells(package: Package, part: str, pictures: CellPictures, limits: TableLimits) -> list[PicturePlace]:
    """Return the pictures that are values; a sheet of a workbook that has any is read once more for them."""
    if not pictures.is_there_any:
        return []
    values = Values(_NoStrings(), _NO_STYLES, is_1904=False)
    for _row in sheet_rows(package.text(part), Rows(limits.columns), values, pictures):
        pass
    return pictures.places


def _distinct(places: Iterable[PicturePlace]) -> tuple[PicturePlace, ...]:
    """Return each place once, as many as are told; a drawing may name one several times."""
    return tuple(islice(dict.fromkeys(islice(places, 2 * MOST_PICTURES)), MOST_PICTURES))
