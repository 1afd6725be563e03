"""A new workbook of the rows of a file that cannot be marked itself; every cell stands where it stood."""

from __future__ import annotations

import math
import pickle
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from tempfile import TemporaryFile
from typing import IO, Any, TypeAlias

from xlsxwriter import Workbook

from tracker.labels.import_faults import FAULT_COLUMN, FAULT_MARK, is_fault_heading
from tracker.languages import _
from tracker.reports.comment_size import WIDTH, comment_height
from tracker.reports.fault_marks import FILLS, MOST_NOTES, Mark, RowMarks
from tracker.reports.xlsx import MOST_ROWS, inert
from tracker.spreadsheets.cells import Broken

Rows: TypeAlias = Iterable[tuple[int, Sequence[object]]]

_OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    "use_zip64": True,
}  # fmt: skip
_FORBIDDEN_IN_NAME = re.compile(r"[\[\]:*?/\\]|^'|'$")
_MOST_COLUMNS = 16_384
_EXACT = 2**53  # whole numbers beyond lose digits in a spreadsheet
_FIRST_YEAR = 1900  # a spreadsheet knows no earlier day
_LOOKS: dict[str, dict[str, Any]] = {
    # Text, so that words such as =1+1 stay words when their cell is edited.
    "text": {"num_format": "@"}, "number": {}, "day": {"num_format": "yyyy-mm-dd"},
    "instant": {"num_format": "yyyy-mm-dd hh:mm"}, "time": {"num_format": "hh:mm:ss"},
    "head": {"num_format": "@", "bold": True, "bg_color": "#E8EDEE", "border": 1},
}  # fmt: skip


def rows_write(
    target: IO[bytes], name: str, sheet: str, marks: Mapping[int, RowMarks], *, rows: Rows, headings: tuple[int, int],
    legend: str,
) -> None:  # fmt: skip
    """Write the rows with the marks, and the explanations in a column behind the last one; in flat memory."""
    with TemporaryFile() as spool, Workbook(target, _OPTIONS) as book:
        book.set_properties({"title": inert(name)[:255]})
        page = book.add_worksheet(_FORBIDDEN_IN_NAME.sub("", inert(sheet))[:31] or None)
        place = max(_spool(rows, spool, headings), *(max(row.cells, default=-1) + 1 for row in marks.values()), 0)
        writer = _Writer(book, page, place, headings, legend)
        for number, cells in _with_gaps(_spooled(spool), {*marks, *range(headings[0], headings[1] + 1)}):
            writer.row(number, cells, marks.get(number))
        _show(page, marks, place, headings)


def _spool(rows: Rows, spool: IO[bytes], headings: tuple[int, int]) -> int:
    """Put the rows aside until it is known how wide they are; return the column for the explanations.

    That is the one of an earlier check, where the rows have it, or the one behind the last.
    """
    width, earlier = 0, None
    for number, cells in rows:
        kept = list(cells)
        while kept and kept[-1] is None:
            kept.pop()
        width = max(width, len(kept))
        if headings[0] <= number <= headings[1]:
            earlier = next((n for n, cell in enumerate(kept) if is_fault_heading(str(cell or ""))), earlier)
        pickle.dump((number, kept), spool)
    spool.seek(0)
    return width if earlier is None else earlier


def _spooled(spool: IO[bytes]) -> Iterator[tuple[int, list[object]]]:
    while True:
        try:
            yield pickle.load(spool)  # noqa: S301  # our own bytes, written just now
        except EOFError:
            return


def _with_gaps(rows: Iterable[tuple[int, list[object]]], wanted: set[int]) -> Iterator[tuple[int, list[object]]]:
    """Yield the rows, and empty ones where something is to be said of a row that is not there."""
    waiting = sorted(wanted, reverse=True)
    for number, cells in rows:
        while waiting and waiting[-1] < number:
            yield waiting.pop(), []
        if waiting and waiting[-1] == number:
            waiting.pop()
        yield number, cells
    yield from ((number, []) for number in reversed(waiting))


