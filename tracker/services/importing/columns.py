"""From the cells of a row to the fields of a record, by the headings of the file and a mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.reading.fields import Value, fields_of
from tracker.reading.mapping import FileMapping
from tracker.services.importing.staging import StagedRow, shown
from tracker.spreadsheets.cells import Broken, Cell

REMARKS = "remark_from"
CARRIED = ("township", "village", "place")  # what an empty cell takes over from the row above
_TYPED = frozenset({Value.DAY, Value.NUMBER, Value.PERCENT})


@dataclass(frozen=True)
class RowFields:
    """The values of a row by field: days and numbers as they are in the file, all else as words.

    ``broken`` are the fields whose cell is a spreadsheet's error such as #REF!, with its words.
    """

    values: dict[str, Any]
    broken: Sequence[tuple[str, str]]


class RowCells:
    """Finds the cells of the fields in rows of one file."""

    def __init__(self, mapping: FileMapping, headings: Mapping[str, int]) -> None:
        values = {key: field.value for key, field in fields_of(mapping.kind).items()}
        self.columns = {
            key: [headings[one] for one in names if one in headings] for key, names in mapping.columns.items()
        }
        self.missing = [one for names in mapping.columns.values() for one in names if one not in headings]
        held = {key: places for key, places in self.columns.items() if places and values[key] is not Value.NOTHING}
        # Most fields are one column; the few put together from several are read apart.
        self._single = [(key, places[0], values[key] in _TYPED) for key, places in held.items() if len(places) == 1]
        self._joined = [(key, places) for key, places in held.items() if len(places) > 1]
        self._remarks = [(one, headings[one]) for one in mapping.remark_from if one in headings]

    def fields(self, row: StagedRow) -> RowFields:
        """Return the values of the row, those that it takes over from above filled in."""
        found: dict[str, Any] = {}
        broken: list[tuple[str, str]] = []
        cells, edits, width = row.cells, row.edits, len(row.cells)
        for key, place, is_typed in self._single:
            cell = cells[place] if place < width else None
            if edits:
                cell = self._cell(row, place)
            if cell.__class__ is Broken:
                broken.append((key, shown(cell)))
            found[key] = cell if is_typed else cell.strip() if cell.__class__ is str else shown(cell)
        for key, places in self._joined:
            parts = [self._cell(row, place) for place in places]
            broken += [(key, part.words) for part in parts if isinstance(part, Broken)]
            found[key] = "；".join(words for part in parts if (words := shown(part).strip()))
        if self._remarks:
            found[REMARKS] = self._told(row)
        return RowFields(take_over(found, row.carried), broken)

    def _told(self, row: StagedRow) -> str:
        told = ((name, shown(self._cell(row, place)).strip()) for name, place in self._remarks)
        return "；".join(f"{name}：{words}" for name, words in told if words)

    @staticmethod
    def _cell(row: StagedRow, place: int) -> Cell:
        edited = row.edits.get(str(place))
        if edited is not None:
            return edited or None
        return row.cells[place] if place < len(row.cells) else None


def take_over(values: dict[str, Any], taken: Mapping[str, str]) -> dict[str, Any]:
    """Return the values with what the row takes over from above where it says nothing itself."""
    for key, words in taken.items():
        values[key] = values.get(key) or words
    return values
