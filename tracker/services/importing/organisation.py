"""Brings in units, groups, rosters, people and posts: rehearsed for the preview, nothing kept; then stored at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import ForbiddenError, RefusedError, TrackerError
from tracker.languages import _
from tracker.models import Fate, ImportBatch, Person, Role, Unit
from tracker.policy import Actor, cell_for
from tracker.reading.fields import ImportKind, fields_of
from tracker.services.importing.notes import Level, Note, fate_of
from tracker.services.importing.organisation_line import Line, LineTerms
from tracker.services.importing.organisation_names import Names
from tracker.services.importing.organisation_people import LOGIN_PROPOSED, login_typed, person_take
from tracker.services.importing.organisation_posts import post_take
from tracker.services.importing.organisation_roster import group_take, roster_take
from tracker.services.importing.organisation_units import unit_depth, unit_take
from tracker.services.importing.staging import StagedRow, rows_staged, shown
from tracker.services.importing.tally import Tally
from tracker.services.importing.work import CheckedRow, OpenImport, out_row
from tracker.services.unit_tree import organisation_lock
from tracker.services.workbook_rows import RowWork

MOST_ROWS = 5_000  # all rows are rehearsed in one transaction, for which everybody else waits
_GOOD = (Fate.NEW, Fate.DOUBT)
# Whoever may do by hand what the rows do may bring them in.
ACTIONS: Mapping[ImportKind, str] = {
    ImportKind.UNITS: "unit.manage", ImportKind.GROUPS: "unit.manage", ImportKind.ROSTER: "unit.manage",
    ImportKind.PEOPLE: "account.create", ImportKind.POSTS: "account.grant",
}  # fmt: skip
# What an empty cell takes over from the row above where a table names a group once for all its villages.
_CARRIED: Mapping[ImportKind, Sequence[str]] = {ImportKind.ROSTER: ("number", "township")}
_PROPOSALS = frozenset({LOGIN_PROPOSED, "day_today", "post_from_today"})  # what stands in for an empty cell
_NAMED = {ImportKind.ROSTER: "unit"}  # the field without which a row is none, elsewhere the name


class _TakenBackError(Exception):
    """Ends a rehearsal, or a row that cannot be taken, without keeping anything."""


@dataclass(frozen=True)
class _Kind:
    """How rows of a kind are taken, and what is learnt from a record that they made."""

    take: Callable[[Line, RowWork, Names], int]
    learn: Callable[[Names, int], None] = lambda _names, _id: None


_KINDS: Mapping[ImportKind, _Kind] = {
    ImportKind.UNITS: _Kind(unit_take, lambda names, unit_id: names.units.learn(db.session.get_one(Unit, unit_id))),
    ImportKind.GROUPS: _Kind(group_take),
    ImportKind.ROSTER: _Kind(roster_take),
    ImportKind.PEOPLE: _Kind(person_take, lambda names, key: names.people.learn(db.session.get_one(Person, key))),
    ImportKind.POSTS: _Kind(post_take),
}


class _Taking:
    """Rows taken one after the other in the caller's transaction; one that is refused leaves nothing behind."""

    def __init__(self, kind: ImportKind, names: Names, actor: Actor | None, at: datetime) -> None:
        self._kind, self._names, self._actor, self._at = _KINDS[kind], names, actor, at
        self._seen: dict[int, int] = {}

    def take(self, line: Line) -> RowWork:
        """Return what a row makes or changes; what stands against it is noted on the line."""
        work = RowWork(self._actor, self._at, local_date(self._at))
        try:
            with db.session.begin_nested():
                key = self._kind.take(line, work, self._names)
                self._compare(line, work, key)
                if line.is_stopped:
                    raise _TakenBackError
        except _TakenBackError:
            return work
        except TrackerError as error:
            line.refuse(error)
            return work
        if work.what or work.fields:
            self._kind.learn(self._names, key)
        self._seen.setdefault(key, line.number)
        return work

    def _compare(self, line: Line, work: RowWork, key: int) -> None:
        """Refuse a row that says otherwise than an earlier one of the same record: nobody knows which is right."""
        first = self._seen.get(key)
        if first is not None and work.fields:
            line.note(Level.WRONG, "twice_otherwise", "", str(first))
        elif first is not None:
            line.note(Level.INFO, "twice_same", "", str(first))


