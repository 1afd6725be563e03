"""Marks faults in a workbook that openpyxl holds open: colours, notes, and a column that explains each row.

Runs in the child that marks faults, which knows no language; every word comes with the order.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from functools import cached_property
from typing import Any

from openpyxl.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.dimensions import ColumnDimension

from tracker.reports.comment_size import WIDTH, comment_height

_MOST_COLUMNS = 16_384
_ABOVE = 3  # rows and columns that are seen before the first fault


class Marker:
    """Marks one sheet; ``order`` is what ``tracker.reports.import_faults`` sends."""

    def __init__(self, book: Any, order: dict[str, Any]) -> None:
        self._book, self._sheet = book, book[order["sheet"]]
        self._words, self._marks, self._fills = order["words"], order["marks"], order["fills"]
        self._most_notes: int = order["most_notes"]
        first, last = order["headings"]
        self._headings = range(max(first, 1), last + 1)
        self._found: dict[tuple[int, int], list[tuple[str, str]]] = {}

    def mark(self) -> None:
        """Take an earlier check's marks away, put the present ones in, and open the workbook at the first."""
        self._forget()
        place = self._place()
        for number, level, words, cells, whole in self._marks:
            for column, *mark in cells:
                self._gather(number, column + 1, mark)
            if whole:
                self._gather(number, 1, whole)
                self._fill_row(number, place, whole[0])
            self._explain(number, place, level, words)
        for at, marks in self._found.items():
            self._fill(self._sheet.cell(*at), self._gravest([level for level, _words in marks]))
        for at, marks in list(self._found.items())[: self._most_notes]:
            self._note(self._sheet.cell(*at), [words for _level, words in marks])
        self._head(place)
        self._size_notes()
        self._show()

    def _forget(self) -> None:
        """Take the notes and colours of an earlier check away; what was mended must not look faulty."""
        noted = [cell for cell in self._own_cells() if cell.comment and self._begin_of_mark(cell) >= 0]
        for cell in noted:
            author, kept = cell.comment.author, cell.comment.text[: self._begin_of_mark(cell)].rstrip()
            cell.comment = Comment(kept, author) if kept else None
        for cell in self._own_cells() if noted else ():
            if str(cell.fill.fgColor.rgb)[-6:] in self._fills.values():
                cell.fill = PatternFill()

    def _begin_of_mark(self, cell: Any) -> int:
        text: str = cell.comment.text
        return min((text.find(mark) for mark in self._words["marks"] if mark in text), default=-1)

    def _own_cells(self) -> Iterator[Any]:
        return (cell for cell in self._sheet._cells.values() if not isinstance(cell, MergedCell))

    def _place(self) -> int:
        """Return the column for the explanations, from 1: that of an earlier check, emptied, or behind the last."""
        used = [cell.column for cell in self._own_cells() if cell.value is not None]
        used += [area.max_col for area in self._sheet.merged_cells.ranges]
        said = [column + 1 for _number, _level, _words, cells, _whole in self._marks for column, *_mark in cells]
        heads = [cell for cell in self._own_cells() if cell.row in self._headings]
        earlier = next((cell.column for cell in heads if cell.value in self._words["columns"]), 0)
        for cell in self._own_cells():
            if cell.column == earlier:
                cell.value, cell.comment, cell.fill = None, None, PatternFill()
        return earlier or max([*used, *said], default=0) + 1

    def _gather(self, row: int, column: int, mark: list[str]) -> None:
        """Keep what is said of a cell for the cell that shows it, which in a merged area is the first one."""
        level, words = mark
        at = self._anchor(row, column)
        told = words if at[0] == row else self._words["row"].format(row=row, words=words)
        self._found.setdefault(at, []).append((level, told))

    def _anchor(self, row: int, column: int) -> tuple[int, int]:
        if not isinstance(self._sheet._cells.get((row, column)), MergedCell):
            return row, column
        for area in self._areas.get(row, ()):
            if area.min_col <= column <= area.max_col:
                return area.min_row, area.min_col
        return row, column

    @cached_property
    def _areas(self) -> dict[int, list[Any]]:
        """Return the merged areas by the rows they cover: there may be thousands, and faults in each."""
        found: dict[int, list[Any]] = {}
        for area in self._sheet.merged_cells.ranges:
            for row in range(area.min_row, area.max_row + 1):
                found.setdefault(row, []).append(area)
        return found

    def _fill_row(self, row: int, place: int, level: str) -> None:
        for column in range(1, place):
            cell = self._sheet.cell(row, column)
            if not isinstance(cell, MergedCell):
                self._fill(cell, level)

    def _gravest(self, levels: list[str]) -> str:
        return next((level for level in self._fills if level in levels), "")

    def _fill(self, cell: Any, level: str) -> None:
        if level in self._fills:
            cell.fill = PatternFill("solid", fgColor=self._fills[level])

    def _note(self, cell: Any, texts: list[str]) -> None:
        """Put the explanation behind what somebody has noted there already."""
        before = [cell.comment.text.rstrip(), ""] if cell.comment else []
        said = "\n".join([*before, self._words["mark"], *dict.fromkeys(texts)])
        cell.comment = Comment(said, self._words["author"])

    def _explain(self, row: int, place: int, level: str, words: str) -> None:
        if place > _MOST_COLUMNS:
            return
        cell = self._sheet.cell(row, place)
        if isinstance(cell, MergedCell):
            return
        self._write(cell, words)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        self._fill(cell, level)

    def _write(self, cell: Any, words: str) -> None:
        """Write words that stay words, whatever sign they begin with."""
        cell.value = words
        cell.data_type, cell.number_format, cell.quotePrefix = "s", "@", True

    def _head(self, place: int) -> None:
        """Head the column like its neighbour, in every row of the headings, and make it wide enough."""
        if place > _MOST_COLUMNS or not self._headings:
            return
        for row in self._headings:
            cell, near = self._sheet.cell(row, place), self._sheet.cell(row, max(place - 1, 1))
            if not isinstance(cell, MergedCell):
                cell._style = copy(near._style)
                self._write(cell, self._words["column"])
                cell.comment = None
        last = self._sheet.cell(self._headings[-1], place)
        if not isinstance(last, MergedCell):
            self._note(last, [self._words["legend"]])
        self._widen(place)

    def _widen(self, place: int) -> None:
        """Give the column a width of its own, cut out of the run of columns it may belong to."""
        columns = self._sheet.column_dimensions
        for run in list(columns.values()):
            run.reindex()
            if run.min <= place <= run.max:
                del columns[run.index]
                self._cut(run, run.min, place - 1)
                self._cut(run, place + 1, run.max)
        letter = get_column_letter(place)
        columns[letter] = ColumnDimension(self._sheet, index=letter, width=60)

    def _cut(self, run: Any, first: int, last: int) -> None:
        if first > last:
            return
        part = copy(run)
        part.index, part.min, part.max = get_column_letter(first), first, last
        self._sheet.column_dimensions[part.index] = part

    def _size_notes(self) -> None:
        """Make every note as large as its words need: openpyxl forgets how large they were."""
        for sheet in self._book.worksheets:
            for cell in sheet._cells.values():
                if cell.comment is not None:
                    cell.comment.width, cell.comment.height = WIDTH, comment_height(cell.comment.text)

    def _show(self) -> None:
        """Open the workbook at the first fault; only that sheet is selected, or what is typed goes into several."""
        for sheet in self._book.worksheets:
            sheet.sheet_view.tabSelected = sheet is self._sheet
        self._sheet.sheet_state = "visible"
        self._book.active = self._sheet
        row, column = min(self._found, default=(1, 1))
        view = self._sheet.sheet_view
        for one in view.selection:
            if view.pane is None or one.pane == view.pane.activePane:
                one.activeCell = one.sqref = _name(row, column)
        corner = max(row - _ABOVE, 1), max(column - _ABOVE, 1)
        if view.pane is None:
            view.topLeftCell = _name(*corner)
        elif view.pane.state in ("frozen", "frozenSplit"):
            fixed = int(view.pane.ySplit or 0) + 1, int(view.pane.xSplit or 0) + 1
            view.pane.topLeftCell = _name(*map(max, corner, fixed))


def _name(row: int, column: int) -> str:
    return f"{get_column_letter(column)}{row}"
