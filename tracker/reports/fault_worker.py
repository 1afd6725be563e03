"""Marks faults in a workbook, in a process of its own that may be killed.

Reads one JSON object from stdin, which ``tracker.reports.import_faults`` writes: the paths, the sheet, the marks and
the words. Ends with 0 once the marked workbook lies complete at the second path.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

if sys.platform != "win32":
    import resource

from openpyxl.reader.excel import ExcelReader

from tracker.reports.fault_marker import Marker
from tracker.reports.kept_cells import cells_kept, with_cells
from tracker.reports.kept_pictures import pictures_kept
from tracker.spreadsheets.packages import Package

_ROW, _CELL = re.compile(rb"<(?:\w+:)?row[ />]"), re.compile(rb"<(?:\w+:)?c[ />]")
_SHEET = re.compile(r"/worksheets/[^/]+\.xml$", re.I)


class TooLargeError(Exception):
    """The workbook has more rows or cells than are held in memory."""


class _Reader(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
    """Leaves days as the numbers they are: openpyxl makes an error of 20240131 in a cell formatted as a day."""

    def read_worksheets(self) -> None:
        self.wb._date_formats, self.wb._timedelta_formats = set(), set()
        super().read_worksheets()


def confine(limits: dict[str, int]) -> None:
    """Give up memory, time and disk beyond ``limits`` for good."""
    if sys.platform == "linux":  # others map far more than they use, or refuse the limit
        resource.setrlimit(resource.RLIMIT_AS, (limits["bytes"], limits["bytes"]))
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"]))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits["disk"], limits["disk"]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def check_size(package: Package, limits: dict[str, int]) -> None:
    """Raise ``TooLargeError`` before time is spent on a workbook that is too large; openpyxl reads all its sheets."""
    rows = cells = 0
    for part in filter(_SHEET.search, package.parts()):
        for chunk in _pieces(package.chunks(part)):
            rows, cells = rows + len(_ROW.findall(chunk)), cells + len(_CELL.findall(chunk))
            if rows > limits["rows"] or cells > limits["cells"]:
                raise TooLargeError


def _pieces(chunks: Iterable[bytes]) -> Iterable[bytes]:
    """Yield the chunks, each cut behind its last tag, so that none is missed where two meet."""
    rest = b""
    for chunk in chunks:
        whole, mark, rest = (rest + chunk).rpartition(b">")
        yield whole + mark
    yield rest


def mark(order: dict[str, Any]) -> None:
    """Write the marked workbook."""
    source, target = map(Path, order["paths"])
    package = Package(source)  # refuses bombs
    check_size(package, order["limits"])
    with source.open("rb") as file:
        reader = _Reader(file, keep_links=True, rich_text=True)
        reader.read()
    reader.wb.template = False  # what comes back is a workbook, under the name of one
    Marker(reader.wb, order).mark()
    made = target.with_suffix(".made")
    reader.wb.save(made)
    del reader  # its memory is needed
    complete(package, made, target)


def complete(source: Package, made: Path, target: Path) -> None:
    """Move ``made`` to ``target``, with what openpyxl has lost on the way from ``source``."""
    pictures, cells = pictures_kept(source), cells_kept(source, Package(made))
    if not pictures.parts and not cells:
        made.replace(target)
        return
    with ZipFile(made) as old, ZipFile(target, "w") as new:
        for name in old.namelist():
            content = pictures.announced(name, old.read(name))
            _put(new, name, with_cells(content, cells[name]) if name in cells else content)
        for name, content in pictures.parts.items():
            _put(new, name, content)


def _put(target: ZipFile, name: str, content: bytes) -> None:
    """Write a part; pictures are packed already."""
    target.writestr(name, content, ZIP_STORED if "/media/" in name else ZIP_DEFLATED)


def main() -> None:
    """Carry out one order; a workbook that openpyxl cannot read ends it with a trace that nobody sees."""
    order = json.load(sys.stdin)
    confine(order["limits"])
    mark(order)


if __name__ == "__main__":
    main()
