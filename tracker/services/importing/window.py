"""A stretch of an import's rows as its page shows them: what stands in each cell, and what it is taken for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from tracker import labels
from tracker.database import db
from tracker.languages import _
from tracker.models import Fate, ImportBatch, ImportRow
from tracker.reading.days import RULES
from tracker.reading.fields import ImportKind
from tracker.services.importing.ledger_check import LedgerWork
from tracker.services.importing.ledger_days import DAYS
from tracker.services.importing.ledger_reader import Understood
from tracker.services.importing.notes import Level, Note
from tracker.services.importing.staging import StagedRow, shown, staged
from tracker.services.importing.work import OpenImport

MOST = 200
_WHERE = ("township", "village", "place")
_SAME = frozenset({"full", "cell", "instant"})  # rules that read a day as it stands


@dataclass(frozen=True)
class CellShown:
    """One cell: its words, what they are taken for where that differs, how, and what is to be said of it."""

    column: int
    words: str
    meaning: str = ""
    rule: str = ""
    level: str = ""
    notes: Sequence[str] = ()
    is_edited: bool = False


@dataclass(frozen=True)
class RowShown:
    """One row; ``notes`` are those of the row as a whole."""

    number: int
    fate: Fate
    issues: int
    cells: Sequence[CellShown]
    notes: Sequence[str]


@dataclass(frozen=True)
class ColumnShown:
    """One column of the preview: where it stands in the file, its heading, and the field it is taken for."""

    column: int
    heading: str
    field: str
    words: str


@dataclass(frozen=True)
class Window:
    """Rows from ``offset`` on, of ``total`` under the same fates."""

    columns: Sequence[ColumnShown]
    rows: Sequence[RowShown]
    offset: int
    total: int


class RowWindow:
    """Shows the rows of one import."""

    def __init__(self, batch: ImportBatch, today: date) -> None:
        self._batch = batch
        is_ledger = batch.kind is ImportKind.LEDGER
        self._ledger = LedgerWork(batch, today) if is_ledger else None
        self._open: OpenImport = self._ledger or OpenImport(batch)
        self.columns = _columns(self._open)

    def rows(self, fates: Sequence[Fate], offset: int, limit: int = MOST) -> Window:
        """Return rows of these fates, or of all, from the ``offset``-th on."""
        held = [ImportRow.batch_id == self._batch.id, *([ImportRow.fate.in_(fates)] if fates else [])]
        query = select(ImportRow).where(*held).order_by(ImportRow.number).offset(offset).limit(min(limit, MOST))
        found = [self.row(staged(row), row.issues) for row in db.session.scalars(query)]
        total = db.session.scalar(select(func.count()).select_from(ImportRow).where(*held)) or 0
        return Window(self.columns, found, offset, total)

    def one(self, number: int) -> RowShown | None:
        """Return the row of that number."""
        row = db.session.get(ImportRow, (self._batch.id, number))
        return self.row(staged(row), row.issues) if row is not None else None

    def row(self, row: StagedRow, issues: int) -> RowShown:
        """Return one row as it is shown."""
        notes = [Note(*note) for note in row.notes]
        meanings = self._meanings(row) if row.fate is not Fate.OUT else {}
        cells = [self._cell(row, column, notes, meanings) for column in self.columns]
        placed = {column.field for column in self.columns if column.field}
        rest = [note_words(note) for note in notes if note.field not in placed]
        return RowShown(row.number, row.fate, issues, cells, rest)

    def _meanings(self, row: StagedRow) -> Mapping[str, tuple[str, str]]:
        if self._ledger is None:
            return {}
        _fields, understood = self._ledger.understand(row)
        return _meanings(understood, self._ledger)

    def _cell(
        self, row: StagedRow, column: ColumnShown, notes: Sequence[Note], meanings: Mapping[str, tuple[str, str]]
    ) -> CellShown:  # fmt: skip
        edited = row.edits.get(str(column.column))
        words = edited if edited is not None else self._words(row, column.column)
        words = words or row.carried.get(column.field, "")
        mine = [note for note in notes if note.field and note.field == column.field]
        level = next((level.value for level in Level if any(note.level == level for note in mine)), "")
        is_open = level in (Level.WRONG, Level.ASK) and column.field not in DAYS
        meaning, rule = ("", "") if is_open else meanings.get(column.field, ("", ""))
        return CellShown(
            column.column, words, meaning if meaning != words else "", rule, level,
            [note_words(note) for note in mine], edited is not None,
        )  # fmt: skip

    @staticmethod
    def _words(row: StagedRow, place: int) -> str:
        return shown(row.cells[place]) if place < len(row.cells) else ""


def note_words(note: Note) -> str:
    """Return a note in the reader's language."""
    return labels.word(labels.IMPORT_NOTE, note.code).format(words=_note_argument(note))


def _note_argument(note: Note) -> str:
    """Return what a note is about, with the codes of states in words."""
    parts = [labels.word(labels.STATE, part) for part in note.words.split(" → ")]
    return _(" → ").join(parts) if note.field == "status" else note.words


def _columns(opened: OpenImport) -> list[ColumnShown]:
    """Return the columns of the file, those that mean something first, each in the order of the file."""
    found = []
    for one in opened.headings:
        field = opened.by_column.get(one.column, "")
        words = labels.field_words(opened.kind, field) if field else ""
        found.append(ColumnShown(one.column, one.words, field, words))
    return sorted(found, key=lambda column: (not column.field, column.column))


def _meanings(understood: Understood, work: LedgerWork) -> dict[str, tuple[str, str]]:
    """Return what each field is taken for, and by which rule, for a reader's eyes."""
    found: dict[str, tuple[str, str]] = {}
    if understood.days is not None:
        for field, day in understood.days.days.items():
            hour = understood.days.times.get(field)
            rule = understood.days.rules.get(field, "")
            words = f"{day.isoformat()} {hour:%H:%M}" if hour else day.isoformat()
            found[field] = (words, "" if rule in _SAME else labels.word(RULES, rule))
    entry = understood.entries[0] if understood.entries else None
    if entry is None:
        return found
    found["status"] = (labels.word(labels.STATE, entry.state), "")
    for field, meaning_of in _TOLD.items():
        words = meaning_of(entry.columns, work)
        if words:
            found[field] = (words, "")
    unit = understood.placed.unit if understood.placed else None
    narrowest = next((field for field in reversed(_WHERE) if field in work.cells.columns), "")
    if unit is not None and narrowest and understood.placed is not None and understood.placed.stated:
        found.setdefault(narrowest, (unit.name, ""))
    return found


def _unit(key: str) -> Callable[[Mapping[str, Any], LedgerWork], str]:
    def tell(columns: Mapping[str, Any], work: LedgerWork) -> str:
        unit = work.indexes.units.by_id.get(columns.get(key) or 0)
        return unit.name if unit else ""

    return tell


_TOLD: dict[str, Callable[[Mapping[str, Any], LedgerWork], str]] = {
    "responsible_unit": _unit("responsible_unit_id"),
    "severity": lambda columns, _work: labels.word(labels.SEVERITY, columns["severity"]),
    "source": lambda columns, _work: labels.word(labels.SOURCE, columns["source"]),
}
