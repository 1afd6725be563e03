"""The names that the template of an import offers to choose from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from tracker.database import db
from tracker.models import Person, Post, Role, SupervisionGroup, Unit, UnitKind
from tracker.queries.people import RESPONSIBLE, in_force
from tracker.queries.star_choices import star_groups

Pairs = Sequence[tuple[str, str]]
_TOWNS = (UnitKind.TOWNSHIP, UnitKind.STREET)
_PLACES = (UnitKind.VILLAGE, UnitKind.COMMUNITY)
# Departments and townships are chosen most often, single villages seldom.
_RANKS = {
    kind: n
    for n, kinds in enumerate(
        ((UnitKind.COUNTY,), (UnitKind.DEPARTMENT,), (UnitKind.OFFICE,), _TOWNS, (UnitKind.ENTERPRISE,), _PLACES,
         (UnitKind.GRID,))
    )
    for kind in kinds
}  # fmt: skip
_NEVER_RESPONSIBLE = (UnitKind.COUNTY, UnitKind.GRID)


@dataclass(frozen=True)
class TemplateLists:
    """Names to choose from, each once and in the county's order.

    ``villages`` are (township, village) and ``people`` (responsible unit, person); what stands under one name on the
    left stands together. Everywhere else a unit whose name others have as well is called by its township and its name.
    """

    townships: Sequence[str] = ()
    villages: Pairs = ()
    places: Sequence[str] = ()
    units: Sequence[str] = ()
    responsible_units: Sequence[str] = ()
    people: Pairs = ()
    leaders: Sequence[str] = ()
    groups: Sequence[str] = ()
    numbers: Sequence[int] = ()
    stars: Sequence[str] = ()


def template_lists(today: date) -> TemplateLists:
    """Return the names of what is open and in force on that day."""
    units = _open_units()
    called = _called(units)
    groups = db.session.scalars(
        select(SupervisionGroup).where(SupervisionGroup.is_active).order_by(SupervisionGroup.number)
    ).all()
    return TemplateLists(
        townships=_once(unit.name for unit in units if unit.kind in _TOWNS),
        villages=_villages(units),
        places=_once(called[unit.id] for unit in units if unit.kind in _PLACES),
        units=_once(called[unit.id] for unit in units),
        responsible_units=_once(called[unit.id] for unit in units if unit.kind not in _NEVER_RESPONSIBLE),
        people=_people(today, called),
        leaders=_leaders(today),
        groups=_once(group.name for group in groups),
        numbers=[group.number for group in groups],
        stars=_once(name for group in star_groups() for _id, name in group.stars),
    )


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _open_units() -> list[Unit]:
    """Return the units by kind, those of one township together."""
    units = db.session.scalars(select(Unit).where(Unit.closed_on.is_(None)).order_by(Unit.position, Unit.id)).all()
    towns = {unit.id: n for n, unit in enumerate(unit for unit in units if unit.kind in _TOWNS)}
    return sorted(units, key=lambda unit: (_RANKS[unit.kind], towns.get(unit.township_id or 0, -1)))


def _called(units: Sequence[Unit]) -> dict[int, str]:
    """Return how each unit is called so that no other is meant."""
    names = Counter(unit.name for unit in units)
    by_id = {unit.id: unit for unit in units}

    def call(unit: Unit) -> str:
        town = by_id.get(unit.township_id or 0)
        return unit.name if names[unit.name] == 1 or town is None or town is unit else f"{town.name}{unit.name}"

    return {unit.id: call(unit) for unit in units}


def _villages(units: Sequence[Unit]) -> list[tuple[str, str]]:
    towns = {unit.id: unit.name for unit in units if unit.kind in _TOWNS}
    placed = ((towns.get(unit.township_id or 0), unit) for unit in units if unit.kind in _PLACES)
    return _together((town, unit.name) for town, unit in placed if town is not None)


def _together(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the pairs, each once, with those of one left side behind each other."""
    found: dict[str, dict[str, None]] = {}
    for left, right in pairs:
        found.setdefault(left, {})[right] = None
    return [(left, right) for left, rights in found.items() for right in rights]


def _people(today: date, called: dict[int, str]) -> list[tuple[str, str]]:
    """Return who may be named as responsible, by the unit they answer for."""
    query = (
        select(Unit.id, Person.name)
        .join(Post, Post.unit_id == Unit.id)
        .join(Person, Person.id == Post.person_id)
        .where(in_force(today), Post.role.in_(RESPONSIBLE), Person.is_active, Unit.closed_on.is_(None))
        .order_by(Unit.position, Unit.id, Person.name, Person.id)
    )
    return _together((called[unit_id], name) for unit_id, name in db.session.execute(query))


def _leaders(today: date) -> list[str]:
    query = (
        select(Person.name)
        .join(Post, Post.person_id == Person.id)
        .where(in_force(today), Post.role == Role.LEADER, Person.is_active)
        .order_by(Person.name, Person.id)
    )
    return _once(db.session.scalars(query))
