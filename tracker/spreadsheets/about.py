"""What is told of a table before its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.spreadsheets.merges import Area
from tracker.spreadsheets.trouble import Trouble, UnreadableError

_MOST_NAMES = 20  # that a message lists


@dataclass(frozen=True)
class SheetAbout:
    """One sheet of a workbook."""

    name: str
    is_hidden: bool
    is_empty: bool


@dataclass(frozen=True)
class PicturePlace:
    """A picture and the cell it lies in: the row as Excel shows it, the column from 0; ``part`` names its bytes."""

    row: int
    column: int
    part: str


@dataclass(frozen=True)
class TableAbout:
    """The file and the sheet that is read.

    ``format`` is ``xlsx``, ``xls``, ``ods`` or ``csv``; ``modified`` is the day in Shanghai the file was last written,
    by its own word; ``merged`` and ``pictures`` end at ten and at five thousand. ``encoding`` is that of a .csv,
    ``properties`` are names and texts that somebody gave an .xlsx beside its sheets.
    """

    format: str
    sheets: tuple[SheetAbout, ...]
    sheet: str
    modified: date | None = None
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[Area, ...] = ()
    pictures: tuple[PicturePlace, ...] = ()
    encoding: str = ""
    properties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """What lies beyond the limits: rows with content, and cells with content, those of such rows included."""

    rows: int = 0
    cells: int = 0


def choose(sheets: Sequence[SheetAbout], name: str | None) -> int:
    """Return which sheet is read: the one of that name, or else the first that is seen and has content."""
    if name is None:
        chosen = next((at for at, sheet in enumerate(sheets) if not sheet.is_hidden and not sheet.is_empty), None)
        if chosen is None:
            raise UnreadableError(Trouble.BLANK)
        return chosen
    found = next((at for at, sheet in enumerate(sheets) if sheet.name == name), None)
    if found is None:
        names = "、".join(sheet.name for sheet in sheets[:_MOST_NAMES])
        raise UnreadableError(Trouble.NO_SHEET, sheet=name, names=names)
    if sheets[found].is_empty:
        raise UnreadableError(Trouble.BLANK_SHEET, sheet=name)
    return found
