"""What names in a table of the organisation mean here: as answered on the page, or as units and groups are called."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cached_property

from sqlalchemy import select

from tracker.database import db
from tracker.models import SupervisionGroup, Unit, UnitKind
from tracker.queries.import_index import FoundUnit, UnitEntry, UnitIndex, group_index, unit_index
from tracker.reading.mapping import FileMapping
from tracker.reading.names import unit_key, without_kind
from tracker.services.importing.notes import Level
from tracker.services.importing.organisation_line import Line, group_number
from tracker.services.importing.organisation_logins import PeopleBook
from tracker.services.unit_tree import PLACES, TOWNS

_NUMBERED = re.compile(r"#([0-9]{1,9})")  # how an exported workbook calls a unit whose name another one has too


class GrowingUnits(UnitIndex):
    """The open units by their names, with those that the rows of a file make on the way."""

    def learn(self, unit: Unit) -> None:
        """Know a unit that was just made or renamed; under a former name it is still found."""
        entry = UnitEntry(unit.id, unit.name, unit.full_name, unit.kind, unit.path, unit.township_id)
        self.by_id[unit.id] = entry
        for name in {unit.name, unit.full_name, unit.code or ""} - {""}:
            self.exact.setdefault(unit_key(name), []).append(entry)
        self.plain.setdefault(without_kind(unit.name), []).append(entry)
        self._known.clear()


class Names:
    """The names of one file looked up; ``taken`` are logins that rows of the file state for themselves."""

    def __init__(self, mapping: FileMapping, taken: Iterable[str] = ()) -> None:
        self._mapping, self._taken = mapping, taken
        found = unit_index()
        self.units = GrowingUnits(found.by_id, found.exact, found.former, found.plain)

    @cached_property
    def people(self) -> PeopleBook:
        """Return everybody who has an account."""
        return PeopleBook(self._taken)

    @cached_property
    def _groups(self) -> dict[str, int]:
        return group_index()

    def unit(
        self, line: Line, key: str, kinds: Collection[UnitKind] = (), below: UnitEntry | None = None
    ) -> UnitEntry | None:  # fmt: skip
        """Return the unit that a cell names, one of ``kinds`` before any other; ask where that is not clear."""
        words = line.text(key)
        answer = self._mapping.units.get(words)
        if not words or (answer is not None and not answer.startswith("#")):
            return None  # answered: none
        numbered = _NUMBERED.fullmatch(answer or words)
        found = self._numbered(numbered.group(1)) if numbered else self._found(words, kinds, below)
        if found.unit is None:
            line.note(Level.ASK, "unit_several" if found.others else "unit_unknown", key, words)
        elif found.how == "former":
            line.note(Level.INFO, "unit_former", key, f"{words} → {found.unit.name}")
        elif found.how == "kind":
            line.note(Level.DOUBT, "unit_kind", key, f"{words} → {found.unit.name}")
        return found.unit

    def _numbered(self, number: str) -> FoundUnit:
        return FoundUnit(self.units.by_id.get(int(number)), "exact")

    def _found(self, words: str, kinds: Collection[UnitKind], below: UnitEntry | None) -> FoundUnit:
        found = self.units.find(words, below, kinds)
        return found if found.unit is not None or found.others else self.units.find_place(words, below)

    def alike(self, name: str, kind: UnitKind, parent: UnitEntry) -> str:
        """Return the names of units of that level below ``parent`` that are, or were, called much the same."""
        level = next((level for level in (TOWNS, PLACES) if kind in level), (kind,))
        found = self.units.find(name, parent, level)
        return "、".join(unit.name for unit in (found.unit, *found.others) if unit is not None)

    def kind_by_ending(self, name: str) -> UnitKind | None:
        """Return the kind that the ending of a name speaks for, the longest ending first."""
        kinds = self._mapping.place_kinds.items()
        endings = [(len(end), kind) for kind, ends in kinds for end in ends if name.endswith(end)]
        return UnitKind(max(endings)[1]) if endings else None

    def group(self, line: Line, key: str) -> SupervisionGroup | None:
        """Return the group that a cell names by its number or its name."""
        words = line.plain(key)
        if not words:
            return None
        spellings = (line.text(key), "".join(words.split()), str(group_number(words) or ""))
        group_id = next((self._groups[one] for one in spellings if one in self._groups), None)
        if group_id is None:
            line.note(Level.WRONG, "group_missing", key, words)
            return None
        return db.session.get_one(SupervisionGroup, group_id)


def unit_below(parent_id: int | None, name: str) -> Unit | None:
    """Return the open unit of that name directly below a unit."""
    query = select(Unit).where(Unit.parent_id == parent_id, Unit.name == name, Unit.closed_on.is_(None))
    return db.session.scalars(query.order_by(Unit.id).limit(1)).first()
