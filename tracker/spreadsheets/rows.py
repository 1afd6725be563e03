"""Puts the cells of a sheet into rows."""

from __future__ import annotations

import re

from tracker.spreadsheets.cells import Cell, Row
from tracker.spreadsheets.columns import column_of, letters_of
from tracker.spreadsheets.limits import LAST_COLUMN, LAST_ROW
from tracker.spreadsheets.trouble import Trouble, UnreadableError

_LETTERS = re.compile("[A-Za-z]{1,3}")
_DIGITS = "0123456789"


def _require(holds: bool) -> None:
    if not holds:
        raise UnreadableError(Trouble.DAMAGED)


class Rows:
    """The row that is being read, and those that are ready to be handed on; rows without content are dropped."""

    def __init__(self, columns: int) -> None:
        self.numbers = {letters_of(column): column for column in range(columns)}
        self.ready: list[Row] = []
        self.row = Row(0, is_hidden=False, cells=[])
        self._next_column = 0

    def begin(self, number: int | None, *, is_hidden: bool) -> None:
        """Begin a row; one that does not tell its number comes right after the last."""
        last = self.row.number
        number = last + 1 if number is None else number
        _require(last < number <= LAST_ROW)
        self.row = Row(number, is_hidden, [])
        self._next_column = 0

    def enter(self, reference: str) -> int:
        """Return the column of the next cell; one that does not tell its place comes right after the last."""
        column = self._next_column
        if reference:
            letters = reference.rstrip(_DIGITS)
            column = self.numbers.get(letters, -1)
            if column < 0:
                _require(_LETTERS.fullmatch(letters) is not None)
                column = column_of(letters)
        _require(column <= LAST_COLUMN)
        self._next_column = column + 1
        return column

    def put(self, column: int, value: Cell) -> None:
        """Set a cell of the row; one out of reach is only counted."""
        cells = self.row.cells
        if value is None:
            return
        if column >= len(self.numbers):
            self.row.beyond += 1
        elif column < len(cells):
            cells[column] = value
        else:
            cells.extend([None] * (column - len(cells)))
            cells.append(value)

    def end(self) -> None:
        """Hand the row on."""
        if self.row.cells or self.row.beyond:
            self.ready.append(self.row)

    def taken(self) -> list[Row]:
        """Return the rows that are ready, and hold them no longer."""
        ready, self.ready = self.ready, []
        return ready
