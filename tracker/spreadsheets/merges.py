"""Merged areas: what stands in their first cell is what all of them show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from tracker.spreadsheets.cells import Cell, Row
from tracker.spreadsheets.columns import column_of
from tracker.spreadsheets.limits import MOST_MERGED
from tracker.spreadsheets.trouble import Trouble, UnreadableError

# First row, first column, last row, last column; rows from 1, columns from 0, all inclusive.
Area: TypeAlias = tuple[int, int, int, int]

_AREA = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6}):\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})")
_MOST = 250_000


def area_of(reference: str) -> Area | None:
    """Return an area of more than one cell; None for what is none."""
    found = _AREA.fullmatch(reference)
    if found is None:
        return None
    rows, columns = sorted((int(found[2]), int(found[4]))), sorted((column_of(found[1]), column_of(found[3])))
    return (rows[0], columns[0], rows[1], columns[1]) if found[1] + found[2] != found[3] + found[4] else None


class Merges:
    """The merged areas of one sheet; ``told`` are the first ten thousand, whole."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._areas: list[int] = []
        self.told: list[Area] = []

    def add(self, area: Area | None) -> None:
        """Take an area; what lies past the last column that is read is cut off."""
        if area is None or area[1] >= self._columns:
            return
        if len(self.told) < MOST_MERGED:
            self.told.append(area)
        if len(self._areas) >= _MOST:
            raise UnreadableError(Trouble.COMPLEX)
        first, left, last, right = area
        self._areas.append(first << 48 | left << 36 | last << 12 | min(right, self._columns - 1))

    def filled(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows in their order with what merged areas show in them.

        A row that has nothing but what lies hidden under an area is left out.
        """
        if not self._areas:
            yield from rows
            return
        filling = _Filling(sorted(self._areas))
        for row in rows:
            filling.fill(row)
            if not row.fills or _has_own(row):
                yield row


def _has_own(row: Row) -> bool:
    """Tell whether a row has content outside the areas that cover it."""
    cells = list(row.cells)
    for left, right, _value in row.fills:
        cells[left : right + 1] = [None] * len(cells[left : right + 1])
    return row.beyond > 0 or cells.count(None) < len(cells)


@dataclass(slots=True)
class _Open:
    """An area that the rows have reached."""

    left: int
    last: int
    right: int
    value: Cell


class _Filling:
    def __init__(self, areas: list[int]) -> None:
        self._coming = areas[::-1]
        self._open: list[_Open] = []

    def fill(self, row: Row) -> None:
        self._open = [area for area in self._open if area.last >= row.number]
        row.fills = [(area.left, area.right, area.value) for area in self._open]
        while self._coming and self._coming[-1] >> 48 <= row.number:
            self._enter(self._coming.pop(), row)

    def _enter(self, packed: int, row: Row) -> None:
        """Open an area whose first cell is in this row; one that began in a row without content shows nothing."""
        first, left, last, right = packed >> 48, packed >> 36 & 0xFFF, packed >> 12 & 0xFFFFFF, packed & 0xFFF
        value = row.cells[left] if first == row.number and left < len(row.cells) else None
        is_taken = any(area.left <= right and left <= area.right for area in self._open)
        if value is None or is_taken:  # no office program lets areas overlap
            return
        self._open.append(_Open(left, last, right, value))
        if left < right:
            row.fills.append((left + 1, right, value))
