"""Goes through the rows of a ledger: each is understood, looked up among what is there, and told what it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select, text

from tracker.database import db
from tracker.errors import InvalidError
from tracker.languages import _
from tracker.models import Fate, ImportBatch, Issue
from tracker.queries.import_index import group_index, indicator_index, people_index, star_index, unit_index
from tracker.queries.rules import work_calendar
from tracker.reading.callings import names_town
from tracker.services.importing.columns import CARRIED, RowFields, take_over
from tracker.services.importing.entries import LedgerEntry
from tracker.services.importing.ledger_columns import LedgerIndexes
from tracker.services.importing.ledger_reader import LedgerReader, Understood
from tracker.services.importing.notes import Level, Note, fate_of
from tracker.services.importing.staging import StagedRow
from tracker.services.importing.tally import Tally
from tracker.services.importing.work import CheckedRow, OpenImport, out_row


class KeyBook:
    """Remembers the keys of the rows gone through: what a ledger tells twice is known apart by its place in the row."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, int]] = {}
        self._numbers: dict[str, int] = {}

    def enter(self, number: int, entry: LedgerEntry, notes: list[Note]) -> LedgerEntry:
        """Return the entry with a key no other row of the file has; note where it says the same as an earlier row."""
        first, times = self._seen.get(entry.key, (number, 0))
        self._seen[entry.key] = (first, times + 1)
        bearer = self._numbers.setdefault(entry.own, number) if entry.own else number
        if bearer != number:
            notes.append(Note(Level.WRONG, "key_twice", "key", str(bearer)))
        elif times:
            notes.append(Note(Level.DOUBT, "row_twice", "description", str(first)))
        return entry if times == 0 else replace(entry, key=f"{entry.key}#{times + 1}")


@dataclass(frozen=True)
class Gone:
    """A row gone through: what it took over from above, its values by field, and what it comes to."""

    number: int
    taken: Mapping[str, str]
    fields: Mapping[str, Any]
    understood: Understood
    entries: Sequence[LedgerEntry]
    notes: list[Note]


class LedgerWork(OpenImport):
    """A ledger being gone through, from its first row to its last."""

    def __init__(self, batch: ImportBatch, today: date) -> None:
        super().__init__(batch)
        units = unit_index()
        if units.county is None:
            raise InvalidError({"county": _("还没有县级单位，请先导入行政区划：tracker units import")})
        self.indexes = LedgerIndexes(
            units, people_index(today), group_index(), star_index(), indicator_index(), work_calendar()
        )
        self.reader = LedgerReader(self.mapping, self.indexes, reference=self.reference, today=today)
        self.tally = Tally()
        self._keys = KeyBook()
        self._above: dict[str, str] = {}
        self._section = ""

    def understand(self, row: StagedRow) -> tuple[dict[str, Any], Understood]:
        """Return the fields of a row and what it comes to, whatever other rows there are."""
        return self._understood(self.cells.fields(row))

    def _understood(self, fields: RowFields) -> tuple[dict[str, Any], Understood]:
        understood = self.reader.read(fields.values)
        if fields.broken:
            notes = [Note(Level.WRONG, "cell_broken", key, words) for key, words in fields.broken]
            understood = replace(understood, notes=[*notes, *understood.notes])
        return fields.values, understood

    def gone_through(self, row: StagedRow) -> Gone | Note:
        """Return what the row comes to after those before it, or why it is no data."""
        note = self.leaves_out(row)
        if note is not None:
            if note.code == "row_section":
                self._begin_section(note.words)
            return note
        found = self.cells.fields(replace(row, carried={}) if row.carried else row)
        taken = self._taken(found.values)
        take_over(found.values, taken)
        fields, understood = self._understood(found)
        notes = list(understood.notes)
        entries = [self._keys.enter(row.number, entry, notes) for entry in understood.entries]
        return Gone(row.number, taken, fields, understood, entries, notes)

    def _begin_section(self, words: str) -> None:
        """Take the township that a line between the rows names, where no column does."""
        is_town = names_town(words) and "township" not in self.cells.columns
        self._section = words if is_town else self._section

    def _taken(self, plain: dict[str, Any]) -> dict[str, str]:
        """Return what the row takes over from above, where its own cells are empty."""
        if not self.mapping.fill_down:
            return {}
        taken = {key: self._above[key] for key in CARRIED if not plain.get(key) and self._above.get(key)}
        if plain.get("township"):
            taken.pop("village", None)  # another township: the village above is not this row's
        elif self._section:
            taken["township"] = self._section
        self._above = {key: taken.get(key) or plain.get(key) or "" for key in CARRIED}
        return taken

    def check(self, rows: Sequence[StagedRow]) -> list[CheckedRow]:
        """Return what a chunk of rows comes to."""
        gone = [(row, self.gone_through(row)) for row in rows]
        data = [found for _row, found in gone if isinstance(found, Gone)]
        known = known_entries(entry for one in data for entry in one.entries)
        alike = _alike(entry for one in data for entry in one.entries)
        return [self._checked(row, found, known, alike) for row, found in gone]

    def _checked(
        self, row: StagedRow, found: Gone | Note, known: dict[str, str], alike: dict[tuple[int, str], str]
    ) -> CheckedRow:  # fmt: skip
        if isinstance(found, Note):
            checked = out_row(row, found)
        else:
            checked = _told(found, known, alike)
            self.tally.add_understood(row.number, found.understood, found.fields)
            if checked.fate in (Fate.NEW, Fate.DOUBT):
                self.tally.add_states(entry.state for entry in found.entries if entry.key not in known)
        self.tally.add(checked)
        return checked


