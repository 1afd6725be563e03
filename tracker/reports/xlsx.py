"""Writes tables as an Excel workbook, a sheet each, row by row and in flat memory; every sheet prints on A4.

What users typed becomes inert text: a formula, a link or a control sign never comes to life.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from xlsxwriter import Workbook

MOST_ROWS = 1_048_576
A3, A4 = 8, 9  # as Excel numbers its papers
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_FORBIDDEN_IN_NAME = re.compile(r"[\[\]:*?/\\']")
_LONGEST_CELL = 32_767
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "use_zip64": True,
}
_FRAMED = {"border": 1, "text_wrap": True}
_FORMATS: dict[str, dict[str, Any]] = {
    "title": {"font_name": "SimHei", "font_size": 18, "align": "center", "valign": "vcenter"},
    "line": {"font_name": "FangSong", "font_size": 11},
    "head": {"font_name": "SimHei", "font_size": 10, "bold": True, "align": "center", "valign": "vcenter",
             "bg_color": "#E8EDEE"} | _FRAMED,
    "cell": {"font_name": "SimSun", "font_size": 10, "valign": "top"} | _FRAMED,
    "day": {"font_name": "SimSun", "font_size": 10, "valign": "top", "num_format": "yyyy-mm-dd"} | _FRAMED,
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A heading and a width in characters."""

    heading: str
    width: int = 12


@dataclass(frozen=True)
class Sheet:
    """What stands around the rows: a title over all columns, lines below it, headings, and lines to sign on.

    ``footer`` is read after the rows: who makes them may still fill it in.
    """

    name: str
    title: str
    lines: Sequence[str]
    columns: Sequence[Column]
    footer: Sequence[str] = ()
    paper: int = A4


def inert(text: str) -> str:
    """Return ``text`` as a cell can hold it: without signs that XML cannot carry, no longer than Excel allows."""
    return _CONTROL.sub("", text)[:_LONGEST_CELL]


def write(target: IO[bytes], sheet: Sheet, rows: Iterable[Sequence[Any]]) -> int:
    """Write the workbook into ``target``; return the number of rows, which stop where Excel ends."""
    return write_book(target, [(sheet, rows)])


def write_book(target: IO[bytes], sheets: Iterable[tuple[Sheet, Iterable[Sequence[Any]]]]) -> int:
    """Write several sheets into ``target``, one after the other; return the number of rows of them all."""
    number = 0
    with Workbook(target, _OPTIONS) as book:
        formats = {name: book.add_format(given) for name, given in _FORMATS.items()}
        for sheet, rows in sheets:
            number += _write_sheet(book, sheet, rows, formats)
    return number


def _write_sheet(book: Any, sheet: Sheet, rows: Iterable[Sequence[Any]], formats: dict[str, Any]) -> int:
    page = book.add_worksheet(_FORBIDDEN_IN_NAME.sub("", sheet.name)[:31])
    head = _begin(page, sheet, formats)
    number = _fill(page, rows, head + 1, MOST_ROWS - head - 1 - len(sheet.footer), formats)
    _end(page, sheet, head, number, formats)
    return number


def _begin(page: Any, sheet: Sheet, formats: dict[str, Any]) -> int:
    """Set the page up and write what stands above the rows; return the row of the headings, counted from 0."""
    last, head = len(sheet.columns) - 1, len(sheet.lines) + 1
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
    page.merge_range(0, 0, 0, last, inert(sheet.title), formats["title"])
    for n, line in enumerate(sheet.lines, 1):
        page.merge_range(n, 0, n, last, inert(line), formats["line"])
    for n, column in enumerate(sheet.columns):
        page.write_string(head, n, inert(column.heading), formats["head"])
    return head


def _fill(page: Any, rows: Iterable[Sequence[Any]], first: int, most: int, formats: dict[str, Any]) -> int:
    number = 0
    for row in rows:
        if number == most:
            break
        for column, value in enumerate(row):
            _write(page, first + number, column, value, formats)
        number += 1
    return number


def _write(page: Any, row: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    """Write one cell: text as text, a number as number, a day as day, nothing as an empty frame."""
    if value is None or value == "":
        page.write_blank(row, column, None, formats["cell"])
    elif isinstance(value, str):
        page.write_string(row, column, inert(value), formats["cell"])
    elif isinstance(value, date):
        page.write_datetime(row, column, value, formats["day"])
    else:
        page.write_number(row, column, value, formats["cell"])


def _end(page: Any, sheet: Sheet, head: int, rows: int, formats: dict[str, Any]) -> None:
    last = len(sheet.columns) - 1
    page.autofilter(head, 0, head + rows, last)
    page.print_area(0, 0, head + rows + len(sheet.footer), last)
    for n, line in enumerate(sheet.footer, head + rows + 1):
        page.set_row(n, 24)
        page.merge_range(n, 0, n, last, inert(line), formats["line"])