def _show(page: Any, marks: Mapping[int, RowMarks], place: int, headings: tuple[int, int]) -> None:
    """Open the workbook at its first fault."""
    number, row = next(iter(marks.items()), (1, None))
    column = next(iter(row.cells), 0) if row else 0
    page.set_column(0, max(place, 1) - 1, 16)
    page.set_column(place, place, 60)
    page.freeze_panes(headings[1], 0, max(headings[1], number - 4), 0)
    page.set_selection(number - 1, column, number - 1, column)


class _Writer:
    """Writes row after row, each once."""

    def __init__(self, book: Any, page: Any, place: int, headings: tuple[int, int], legend: str) -> None:
        self._book, self._page, self._place = book, page, place
        self._headings, self._legend = range(headings[0], headings[1] + 1), legend
        self._looks: dict[tuple[str, str, bool], Any] = {}
        self._notes = 0

    def row(self, number: int, cells: list[object], marks: RowMarks | None) -> None:
        """Write a row with what is said of it; what lies beyond the end of a sheet is left out."""
        if not 0 < number <= MOST_ROWS:
            return
        held = dict(enumerate(cells[:_MOST_COLUMNS]))
        held.pop(self._place, None)
        whole = marks.whole if marks else None
        said = dict(marks.cells) if marks else {}
        columns = {*held, *said, *(range(self._place) if whole else ())}
        for column in sorted(columns):
            mark = said.get(column)
            level = (mark or whole or Mark("", "")).level
            self._cell(number - 1, column, held.get(column), level, is_head=number in self._headings)
            self._note(number - 1, column, mark or (whole if column == 0 else None))
        self._explain(number, marks)

    def _look(self, kind: str, level: str, *, is_wrapped: bool = False) -> Any:
        key = (kind, level, is_wrapped)
        if key not in self._looks:
            fill = {"bg_color": f"#{FILLS[level]}"} if level in FILLS else {}
            wrap = {"text_wrap": True, "valign": "top"} if is_wrapped else {}
            self._looks[key] = self._book.add_format(_LOOKS[kind] | fill | wrap)
        return self._looks[key]

    def _cell(self, row: int, column: int, value: object, level: str, *, is_head: bool) -> None:
        kind, plain = _plain(value)
        look = self._look("head" if is_head and kind == "text" else kind, level)
        if plain is None or plain == "":
            self._page.write_blank(row, column, None, look)
        elif isinstance(plain, str):
            self._page.write_string(row, column, inert(plain), look)
        elif isinstance(plain, bool):
            self._page.write_boolean(row, column, plain, look)
        elif isinstance(plain, date | time):
            self._page.write_datetime(row, column, plain, look)
        else:
            self._page.write_number(row, column, plain, look)

    def _note(self, row: int, column: int, mark: Mark | None) -> None:
        if mark is None or self._notes >= MOST_NOTES:
            return
        self._notes += 1
        self._comment(row, column, f"{_(FAULT_MARK)}\n{mark.words}")

    def _comment(self, row: int, column: int, words: str) -> None:
        size = {"width": WIDTH, "height": comment_height(words), "font_size": 9}
        self._page.write_comment(row, column, words, size | {"author": _("导入检查")})

    def _explain(self, number: int, marks: RowMarks | None) -> None:
        if self._place >= _MOST_COLUMNS:
            return
        if number in self._headings:
            self._page.write_string(number - 1, self._place, _(FAULT_COLUMN), self._look("head", ""))
            if number == self._headings[-1]:
                self._comment(number - 1, self._place, self._legend)
        elif marks is not None:
            look = self._look("text", marks.all.level, is_wrapped=True)
            self._page.write_string(number - 1, self._place, marks.all.words, look)


def _plain(value: object) -> tuple[str, Any]:
    """Return how a value looks, and the value as a spreadsheet can hold it."""
    if isinstance(value, bool):
        return "number", value
    if isinstance(value, int | float):
        return ("number", value) if math.isfinite(value) and abs(value) <= _EXACT else ("text", str(value))
    if isinstance(value, date):
        kind = "instant" if isinstance(value, datetime) else "day"
        return (kind, value) if value.year >= _FIRST_YEAR else ("text", value.isoformat())
    if isinstance(value, time):
        return "time", value
    return "text", value.words if isinstance(value, Broken) else None if value is None else str(value)
