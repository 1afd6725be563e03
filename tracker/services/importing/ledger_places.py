"""Where a row's problem lies and whose it is: names matched with units, or asked about; none is guessed in silence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tracker.models import UnitKind
from tracker.queries.import_index import TOWNS, FoundUnit, UnitEntry, UnitIndex
from tracker.reading.callings import lists_several, names_town_hall
from tracker.reading.mapping import CREATE, SPOT, FileMapping
from tracker.services.importing.notes import Level, Note

_LEVELS = (("township", TOWNS), ("village", frozenset[UnitKind]()), ("place", frozenset[UnitKind]()))


@dataclass(frozen=True)
class NewUnit:
    """A unit that the mapping lets the import make: its kind, its name, and above it a unit or another new one."""

    kind: UnitKind
    name: str
    parent_id: int | None
    parent: NewUnit | None = None


@dataclass(frozen=True)
class Placed:
    """Where an issue lies: a unit that is there, or one to be made below it, and what of the name is a mere spot."""

    unit: UnitEntry | None
    new: NewUnit | None
    spot: str
    stated: bool


class PlaceReader:
    """Matches the names of one file with units, by the answers that were given before anything else."""

    def __init__(self, mapping: FileMapping, units: UnitIndex) -> None:
        self._mapping, self._units = mapping, units
        self._answers = mapping.units

    def place(self, cells: dict[str, Any], notes: list[Note]) -> Placed:
        """Return where the row's problem lies; the county where it names no place."""
        unit, new, spots, stated = self._units.county, None, [], False
        for field, kinds in _LEVELS:
            words = str(cells.get(field) or "").strip()
            if not words:
                continue
            stated = True
            found, made, spot = self._level(field, words, unit, new, kinds, notes)
            unit, new = found or unit, made or (None if found else new)
            spots += [spot] if spot else []
        spot = " ".join([*spots, str(cells.get("spot") or "").strip()]).strip()
        return Placed(unit, new, spot[:200], stated)

    def _level(
        self, field: str, words: str, above: UnitEntry | None, new: NewUnit | None, kinds: frozenset[UnitKind],
        notes: list[Note],
    ) -> tuple[UnitEntry | None, NewUnit | None, str]:  # fmt: skip
        answer = self._answers.get(words)
        if answer is not None:
            return self._answered(words, answer, above, new)
        found = FoundUnit() if new is not None else self._found(words, above, kinds)
        if found.unit is not None:
            _note_how(field, words, found, notes)
            return found.unit, None, ""
        return self._unknown(field, words, above, new, found, notes)

    def _found(self, words: str, above: UnitEntry | None, kinds: frozenset[UnitKind]) -> FoundUnit:
        below = above if above is not None and above.kind is not UnitKind.COUNTY else None
        if kinds:
            return self._units.find(words, below, kinds)
        return self._units.find_place(words, below)

    def _answered(
        self, words: str, answer: str, above: UnitEntry | None, new: NewUnit | None
    ) -> tuple[UnitEntry | None, NewUnit | None, str]:
        if answer.startswith("#"):
            return self._units.by_id.get(int(answer[1:])), None, ""
        if answer.startswith(CREATE):
            _create, kind, *below = answer.split(":")
            parent_id = int(below[0]) if below else None
            if parent_id is None and new is None:
                parent_id = above.id if above else None
            return None, NewUnit(UnitKind(kind), words[:80], parent_id, new if parent_id is None else None), ""
        return None, None, words if answer == SPOT else ""

    def _unknown(
        self, field: str, words: str, above: UnitEntry | None, new: NewUnit | None, found: FoundUnit,
        notes: list[Note],
    ) -> tuple[UnitEntry | None, NewUnit | None, str]:  # fmt: skip
        """Do with a name that no unit has what the mapping says: make a unit or a spot of it, or ask."""
        kind = self._kind(words)
        if self._mapping.unknown_places == "ask" or found.others:
            notes.append(Note(Level.ASK, "unit_several" if found.others else "unit_unknown", field, words))
            return None, None, ""
        if self._mapping.unknown_places == "create" and kind is not None:
            notes.append(Note(Level.INFO, "unit_new", field, words))
            parent_id = None if new is not None else above.id if above else None
            return None, NewUnit(kind, words[:80], parent_id, new), ""
        notes.append(Note(Level.INFO, "unit_spot", field, words))
        return None, None, words

    def _kind(self, words: str) -> UnitKind | None:
        """Return the kind whose longest ending the name has."""
        if lists_several(words):
            return None  # several places in one cell are no name
        kinds = self._mapping.place_kinds.items()
        endings = [(len(end), kind) for kind, ends in kinds for end in ends if words.endswith(end)]
        return UnitKind(max(endings)[1]) if endings else None

    def unit(self, field: str, words: str, near: Placed, notes: list[Note]) -> UnitEntry | None:
        """Return the unit that has to do something: the place, its township, or any unit of that name."""
        answer = self._answers.get(words)
        if answer is not None:
            return self._units.by_id.get(int(answer[1:])) if answer.startswith("#") else None
        kinds = TOWNS if names_town_hall(words) else ()
        found = self._near(words, near) or self._units.find(words, kinds=kinds)
        if found.unit is None and not found.others:
            found = self._units.find_place(words)
        if found.unit is not None:
            _note_how(field, words, found, notes)
            return found.unit
        asks = self._mapping.unknown_places == "ask" or found.others
        code = "unit_several" if found.others else "unit_unknown" if asks else "unit_unnamed"
        notes.append(Note(Level.ASK if asks else Level.INFO, code, field, words))
        return None

    def _near(self, words: str, near: Placed) -> FoundUnit | None:
        if near.unit is None:
            return None
        town = self._units.by_id.get(near.unit.township_id or 0)
        for unit in (near.unit, town):
            if unit is not None and words in (unit.name, unit.full_name):
                return FoundUnit(unit, "exact")
        below = self._units.find(words, town) if town else FoundUnit()
        return below if below.unit is not None else None


def _note_how(field: str, words: str, found: FoundUnit, notes: list[Note]) -> None:
    """Note that a name was taken for a unit that is called otherwise."""
    if found.unit is not None and found.how != "exact":
        notes.append(Note(Level.INFO, f"unit_{found.how}", field, f"{words} → {found.unit.name}"))
