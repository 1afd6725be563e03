"""Opens a .csv: finds out its encoding and what stands between its columns."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path, PurePath
from typing import TextIO

from tracker.spreadsheets.about import SheetAbout, TableAbout, choose
from tracker.spreadsheets.cells import Row, clean, cut_row
from tracker.spreadsheets.limits import LONGEST_FIELD, TableLimits
from tracker.spreadsheets.trouble import Trouble, UnreadableError

_BLOCK = 1024 * 1024
_LONGEST_LINE = 4 * LONGEST_FIELD
_SAMPLE = 64 * 1024
_SAMPLE_ROWS = 50
_DELIMITERS = ",\t;"
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def delimited_open(path: Path, name: str, sheet: str | None, limits: TableLimits) -> tuple[TableAbout, Iterator[Row]]:
    """Return what is told of the file, its only sheet going by its name, and its rows."""
    csv.field_size_limit(LONGEST_FIELD)
    encoding = encoding_of(path)
    rows = _rows(path, encoding, limits.columns)
    first = next(rows, None)
    about = SheetAbout(PurePath(name).stem, is_hidden=False, is_empty=first is None)
    choose([about], sheet)
    return TableAbout("csv", (about,), about.name, encoding=encoding), chain((first,) if first else (), rows)


def encoding_of(path: Path) -> str:
    """Return ``utf-8``, ``utf-16`` or ``gb18030``; raise ``UnreadableError`` for bytes that are none of them."""
    with path.open("rb") as file:
        head = file.read(3)
    marked = [encoding for mark, encoding in _MARKS.items() if head.startswith(mark)]
    for encoding in marked or ("utf-8", "gb18030"):
        if _is_in(path, encoding):
            return encoding
    raise UnreadableError(Trouble.UNKNOWN)


def _is_in(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                if "\0" in decoder.decode(block):
                    raise UnreadableError(Trouble.UNKNOWN)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def delimiter_of(sample: str) -> str:
    """Return comma, tab or semicolon, whichever cuts most lines the way it cuts the first line that it cuts at all."""
    return max(_DELIMITERS, key=lambda delimiter: _agreement(sample, delimiter))


def _agreement(sample: str, delimiter: str) -> tuple[int, int]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    try:
        widths = [len(row) for row in islice(reader, _SAMPLE_ROWS)]
    except csv.Error:
        return 0, 0
    first = next((width for width in widths if width > 1), 0)
    return (Counter(widths)[first], first) if first else (0, 0)


def _rows(path: Path, encoding: str, columns: int) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as file:
        delimiter = delimiter_of(file.read(_SAMPLE))
        file.seek(0)
        try:
            for number, fields in enumerate(csv.reader(_lines(file), delimiter=delimiter), 1):
                if any(fields):
                    yield cut_row(number, [clean(field) for field in fields], columns)
        except csv.Error as error:
            raise UnreadableError(Trouble.LONG) from error


def _lines(file: TextIO) -> Iterator[str]:
    """Yield the lines; one that does not end is no table's."""
    while line := file.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise UnreadableError(Trouble.LONG)
        yield line
