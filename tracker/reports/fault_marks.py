"""Faults put together as they are marked: by row, by cell, the gravest level first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from tracker.labels.imports import NOTE_LEVEL
from tracker.languages import _
from tracker.reports.xlsx import inert

FILLS = {"wrong": "FF9C9C", "ask": "FFC78A", "doubt": "FFF3A6"}  # the gravest first
# Thousands of notes make an office program slow; from there on the colours and the column of explanations speak alone.
MOST_NOTES = 5_000


@dataclass(frozen=True)
class Fault:
    """One thing to be mended: ``row`` as Excel shows it, ``column`` from 0 or ``None`` for the whole row.

    ``level`` is ``wrong``, ``ask`` or ``doubt``; any other is told without a colour.
    """

    row: int
    column: int | None
    words: str
    level: str


@dataclass(frozen=True)
class Mark:
    """What is said of a cell or a whole row; ``level`` is the gravest."""

    level: str
    words: str


@dataclass(frozen=True)
class RowMarks:
    """What is said of one row: everything in one text, and what belongs to each of its cells, and to none of them."""

    all: Mark
    cells: Mapping[int, Mark]
    whole: Mark | None

    def packed(self) -> list[Any]:
        """Return it as JSON can hold it."""
        cells = [[column, mark.level, mark.words] for column, mark in self.cells.items()]
        return [self.all.level, self.all.words, cells, [self.whole.level, self.whole.words] if self.whole else None]


def marks_of(faults: Iterable[Fault]) -> dict[int, RowMarks]:
    """Return the marks by row, from the first row to the last."""
    rows: dict[int, list[Fault]] = {}
    for fault in faults:
        rows.setdefault(fault.row, []).append(fault)
    return {number: _row(rows[number]) for number in sorted(rows)}


def _row(faults: Sequence[Fault]) -> RowMarks:
    cells: dict[int, list[Fault]] = {}
    for fault in faults:
        if fault.column is not None:
            cells.setdefault(fault.column, []).append(fault)
    whole = [fault for fault in faults if fault.column is None]
    lines = [f"{_cell(fault)}{told(fault)}" for fault in faults]
    return RowMarks(
        Mark(_gravest(faults), inert("\n".join(dict.fromkeys(lines)))),
        {column: _mark(cells[column]) for column in sorted(cells)}, _mark(whole) if whole else None,
    )  # fmt: skip


def _mark(faults: Sequence[Fault]) -> Mark:
    return Mark(_gravest(faults), inert("\n".join(dict.fromkeys(map(told, faults)))))


def _gravest(faults: Sequence[Fault]) -> str:
    levels = {fault.level for fault in faults}
    return next((level for level in FILLS if level in levels), "")


def _cell(fault: Fault) -> str:
    return "" if fault.column is None else f"{xl_rowcol_to_cell(fault.row - 1, fault.column)} "


def told(fault: Fault) -> str:
    """Return the words of a fault after those of its level, for whoever does not see the colour."""
    level = _(NOTE_LEVEL[fault.level]) if fault.level in NOTE_LEVEL else ""
    return _("{level}：{words}").format(level=level, words=fault.words) if level else fault.words
