"""What the names in a stranger's table mean here: units, groups, stars and people, found by how they are called."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from rapidfuzz import fuzz, process
from sqlalchemy import or_, select

from tracker.database import db
from tracker.models import Indicator, Person, Post, Role, Star, SupervisionGroup, Unit, UnitKind, UnitName
from tracker.reading.callings import group_names, star_names
from tracker.reading.names import split_place, unit_key, without_kind

TOWNS = frozenset({UnitKind.TOWNSHIP, UnitKind.STREET})
_CLOSE = 55  # of 100, below which a name is no candidate


@dataclass(frozen=True)
class UnitEntry:
    """One open unit as names are compared with it."""

    id: int
    name: str
    full_name: str
    kind: UnitKind
    path: str
    township_id: int | None


@dataclass(frozen=True)
class FoundUnit:
    """What a name means: ``how`` is ``exact``, ``former``, ``kind`` (alike but for the ending), or empty for none.

    ``others`` are those it may mean as well; with any, ``unit`` is ``None``.
    """

    unit: UnitEntry | None = None
    how: str = ""
    others: tuple[UnitEntry, ...] = ()


@dataclass
class UnitIndex:
    """All open units by their names, read once."""

    by_id: dict[int, UnitEntry]
    exact: dict[str, list[UnitEntry]] = field(default_factory=dict)
    former: dict[str, list[UnitEntry]] = field(default_factory=dict)
    plain: dict[str, list[UnitEntry]] = field(default_factory=dict)
    _known: dict[tuple[str, str, frozenset[UnitKind]], FoundUnit] = field(default_factory=dict)

    @property
    def county(self) -> UnitEntry | None:
        """Return the county, the root of the tree."""
        return next((unit for unit in self.by_id.values() if unit.kind is UnitKind.COUNTY), None)

    def find(
        self, words: str, below: UnitEntry | None = None, kinds: Collection[UnitKind] = ()
    ) -> FoundUnit:  # fmt: skip
        """Return the unit that ``words`` name, below ``below`` and of these kinds, the surest way of naming first."""
        asked = (words, below.path if below else "", frozenset(kinds))
        if asked not in self._known:
            self._known[asked] = self._find(*asked)
        return self._known[asked]

    def _find(self, words: str, path: str, kinds: frozenset[UnitKind]) -> FoundUnit:
        for how, table, key in (
            ("exact", self.exact, unit_key(words)),
            ("former", self.former, unit_key(words)),
            ("kind", self.plain, without_kind(words)),
        ):
            units = [unit for unit in table.get(key, ()) if unit.path.startswith(path) and _of_kind(unit, kinds)]
            unique = list({unit.id: unit for unit in units}.values())
            if len(unique) == 1:
                return FoundUnit(unique[0], how)
            if unique:
                return FoundUnit(None, how, tuple(unique))
        return FoundUnit()

    def find_place(self, words: str, below: UnitEntry | None = None) -> FoundUnit:
        """Return the unit that words such as 三阳乡宋庄村 name, level by level."""
        whole = self.find(words, below)
        if whole.unit is not None:
            return whole
        for parts in split_place(words):
            found = self._walk(parts, below)
            if found.unit is not None:
                return found
        return whole

    def _walk(self, parts: Iterable[str], below: UnitEntry | None) -> FoundUnit:
        found = FoundUnit(below)
        for part in parts:
            found = self.find(part, found.unit)
            if found.unit is None:
                return found
        return found

    def candidates(self, words: str, limit: int = 5) -> list[tuple[UnitEntry, float]]:
        """Return units called much like ``words``, with how much alike they are (0 to 1), the likest first."""
        names = {unit.id: unit.name for unit in self.by_id.values() if unit.kind is not UnitKind.COUNTY}
        found = process.extract(unit_key(words), names, scorer=fuzz.WRatio, limit=limit, score_cutoff=_CLOSE)
        return [(self.by_id[key], score / 100) for _name, score, key in found]


def _of_kind(unit: UnitEntry, kinds: frozenset[UnitKind]) -> bool:
    return not kinds or unit.kind in kinds


def unit_index() -> UnitIndex:
    """Return the open units by every name they have and had."""
    columns = (Unit.id, Unit.name, Unit.full_name, Unit.kind, Unit.path, Unit.township_id, Unit.code)
    rows = db.session.execute(select(*columns).where(Unit.closed_on.is_(None)).order_by(Unit.path)).all()
    index = UnitIndex({row.id: UnitEntry(*row[:6]) for row in rows})
    for row in rows:
        unit = index.by_id[row.id]
        for name in {row.name, row.full_name, row.code or ""} - {""}:
            index.exact.setdefault(unit_key(name), []).append(unit)
        index.plain.setdefault(without_kind(row.name), []).append(unit)
    for unit_id, name in _earlier(set(index.by_id)):
        index.former.setdefault(unit_key(name), []).append(index.by_id[unit_id])
    return index


def _earlier(ids: set[int]) -> Iterator[tuple[int, str]]:
    for unit_id, name, full_name in db.session.execute(
        select(UnitName.unit_id, UnitName.name, UnitName.full_name).order_by(UnitName.id)
    ):
        if unit_id in ids:
            yield from ((unit_id, one) for one in {name, full_name})


@dataclass
class PeopleIndex:
    """Who may be meant by a name: those who rectify by unit and name, and the county's leaders by name."""

    by_unit: dict[int, dict[str, list[int]]]
    leaders: dict[str, list[int]]

    def at(self, unit_id: int | None, name: str) -> int | None:
        """Return the one person of that name who answers for the unit; without a name the only one there is."""
        people = self.by_unit.get(unit_id or 0, {})
        found = people.get(name, []) if name else [one for ids in people.values() for one in ids]
        return found[0] if len(set(found)) == 1 else None

    def leader(self, name: str) -> int | None:
        """Return the one leader of that name."""
        found = self.leaders.get(name, [])
        return found[0] if len(found) == 1 else None


