"""Names to choose from: townships, groups, stars and single units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, false, select

from tracker import labels
from tracker.database import db
from tracker.languages import _
from tracker.models import Star, SupervisionGroup, Unit, UnitKind

Names = list[tuple[Any, str]]


def township_names() -> Names:
    """Return the ids and names of the townships and streets that exist, in the county's order."""
    query = select(Unit.id, Unit.name).where(
        Unit.kind.in_((UnitKind.TOWNSHIP, UnitKind.STREET)), Unit.closed_on.is_(None)
    )
    return [(row.id, row.name) for row in db.session.execute(query.order_by(Unit.position, Unit.id))]


def group_names() -> Names:
    """Return the ids and names of the supervision groups, by number."""
    query = select(SupervisionGroup.id, SupervisionGroup.name).order_by(SupervisionGroup.number)
    return [(row.id, row.name) for row in db.session.execute(query)]


def star_names() -> Names:
    """Return the ids and names of the stars in use; a name that several kinds of unit have says which."""
    query = select(Star).where(Star.is_active).order_by(Star.unit_kind.desc(), Star.position, Star.id)
    stars = db.session.scalars(query).all()
    names = Counter(star.name for star in stars)
    return [(star.id, star.name if names[star.name] == 1 else _with_kind(star)) for star in stars]


def _with_kind(star: Star) -> str:
    kind = labels.word(labels.UNIT_KIND, star.unit_kind)
    return _("{name}（{kind}）").format(name=star.name, kind=kind)


def unit_names(ids: Sequence[int]) -> dict[int, str]:
    """Return the names of these units."""
    if not ids:
        return {}
    return {row.id: row.name for row in db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids)))}


def county_name() -> str:
    """Return the name of the county of this installation."""
    return db.session.scalar(select(Unit.name).where(Unit.kind == UnitKind.COUNTY).order_by(Unit.id)) or ""


def is_township(unit_id: int) -> bool:
    """Tell whether a unit is a township or street, or the county itself."""
    kinds = (UnitKind.TOWNSHIP, UnitKind.STREET, UnitKind.COUNTY)
    return db.session.scalar(select(Unit.id).where(Unit.id == unit_id, Unit.kind.in_(kinds))) is not None


def at_place(of: Any, place_id: int) -> ColumnElement[bool]:
    """Return the condition that an issue, or a version of one, lies in a unit or below it."""
    place = db.session.get(Unit, place_id)
    if place is None:
        return false()
    if place.kind in (UnitKind.TOWNSHIP, UnitKind.STREET):
        return of.township_id == place_id  # type: ignore[no-any-return]
    if place.kind is UnitKind.COUNTY:
        return of.location_id.is_not(None)  # type: ignore[no-any-return]
    return of.location_id.in_(select(Unit.id).where(Unit.path.startswith(place.path)))  # type: ignore[no-any-return]
