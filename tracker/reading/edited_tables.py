"""A sheet of a ledger that came back: its headings, its lines by the number of the issue, and its digest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tracker.reading.edited_cells import compared
from tracker.spreadsheets.cells import Cell

NUMBER = "number"  # the key of the column by which lines are known
_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_SHORTEST_DIGEST = 64
_NUMBER = re.compile(r"(?=.*\d)[^\s:]{3,40}")


class _Row(Protocol):
    @property
    def number(self) -> int: ...
    @property
    def cells(self) -> Sequence[Cell]: ...
    @property
    def filled(self) -> frozenset[int]: ...


@dataclass(frozen=True)
class EditedLine:
    """One line: the row as Excel numbers it, the number of its issue, and its cells by the keys of their columns."""

    row: int
    issue: str
    cells: Mapping[str, Cell]


@dataclass
class EditedSheet:
    """What one sheet says; ``language`` is that of its headings, empty for a sheet without the heading of the numbers.

    ``digests`` are those that stand anywhere in it, ``extra`` headings that no ledger has, ``unnumbered`` counts lines
    below the headings without a number: subtotals, lines to sign on, notes.
    """

    name: str
    language: str = ""
    keys: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    lines: list[EditedLine] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    unnumbered: int = 0


class Headings:
    """Knows the ledgers' headings in every language; ``words`` are language → key → heading."""

    def __init__(self, words: Mapping[str, Mapping[str, str]]) -> None:
        self._keys: dict[str, dict[str, list[str]]] = {}
        for language, headings in words.items():
            known = self._keys.setdefault(language, {})
            for key, heading in headings.items():
                known.setdefault(_plain(heading), []).append(key)

    def twins(self, language: str, key: str) -> Sequence[str]:
        """Return the keys of all columns with the same heading, ``key`` among them."""
        return next(keys for keys in self._keys[language].values() if key in keys)

    def language_of(self, cells: Iterable[Cell]) -> str:
        """Return the language in which one of these cells is the heading of the numbers, empty where none is."""
        found = {_plain(cell) for cell in cells if isinstance(cell, str)}
        for language, known in self._keys.items():
            if any(NUMBER in keys for words, keys in known.items() if words in found):
                return language
        return ""

    def goes_on(self, cells: Iterable[Cell], language: str) -> bool:
        """Tell whether a row holds lower headings alone: that of the numbers went with a merged cell that was split."""
        words = [_plain(cell) if isinstance(cell, str) else "" for cell in cells if cell is not None]
        return len(words) > 1 and all(word in self._keys[language] for word in words)

    def columns(self, rows: Sequence[_Row], language: str) -> dict[int, str]:
        """Return column → key for headings in these rows, one below the other; the lowest word that is known counts."""
        found: dict[int, str] = {}
        for place in range(max(len(row.cells) for row in rows)):
            keys = (key for words in _stacked(rows, place) for key in self._keys[language].get(words, ()))
            key = next((one for one in keys if one not in found.values()), None)
            if key is not None:
                found[place] = key
        return found


def edited_sheet(name: str, rows: Iterable[_Row], headings: Headings) -> EditedSheet:
    """Return what a sheet says; rows above its headings, repeated headings and lines without a number are passed by."""
    sheet = EditedSheet(name)
    heads: list[_Row] = []
    columns: dict[int, str] = {}
    for row in rows:
        sheet.digests += _digests(row)
        language = headings.language_of(_may_be_headings(row, columns))
        follows = bool(heads) and heads[-1].number == row.number - 1
        if follows and not language and headings.goes_on(row.cells, sheet.language):
            language = sheet.language
        if language:
            heads = [*heads, row] if follows else [row]
            columns = headings.columns(heads, language)
            _take_headings(sheet, heads, columns, language)
        elif columns:
            _take_line(sheet, row, columns)
    return sheet


def _may_be_headings(row: _Row, columns: Mapping[int, str]) -> Sequence[Cell]:
    """Return the cells among which the heading of the numbers is looked for: once it was found, in its column alone."""
    if not columns:
        return row.cells
    place = _place_of_number(columns)
    return row.cells[place : place + 1]


def _place_of_number(columns: Mapping[int, str]) -> int:
    return next(place for place, key in columns.items() if key == NUMBER)


def _take_headings(sheet: EditedSheet, heads: Sequence[_Row], columns: Mapping[int, str], language: str) -> None:
    sheet.language, sheet.keys = language, list(columns.values())
    texts = {place: cell for row in heads for place, cell in enumerate(row.cells) if isinstance(cell, str)}
    sheet.extra = [" ".join(words.split())[:40] for place, words in texts.items() if place not in columns]


def _take_line(sheet: EditedSheet, row: _Row, columns: Mapping[int, str]) -> None:
    cells = {key: row.cells[place] if place < len(row.cells) else None for place, key in columns.items()}
    place = _place_of_number(columns)
    words = str(cells[NUMBER] or "").strip()
    if place in row.filled or not _NUMBER.fullmatch(compared(words)):
        sheet.unnumbered += 1
        return
    sheet.lines.append(EditedLine(row.number, compared(words), cells))


def _digests(row: _Row) -> list[str]:
    texts = dict.fromkeys(cell for cell in row.cells if isinstance(cell, str) and len(cell) >= _SHORTEST_DIGEST)
    return [found for text in texts for found in digests_in(text)]


def digests_in(text: str) -> list[str]:
    """Return every SHA-256 that a text names."""
    return _DIGEST.findall(text)


def _stacked(rows: Sequence[_Row], place: int) -> list[str]:
    """Return the words of a column's heading, the lowest first."""
    cells = [row.cells[place] for row in reversed(rows) if place < len(row.cells)]
    return [_plain(cell) for cell in cells if isinstance(cell, str)]


def _plain(heading: str) -> str:
    return "".join(compared(heading).split()).lower()
