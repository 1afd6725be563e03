"""What every kind of import has in common: an import opened with its mapping and headings, and what a row comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.models import Fate, ImportBatch
from tracker.reading.callings import may_be_sum
from tracker.reading.headings import Heading
from tracker.reading.mapping import FileMapping
from tracker.reading.row_kinds import RowKind, row_kind, section_words
from tracker.services.importing.columns import RowCells
from tracker.services.importing.notes import Level, Note
from tracker.services.importing.staging import StagedRow

_OUT = {
    RowKind.EMPTY: "row_empty", RowKind.NUMBERED_EMPTY: "row_numbered_empty", RowKind.SECTION: "row_section",
    RowKind.REPEATED_HEADER: "row_header", RowKind.TOTAL: "row_total", RowKind.SIGNATURE: "row_signature",
}  # fmt: skip


_SENTENCE, _BESIDE = 8, 4  # characters of a sentence, and cells with content in its row, that leave no doubt


@dataclass(frozen=True)
class CheckedRow:
    """What a row comes to; ``issues`` counts the records it makes, ``carried`` is what it took over from above."""

    number: int
    fate: Fate
    issues: int
    notes: Sequence[Note]
    carried: Mapping[str, str] | None = None


class OpenImport:
    """An import with everything that says how its rows are to be understood."""

    def __init__(self, batch: ImportBatch) -> None:
        about: Mapping[str, Any] = batch.about
        self.batch_id, self.kind = batch.id, batch.kind
        self.mapping = FileMapping.model_validate(batch.mapping)
        self.headings = [Heading(column, words) for column, words in about.get("headings", ())]
        self.last_heading = int(about.get("header", (0, 0))[1])
        self.reference = date.fromisoformat(about["reference"])
        self.cells = RowCells(self.mapping, {one.words: one.column for one in self.headings})
        self._sentence = next(iter(self.cells.columns.get("description", ())), None)
        self._sentence_heading = next((one.words for one in self.headings if one.column == self._sentence), "")
        self.by_column = {place: key for key, places in self.cells.columns.items() for place in places}

    def leaves_out(self, row: StagedRow) -> Note | None:
        """Return why a row is no data, or is not to be brought in; ``None`` for one that is."""
        if row.number <= self.last_heading:
            return Note(Level.INFO, "row_heading")
        if row.is_left_out:
            return Note(Level.INFO, "row_left_out")
        if row.is_hidden and not self.mapping.hidden_rows:
            return Note(Level.INFO, "row_hidden")
        if self._is_plainly_data(row):
            return None
        kind = row_kind(row.cells, row.filled, self.headings, self.by_column)
        code = _OUT.get(kind)
        if code is None:
            return None
        return Note(Level.INFO, code, "", section_words(row.cells)[:60] if kind is RowKind.SECTION else "")

    def _is_plainly_data(self, row: StagedRow) -> bool:
        """Tell at a glance what nearly every row is, a sentence among other cells, so that only the rest is weighed."""
        place = self._sentence
        if place is None or place >= len(row.cells) or place in row.filled:
            return False
        words = row.cells[place]
        if not isinstance(words, str) or len(words) < _SENTENCE or words == self._sentence_heading:
            return False
        beside = sum(cell is not None and cell != "" for cell in row.cells) - len(row.filled)
        return beside >= _BESIDE and not any(map(may_be_sum, row.cells[:2]))


def out_row(row: StagedRow, note: Note) -> CheckedRow:
    """Return a row that is not brought in, with the reason."""
    return CheckedRow(row.number, Fate.OUT, 0, (note,))


def names_of(notes: Iterable[Note], level: Level) -> list[tuple[str, str, str]]:
    """Return (code, field, words) of the notes of one level."""
    return [(note.code, note.field, note.words) for note in notes if note.level == level]