def people_index(today: date) -> PeopleIndex:
    """Return who holds which post on that day."""
    query = (
        select(Post.unit_id, Post.role, Post.title, Person.id, Person.name)
        .join(Person, Person.id == Post.person_id)
        .where(
            Person.is_active, Post.approved_at.is_not(None), Post.valid_from <= today,
            or_(Post.valid_to.is_(None), Post.valid_to >= today),
            Post.role.in_((Role.ASSIGNEE, Role.VILLAGE, Role.LEADER)),
        )
        .order_by(Person.id)
    )  # fmt: skip
    index = PeopleIndex({}, {})
    for unit_id, role, _title, person_id, name in db.session.execute(query):
        if role is Role.LEADER:
            index.leaders.setdefault(name, []).append(person_id)
        elif unit_id is not None:
            index.by_unit.setdefault(unit_id, {}).setdefault(name, []).append(person_id)
    return index


def group_index() -> dict[str, int]:
    """Return the id of each group by its name and by its number as people write it."""
    found: dict[str, int] = {}
    for group in db.session.scalars(select(SupervisionGroup).order_by(SupervisionGroup.number)):
        for name in group_names(group.number, group.name):
            found.setdefault(name, group.id)
    return found


def star_index() -> dict[str, dict[UnitKind, int]]:
    """Return the id of each star in use by what it may be called, and the kind of unit it is for."""
    found: dict[str, dict[UnitKind, int]] = {}
    for star in db.session.scalars(select(Star).where(Star.is_active).order_by(Star.id)):
        for name in star_names(star.name):
            found.setdefault(name, {}).setdefault(star.unit_kind, star.id)
    return found


def indicator_index() -> dict[str, list[tuple[int, int]]]:
    """Return (star, indicator) by the name of each indicator in use."""
    found: dict[str, list[tuple[int, int]]] = {}
    query = select(Indicator.name, Indicator.star_id, Indicator.id).where(Indicator.is_active).order_by(Indicator.id)
    for name, star_id, indicator_id in db.session.execute(query):
        found.setdefault(name, []).append((star_id, indicator_id))
    return found
