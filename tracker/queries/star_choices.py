"""The stars and their indicators as a form offers them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, select

from tracker.database import db
from tracker.models import Indicator, Star, UnitKind


@dataclass(frozen=True)
class StarGroup:
    """The stars of one kind of unit, in the county's order."""

    kind: UnitKind
    stars: Sequence[tuple[int, str]]


def star_groups() -> list[StarGroup]:
    """Return the stars in use by kind of unit, those of villages first."""
    first = case((Star.unit_kind == UnitKind.VILLAGE, 0), (Star.unit_kind == UnitKind.COMMUNITY, 1), else_=2)
    query = select(Star).where(Star.is_active).order_by(first, Star.unit_kind, Star.position, Star.id)
    found: dict[UnitKind, list[tuple[int, str]]] = {}
    for star in db.session.scalars(query):
        found.setdefault(star.unit_kind, []).append((star.id, star.name))
    return [StarGroup(kind, stars) for kind, stars in found.items()]


def indicator_choices() -> list[tuple[int, str]]:
    """Return the indicators in use, each named after its star."""
    query = (
        select(Indicator.id, Star.name, Indicator.name)
        .join(Star, Star.id == Indicator.star_id)
        .where(Indicator.is_active, Star.is_active)
        .order_by(Star.unit_kind, Star.position, Star.id, Indicator.position, Indicator.id)
    )
    return [(id, f"{star} · {name}") for id, star, name in db.session.execute(query)]
