"""What is to be mended in the file itself: the cells at fault and why, and the cells as they were read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracker.models import Fate, ImportBatch
from tracker.services.importing.notes import Level, Note
from tracker.services.importing.staging import rows_staged
from tracker.services.importing.window import note_words
from tracker.services.importing.work import OpenImport

_GRAVE = (Level.WRONG, Level.ASK, Level.DOUBT)
_MOST = 20_000


@dataclass(frozen=True)
class CellFault:
    """One thing to mend; ``row`` as Excel shows it, ``column`` from 0, ``None`` for the row as a whole."""

    row: int
    column: int | None
    words: str
    level: str


def faults_of(batch: ImportBatch) -> Iterator[CellFault]:
    """Yield what is wrong, asked or doubtful in the rows of an import, in the order of the file."""
    opened, told = OpenImport(batch), 0
    for chunk in rows_staged(batch.id, fates=(Fate.WRONG, Fate.ASK, Fate.DOUBT)):
        for row in chunk:
            notes = (Note(*note) for note in row.notes)
            for note in (one for one in notes if one.level in _GRAVE):
                places = opened.cells.columns.get(note.field, [])
                yield CellFault(row.number, places[0] if places else None, note_words(note), note.level)
                told += 1
        if told >= _MOST:
            return


def staged_cells(batch_id: int) -> Iterator[tuple[int, Sequence[object]]]:
    """Yield (row, cells) as they were read."""
    for chunk in rows_staged(batch_id):
        yield from ((row.number, row.cells) for row in chunk)
