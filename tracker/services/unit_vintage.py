"""Which unit each line of a division file means, and what is new about it; a unit stays itself under a new code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select

from tracker.database import db
from tracker.errors import InvalidError
from tracker.languages import _
from tracker.models import NameReason, Unit, UnitKind, UnitName
from tracker.services import search_index
from tracker.services.division_file import Division, DivisionFile
from tracker.services.division_words import stem
from tracker.services.unit_tree import PLACES, TOWNS, name_begin, name_end, place
from tracker.services.units import UnitValues, unit_add, unit_call

CREATED, RENAMED, RECODED, MOVED, MERGED, FORMER = "created", "renamed", "recoded", "moved", "merged", "former"
_Place = tuple[int | None, str]


@dataclass(frozen=True)
class ImportChange:
    """One thing an import did: ``what`` to the unit now called ``name``, and what it was before.

    ``former`` is no change: the file calls the unit as it was called earlier, or the unit is closed here.
    """

    what: str
    code: str
    name: str
    was: str = ""


@dataclass
class Vintage:
    """A file on its way into the tree: the units by code, the codes and names they had, and what was done."""

    file: DivisionFile
    at: datetime
    on: date
    units: dict[str, Unit] = field(default_factory=dict)
    former: dict[str, set[int]] = field(default_factory=dict)
    names: dict[int, set[str]] = field(default_factory=dict)
    changes: list[ImportChange] = field(default_factory=list)
    met: set[int] = field(default_factory=set)
    unchanged: int = 0

    def note(self, what: str, division: Division, was: str = "") -> None:
        """Keep one thing for the report."""
        self.changes.append(ImportChange(what, division.code, division.name, was))

    def was_coded(self, unit: Unit, code: str) -> bool:
        """Tell whether the unit carried that code earlier and no longer does."""
        return unit.code != code and unit.id in self.former.get(code, ())


def vintage_start(file: DivisionFile, at: datetime, on: date) -> Vintage:
    """Return the work at its beginning: everything read once."""
    units = db.session.scalars(select(Unit).execution_options(populate_existing=True)).all()
    work = Vintage(file, at, on, {unit.code: unit for unit in units if unit.code})
    for row in db.session.scalars(select(UnitName)):
        work.names.setdefault(row.unit_id, set()).update((row.name, row.full_name))
        if row.code and row.reason is not NameReason.CURRENT:
            work.former.setdefault(row.code, set()).add(row.unit_id)
    return work


def level_take(work: Vintage, divisions: Collection[Division], parents: dict[str, Unit]) -> dict[str, Unit]:
    """Bring one level of the tree up to the file; return the units by the codes of the file."""
    found = _pairs(work, divisions, parents)
    stale = {d.code for d in divisions if d.code in found and _is_stale(work, found[d.code], d)}
    _recode(work, [(found[d.code], d) for d in divisions if d.code in found and d.code not in stale])
    for division in divisions:
        unit = found.get(division.code)
        if unit is None:
            unit = found[division.code] = unit_new(work, division, parents[division.parent_code or ""])
        elif division.code in stale:
            work.note(FORMER, division, unit.name)
        else:
            _update(work, unit, division, parents[division.parent_code or ""])
        work.met.add(unit.id)
    return found


def _pairs(work: Vintage, divisions: Collection[Division], parents: dict[str, Unit]) -> dict[str, Unit]:
    """Return the unit each division means: by the code it says it had, by its name there, then by its code.

    The name comes before the code because offices of statistics number the villages of a township anew.
    """
    stated = Counter(_place(d, parents) for d in divisions)
    known = _by_place()
    pairs: dict[str, Unit] = {}
    for division in divisions:
        where = _place(division, parents)
        units = [work.units[division.former_code]] if division.former_code in work.units else known.get(where, [])
        if len(units) == 1 and (division.former_code or stated[where] == 1):
            pairs[division.code] = units[0]
    claimed = {unit.id for unit in pairs.values()}
    for division in divisions:
        unit = work.units.get(division.code) or _earlier(work, division)
        if division.code not in pairs and unit is not None and unit.id not in claimed:
            pairs[division.code] = _of_level(unit, division)
            claimed.add(unit.id)
    return pairs


def _place(division: Division, parents: dict[str, Unit]) -> _Place:
    return parents[division.parent_code or ""].id, _plain(division.kind, division.name)


def _plain(kind: UnitKind, full_name: str) -> str:
    """Return by what a unit is known again: a township stays itself when it is made a town or a street."""
    return stem(full_name) if kind in TOWNS else full_name


def _by_place() -> dict[_Place, list[Unit]]:
    found: dict[_Place, list[Unit]] = {}
    for unit in db.session.scalars(select(Unit).where(Unit.kind.in_((*TOWNS, *PLACES)), Unit.closed_on.is_(None))):
        found.setdefault((unit.parent_id, _plain(unit.kind, unit.full_name)), []).append(unit)
    return found


def _earlier(work: Vintage, division: Division) -> Unit | None:
    """Return the unit that carried this code under this name earlier; a code given to another place is no sign."""
    owners = [owner for owner in work.former.get(division.code, ()) if division.name in work.names[owner]]
    return db.session.get(Unit, owners[0]) if len(owners) == 1 else None


def _of_level(unit: Unit, division: Division) -> Unit:
    level = TOWNS if division.kind in TOWNS else PLACES
    if unit.kind not in level:
        words = _("代码 {code} 已由“{name}”使用，请先更正该单位的代码")
        raise InvalidError({f"{division.line}.code": words.format(code=division.code, name=unit.name)})
    return unit


def _is_stale(work: Vintage, unit: Unit, division: Division) -> bool:
    """Tell whether the file is behind the tree here: an earlier code or name, or a unit closed since."""
    if unit.closed_on is not None or work.was_coded(unit, division.code):
        return True
    renamed = unit.full_name != division.name
    return renamed and unit.code == division.code and division.name in work.names.get(unit.id, ())


def _recode(work: Vintage, pairs: Iterable[tuple[Unit, Division]]) -> None:
    """Give units their new codes; all old ones are laid down first, because places may have exchanged theirs."""
    changing = [(unit, division) for unit, division in pairs if unit.code != division.code]
    for unit, division in changing:
        work.note(RECODED, division, unit.code or "")
        name_end(unit, NameReason.RECODED, work.on)
        unit.code = None
    db.session.flush()
    for unit, division in changing:
        unit.code = division.code
        name_begin(unit, work.on)
    db.session.flush()


def _update(work: Vintage, unit: Unit, division: Division, parent: Unit) -> None:
    before = sum(change.code == division.code for change in work.changes)
    if unit.parent_id != parent.id:
        work.note(MOVED, division, unit.parent.name if unit.parent else "")
        place(unit, parent)
    if unit.full_name != division.name:
        unit_renamed(work, unit, division)
    after = sum(change.code == division.code for change in work.changes)
    work.unchanged += before == after == 0


def unit_renamed(work: Vintage, unit: Unit, division: Division) -> None:
    """Give the unit the file's name; its former one becomes history."""
    work.note(RENAMED, division, unit.full_name)
    name_end(unit, NameReason.RENAMED, work.on)
    unit_call(unit, _free_name(work, division), division.name)
    if division.is_certain:
        unit.kind = division.kind
    name_begin(unit, work.on)
    search_index.refresh_at(unit.id)


def unit_new(work: Vintage, division: Division, parent: Unit | None) -> Unit:
    """Make the unit the file names; nobody knows since when it has been called so."""
    values = UnitValues(division.kind, _free_name(work, division), division.name, division.code)
    unit = unit_add(values, parent, at=work.at, confirmed=division.is_certain)
    name_begin(unit, None)
    work.met.add(unit.id)
    work.note(CREATED, division)
    return unit


def _free_name(work: Vintage, division: Division) -> str:
    """Return the short name, or the full one where two units of one parent would be called the same."""
    level = work.file.towns if division.kind in TOWNS else work.file.villages
    same = [d for d in level.values() if (d.parent_code, d.short_name) == (division.parent_code, division.short_name)]
    return division.short_name if len(same) < 2 else division.name
