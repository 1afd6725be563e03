"""What a cell can hold, and a row of them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TypeAlias


@dataclass(frozen=True)
class Broken:
    """A formula that came to nothing; ``words`` is what the office program shows, such as ``#REF!``."""

    words: str


Cell: TypeAlias = None | str | int | float | bool | date | datetime | time | Broken
Fill: TypeAlias = tuple[int, int, Cell]

_ODD = re.compile("[\0\r\ud800-\udfff]")
_EXACT = 1e21  # whole numbers up to here are written out by Python's own float as well


@dataclass(slots=True)
class Row:
    """One row as the file has it, number 1 being the first; columns count from 0.

    ``beyond`` counts cells with content past the last column that is read. ``fills`` are the first column, the last
    one, and what merged areas show there.
    """

    number: int
    is_hidden: bool
    cells: list[Cell]
    beyond: int = 0
    fills: list[Fill] = field(default_factory=list)

    @property
    def content(self) -> int:
        """Return how many cells of its own the row has, those out of reach included."""
        return len(self.cells) - self.cells.count(None) + self.beyond


def clean(text: str) -> str | None:
    """Return ``text`` with plain line ends and without NUL and lone surrogates, None where nothing is left."""
    if _ODD.search(text):
        joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
        text = joined.replace("\r\n", "\n").replace("\0", "")
    return text or None


def number(value: float) -> int | float | Broken:
    """Return a whole number as such; what is no number at all, Excel calls #NUM!."""
    if not math.isfinite(value):
        return Broken("#NUM!")
    return int(value) if value.is_integer() and abs(value) < _EXACT else value


def cut_row(number: int, cells: list[Cell], columns: int) -> Row:
    """Return a row that is seen, up to its last cell with content, or the last column that is read."""
    beyond = len(cells[columns:]) - cells[columns:].count(None)
    del cells[columns:]
    while cells and cells[-1] is None:
        cells.pop()
    return Row(number, is_hidden=False, cells=cells, beyond=beyond)