class OrganisationWork(OpenImport):
    """A table of the organisation being gone through."""

    def __init__(self, batch: ImportBatch, at: datetime) -> None:
        super().__init__(batch)
        self.tally = Tally()
        self._at, self._made_by_id = at, batch.made_by_id
        self._terms = LineTerms(fields_of(self.kind), self.reference, self.mapping.orders)

    def check_all(
        self, chunks: Iterable[Sequence[StagedRow]]
    ) -> Iterator[tuple[Sequence[StagedRow], list[CheckedRow]]]:
        """Yield each chunk with what its rows come to; all are rehearsed together, for they build on each other."""
        kept: list[Sequence[StagedRow]] = []
        for chunk in chunks:
            kept.append(chunk)
            if sum(map(len, kept)) > MOST_ROWS:
                words = _("这类表格一次最多导入 {n} 行，请拆成几个文件，或删去多余的行")
                raise RefusedError(words.format(n=MOST_ROWS))
        checked = iter(self.check([row for chunk in kept for row in chunk]))
        for chunk in kept:
            yield chunk, list(islice(checked, len(chunk)))

    def check(self, rows: Sequence[StagedRow]) -> list[CheckedRow]:
        """Return what rows come to, in their order: they are stored for a moment and taken back."""
        found: dict[int, CheckedRow] = {}
        try:
            with transaction():
                organisation_lock()
                found |= self._rehearsed(rows)
                raise _TakenBackError
        except _TakenBackError:
            pass
        for row in rows:
            self.tally.add(found[row.number])
        return [found[row.number] for row in rows]

    def _rehearsed(self, rows: Sequence[StagedRow]) -> dict[int, CheckedRow]:
        out = {row.number: note for row in rows if (note := self.leaves_out(row)) is not None}
        data = self._carry([row for row in rows if row.number not in out])
        lines = self._lines(data, shows=False)
        works = self._take(lines, self._stand_in())
        found = {row.number: out_row(row, out[row.number]) for row in rows if row.number in out}
        for row, line in zip(data, lines, strict=True):
            found[row.number] = _checked(row, line, works[row.number])
        return found

    def leaves_out(self, row: StagedRow) -> Note | None:
        """Return why a row is no data; a row that has nothing but its name is one all the same."""
        note = super().leaves_out(row)
        is_lone = note is not None and note.code == "row_section" and not row.filled
        named = is_lone and self.cells.fields(row).values.get(_NAMED.get(self.kind, "name"))
        return None if named else note

    def _carry(self, rows: Sequence[StagedRow]) -> list[StagedRow]:
        keys = _CARRIED.get(self.kind, ()) if self.mapping.fill_down else ()
        above: dict[str, str] = {}
        found = []
        for row in rows:
            fields = self.cells.fields(replace(row, carried={})).values
            own = {key: shown(fields.get(key)).strip() for key in keys}
            carried = {key: above[key] for key in keys if not own[key] and above.get(key)}
            above = own | carried
            found.append(replace(row, carried=carried))
        return found

    def _lines(self, rows: Sequence[StagedRow], *, shows: bool) -> list[Line]:
        """Return the rows as lines; ``shows`` keeps to what the preview has proposed for them."""
        found = []
        for row in rows:
            fields = self.cells.fields(row)
            notes = [Note(Level.WRONG, "cell_broken", key, words) for key, words in fields.broken]
            said = {note[2]: note[3] for note in row.notes if note[1] in _PROPOSALS} if shows else {}
            found.append(Line(row.number, fields.values, self._terms, said, notes))
        return found

    def _take(self, lines: Sequence[Line], actor: Actor | None) -> dict[int, RowWork]:
        is_people = self.kind is ImportKind.PEOPLE
        names = Names(self.mapping, {login_typed(line) for line in lines} if is_people else ())
        taking = _Taking(self.kind, names, actor, self._at)
        ordered = sorted(lines, key=lambda line: unit_depth(line, names)) if self.kind is ImportKind.UNITS else lines
        return {line.number: taking.take(line) for line in ordered}

    def _stand_in(self) -> Actor | None:
        """Return whoever brought the file; in which post is written nowhere, for a rehearsal leaves no record."""
        person = db.session.get(Person, self._made_by_id) if self._made_by_id else None
        return Actor(person.id, person.name, Role.OFFICE, local_date(self._at)) if person else None

    def store(self, rows: Sequence[StagedRow], actor: Actor | None) -> list[RowWork]:
        """Store rows in the caller's transaction, all of them: one that has become doubtful since stops everything."""
        lines = self._lines(rows, shows=True)
        works = self._take(lines, actor)
        for line in lines:
            if line.is_stopped:
                raise RefusedError(_refusal(line))
        return list(works.values())


def organisation_store(
    batch: ImportBatch, actor: Actor | None, at: datetime, _prepared: Mapping[str, Any]
) -> tuple[int, dict[str, Any]]:
    """Store the good rows of an import; return how many records were made or changed, and how many of each."""
    if actor is not None and not cell_for(ACTIONS[batch.kind], actor.role).allows:
        raise ForbiddenError
    organisation_lock()
    rows = [row for chunk in rows_staged(batch.id, fates=_GOOD) for row in chunk]
    works = OrganisationWork(batch, at).store(rows, actor)
    created = sum(work.what == "created" for work in works)
    changed = sum(not work.what and bool(work.fields) for work in works)
    return created + changed, {"created": created, "changed": changed}


def _checked(row: StagedRow, line: Line, work: RowWork) -> CheckedRow:
    """Return what a row comes to: one that neither makes nor changes anything is known."""
    notes, fate, carried = list(line.notes), fate_of(line.notes), row.carried or None
    if fate not in _GOOD:
        return CheckedRow(row.number, fate, 0, notes, carried)
    if not work.what and not work.fields:
        return CheckedRow(row.number, Fate.KNOWN, 0, notes, carried)
    if not work.what:
        empty = _("空")
        notes += [Note(Level.INFO, "changed", key, f"{was or empty} → {now or empty}") for key, was, now in work.fields]
    return CheckedRow(row.number, fate, 1, notes, carried)


def _refusal(line: Line) -> str:
    said = next((note.words for note in line.notes if note.code == "refused"), "")
    if said:
        return _("第 {n} 行：{words}").format(n=line.number, words=said)
    words = _("第 {n} 行自预览以来有了变化（单位、人员或规则已修改），请重新检查后再导入")
    return words.format(n=line.number)