def _told(gone: Gone, known: dict[str, str], alike: dict[tuple[int, str], str]) -> CheckedRow:
    notes, taken = gone.notes, gone.taken or None
    there = [known[entry.key] for entry in gone.entries if entry.key in known]
    fresh = [entry for entry in gone.entries if entry.key not in known]
    if there:
        notes.append(Note(Level.INFO, "known", "", "、".join(there[:3])))
    if not fresh and there:
        return CheckedRow(gone.number, Fate.KNOWN, 0, notes, taken)
    for entry in fresh if alike else ():
        number = alike.get((entry.columns["location_id"] or 0, entry.columns["description"]))
        if number:
            notes.append(Note(Level.DOUBT, "alike", "description", number))
    return CheckedRow(gone.number, fate_of(notes), len(fresh), notes, taken)


def known_entries(entries: Iterable[LedgerEntry]) -> dict[str, str]:
    """Return the numbers of the issues that entries were brought in as before, by the keys they would have now."""
    wanted = {key: entry.key for entry in entries for key in (*entry.also, entry.key)}
    query = select(Issue.import_key, Issue.number).where(Issue.import_key.in_(wanted))
    if not wanted:
        return {}
    with _planned_anew():
        return {wanted[key or ""]: number or "" for key, number in db.session.execute(query)}


@contextmanager
def _planned_anew() -> Iterator[None]:
    """Have PostgreSQL plan each statement for the table as it now is.

    It would keep the plan that it made while the table was empty, and read all that an import has stored so far
    for every chunk that follows.
    """
    modes = ("force_custom_plan", "auto") if db.engine.dialect.name == "postgresql" else ()
    for mode in modes[:1]:
        db.session.execute(text(f"SET LOCAL plan_cache_mode = {mode}"))
    yield
    for mode in modes[1:]:
        db.session.execute(text(f"SET LOCAL plan_cache_mode = {mode}"))


def _alike(entries: Iterator[LedgerEntry]) -> dict[tuple[int, str], str]:
    """Return the numbers of issues that were not brought in but say the same of the same place."""
    wanted = [(one.columns["location_id"], one.columns["description"]) for one in entries if one.columns["location_id"]]
    if not wanted:
        return {}
    places = {place for place, _words in wanted}
    query = select(Issue.location_id, Issue.description, Issue.number).where(
        Issue.location_id.in_(places), Issue.import_batch_id.is_(None), Issue.number.is_not(None),
        Issue.description.in_({words for _place, words in wanted}),
    )  # fmt: skip
    return {(place or 0, words): number or "" for place, words, number in db.session.execute(query)}
