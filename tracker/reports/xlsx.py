"""Writes tables as an Excel workbook, a sheet each, row by row and in flat memory; every sheet prints on A3 or A4.

What users typed becomes inert text: a formula, a link or a control sign never comes to life. What does not fit on a
sheet goes on on another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, groupby
from typing import IO, Any

from tracker.languages import _
from tracker.reports.xlsx_heights import across_height, row_height, text_height
from tracker.reports.xlsx_looks import FORMATS, Book
from tracker.reports.xlsx_pictures import Pictures, height, insert

MOST_ROWS = 1_048_576
A3, A4 = 8, 9  # as Excel numbers its papers
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_FORBIDDEN_IN_NAME = re.compile(r"[\[\]:*?/\\']")
_LONGEST_CELL = 32_767
_LONGEST_PROPERTY = 255
_LONGEST_NAME = 31
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "use_zip64": True,
}


@dataclass(frozen=True)
class Column:
    """A heading and a width in characters; neighbours that share ``under`` stand under it as one merged heading."""

    heading: str
    width: int = 12
    under: str = ""


@dataclass(frozen=True)
class Line:
    """Words across the table in place of a row: the heading of a group, or its sums; ``look`` is ``group`` or ``sum``.

    They stand in the first cell alone and reach over the empty ones, so that rows can still be filtered and sorted.
    """

    words: str
    look: str = "group"


Rows = Iterable[Sequence[Any] | Line]


@dataclass(frozen=True)
class Sheet:
    """What stands around the rows: a title over all columns, lines below it, headings, and lines to sign on.

    ``footer`` is read after the rows: who makes them may still fill it in. ``folds``: rows fold up under their lines;
    ``pictured``: pictures stand in some of their cells. ``is_sealed``: the first line of the footer is a property of
    the workbook as well, by the name of the sheet, where nobody deletes it by mistake.
    """

    name: str
    title: str
    lines: Sequence[str]
    columns: Sequence[Column]
    footer: Sequence[str] = ()
    paper: int = A4
    folds: bool = False
    pictured: bool = False
    is_sealed: bool = False

    @property
    def heads(self) -> list[tuple[str, list[int]]]:
        """Return the columns in runs that stand under one heading, as ``runs_of`` does."""
        return runs_of(self.columns)

    @property
    def is_two_rowed(self) -> bool:
        """Tell whether neighbours stand under one heading."""
        return any(under for under, _run in self.heads)


def runs_of(columns: Sequence[Column]) -> list[tuple[str, list[int]]]:
    """Return columns, counted from 0: neighbours with the heading they share, others alone and without one."""
    found: list[tuple[str, list[int]]] = []
    for under, some in groupby(enumerate(columns), lambda one: one[1].under):
        run = [n for n, _one in some]
        found += [(under, run)] if under and len(run) > 1 else [("", [n]) for n in run]
    return found


def inert(text: str) -> str:
    """Return ``text`` as a cell can hold it: without signs that XML cannot carry, no longer than Excel allows."""
    return _CONTROL.sub("", text)[:_LONGEST_CELL]


def write(target: IO[bytes], sheet: Sheet, rows: Rows) -> int:
    """Write the workbook into ``target``; return the number of rows."""
    return write_book(target, [(sheet, rows)])


def write_book(target: IO[bytes], sheets: Iterable[tuple[Sheet, Rows]], most: int = MOST_ROWS) -> int:
    """Write several sheets into ``target``, one after the other; return the number of rows of them all.

    ``most`` rows stand on a sheet, headings and footer among them; what is more goes on on further sheets.
    """
    number = 0
    with Book(target, _OPTIONS) as book:
        formats = {name: book.add_format(given) for name, given in FORMATS.items()}
        for sheet, rows in sheets:
            number += _write_sheets(book, sheet, iter(rows), formats, most)
            if sheet.is_sealed:
                book.set_custom_property(_name(sheet.name, 0), inert(sheet.footer[0])[:_LONGEST_PROPERTY])
    return number


def _write_sheets(book: Any, sheet: Sheet, rows: Iterator[Any], formats: dict[str, Any], most: int) -> int:
    """Write a table on as many sheets as it takes; the last one has the footer."""
    number, turn, more = 0, 0, True
    while more:
        page = book.add_worksheet(_name(sheet.name, turn))
        head = _begin(page, sheet, formats, turn)
        room = max(1, most - head - 1 - len(sheet.footer))
        written, counted, rest = _fill(page, sheet, rows, head + 1, room, formats)
        more = rest is not None
        _end(page, sheet, head, written, () if more else sheet.footer, formats)
        rows = chain([rest], rows) if more else rows
        number, turn = number + counted, turn + 1
    return number


def _name(name: str, turn: int) -> str:
    ending = _(" 续{n}").format(n=turn) if turn else ""
    return _FORBIDDEN_IN_NAME.sub("", name)[: _LONGEST_NAME - len(ending)] + ending


def _begin(page: Any, sheet: Sheet, formats: dict[str, Any], turn: int) -> int:
    """Set the page up and write what stands above the rows; return the last row of headings, counted from 0."""
    last, first = len(sheet.columns) - 1, len(sheet.lines) + 1
    head = first + sheet.is_two_rowed
    page.grows = not sheet.pictured
    page.set_landscape()
    page.set_paper(sheet.paper)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    page.set_footer("&C&P / &N")
    page.center_horizontally()
    page.repeat_rows(0, head)
    page.freeze_panes(head + 1, 2)
    for n, column in enumerate(sheet.columns):
        page.set_column(n, n, column.width)
    page.set_row(0, 30)
    title = _("{title}（续{n}）").format(title=sheet.title, n=turn) if turn else sheet.title
    page.merge_range(0, 0, 0, last, inert(title), formats["title"])
    widths = [column.width for column in sheet.columns]
    for n, line in enumerate(sheet.lines, 1):
        page.set_row(n, across_height(line, widths))
        page.merge_range(n, 0, n, last, inert(line), formats["line"])
    _write_heads(page, sheet, first, formats["head"])
    return head


def _write_heads(page: Any, sheet: Sheet, first: int, look: Any) -> None:
    """Write the headings: in one row, or in two where neighbours share one; as high as the longest needs."""
    page.set_row(first + sheet.is_two_rowed, max(text_height(one.heading, one.width) for one in sheet.columns) + 3)
    for under, run in sheet.heads:
        for n in run:
            page.write_string(first, n, inert(under or sheet.columns[n].heading), look)
        if under:
            page.merge_range(first, run[0], first, run[-1], inert(under), look)
    if not sheet.is_two_rowed:
        return
    # The lower row names every column, also below a merged cell: so it is a whole row of headings for any reader.
    for n, column in enumerate(sheet.columns):
        page.write_string(first + 1, n, inert(column.heading), look)
    for under, (n, *_others) in sheet.heads:
        if not under:
            # The writer is past the upper row already, so its own call would refuse; both cells are written.
            page.merge.append([first, n, first + 1, n])


def _fill(
    page: Any, sheet: Sheet, rows: Iterator[Any], first: int, most: int, formats: dict[str, Any]
) -> tuple[int, int, Any]:
    """Write rows from ``first`` on, ``most`` at the most; return how many, how many are no lines, what is left."""
    written = counted = 0
    widths = [column.width for column in sheet.columns]
    for row in rows:
        if written == most:
            return written, counted, row
        place = first + written
        if isinstance(row, Line):
            _write_line(page, place, len(sheet.columns), row, formats)
        else:
            high = height(row, widths) if sheet.pictured else row_height(row, widths)
            if sheet.folds or high is not None:
                page.fit(place, high, int(sheet.folds))
            for column, value in enumerate(row):
                _write(page, place, column, value, formats)
            counted += 1
        written += 1
    return written, counted, None


def _write_line(page: Any, row: int, width: int, line: Line, formats: dict[str, Any]) -> None:
    page.write_string(row, 0, inert(line.words), formats[line.look])
    for column in range(1, width):
        page.write_blank(row, column, None, formats[line.look])


def _write(page: Any, row: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    """Write one cell: text as text, a number as number, a day as day, pictures, nothing as an empty frame."""
    if value is None or value == "":
        page.write_blank(row, column, None, formats["cell"])
    elif isinstance(value, str):
        page.write_string(row, column, inert(value), formats["cell"])
    elif isinstance(value, Pictures):
        page.write_string(row, column, inert(value.words), formats["below"])
        insert(page, row, column, value)
    elif isinstance(value, date):
        page.write_datetime(row, column, value, formats["day"])
    else:
        page.write_number(row, column, value, formats["number"])


def _end(page: Any, sheet: Sheet, head: int, rows: int, footer: Sequence[str], formats: dict[str, Any]) -> None:
    last, widths = len(sheet.columns) - 1, [column.width for column in sheet.columns]
    page.autofilter(head, 0, head + rows, last)
    page.print_area(0, 0, head + rows + len(footer), last)
    for n, line in enumerate(footer, head + rows + 1):
        page.set_row(n, max(24.0, across_height(line, widths)))
        page.merge_range(n, 0, n, last, inert(line), formats["line"])
