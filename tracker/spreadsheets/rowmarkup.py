"""Reads rows by an XML parser: every way of writing them that the standard allows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tracker.spreadsheets.cellpictures import CellPictures
from tracker.spreadsheets.cells import Cell
from tracker.spreadsheets.markup import Depth, Words, is_true, local
from tracker.spreadsheets.rows import Rows
from tracker.spreadsheets.values import Values


class _ByName(dict[str, Callable[..., None]]):
    """What to do at a tag by its name, whatever its prefix."""

    def __missing__(self, name: str) -> Callable[..., None]:
        action = self[name] = self[local(name)] if ":" in name else _ignore
        return action


def _ignore(*_arguments: Any) -> None:
    """Pass over a tag that says nothing about values."""


class RowMarkup:
    """Takes what expat calls out and tells the rows what is in them."""

    def __init__(self, rows: Rows, values: Values, pictures: CellPictures) -> None:
        self._rows, self._values, self._pictures = rows, values, pictures
        self._depth, self._words = Depth(), Words()
        listen, reading = self._listen, self._reading
        self._starts = _ByName(
            row=self._row, c=self._cell, v=listen, f=listen, t=listen, rPh=partial(reading, True)
        )  # fmt: skip
        self._ends = _ByName(
            row=self._end_row, c=self._end_cell, v=self._end_value, f=self._end_formula, t=self._end_text,
            rPh=partial(reading, False), sheetData=self._end_sheet,
        )  # fmt: skip
        self._is_heard, self._is_reading = False, False
        self._column, self._attributes = 0, {"": ""}
        self._value, self._formula, self._inline = "", "", Words()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        self._depth.down()
        self._starts[name](attributes)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        self._depth.up()
        self._ends[name]()

    def text(self, piece: str) -> None:
        """Take text."""
        if self._is_heard:
            self._words.add(piece)

    def _row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        is_hidden = is_true(attributes.get("hidden")) or float(attributes.get("ht") or 1) == 0
        self._rows.begin(None if number is None else int(number), is_hidden=is_hidden)

    def _end_row(self) -> None:
        self._rows.end()

    def _cell(self, attributes: dict[str, str]) -> None:
        self._column, self._attributes = self._rows.enter(attributes.get("r", "")), attributes
        self._value = self._formula = ""
        self._inline.taken()

    def _end_cell(self) -> None:
        part = self._pictures.part_of(self._formula or self._value, self._attributes.get("vm", ""))
        if part is None:
            self._rows.put(self._column, self._content())
        else:
            self._pictures.place(self._rows.row.number, self._column, part)

    def _content(self) -> Cell:
        kind, style = self._attributes.get("t", ""), self._attributes.get("s", "")
        return self._values.cell(kind, style, self._value or self._inline.taken())

    def _listen(self, _attributes: dict[str, str]) -> None:
        self._is_heard = True

    def _end_value(self) -> None:
        self._is_heard, self._value = False, self._words.taken()

    def _end_formula(self) -> None:
        self._is_heard, self._formula = False, self._words.taken()

    def _end_text(self) -> None:
        self._is_heard = False
        text = self._words.taken()
        if not self._is_reading:
            self._inline.add(text)

    def _reading(self, is_reading: bool, *_attributes: dict[str, str]) -> None:
        self._is_reading = is_reading

    def _end_sheet(self) -> None:
        """What comes after the rows has rows and columns of its own, of drawings and buttons."""
        self._starts, self._ends = _ByName(), _ByName()
