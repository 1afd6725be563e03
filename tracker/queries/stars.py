"""Stars per kind of unit, with who leads them and what is measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import Indicator, Star, StarLead, Unit, UnitKind


@dataclass(frozen=True)
class StarLine:
    """One star with who leads it today and how many of its indicators count."""

    star: Star
    lead: Unit | None
    indicators: int


def star_list(today: date) -> dict[UnitKind, list[StarLine]]:
    """Return the stars by the kind of unit they are given to, in the county's order."""
    query = select(Star).options(selectinload(Star.leads).joinedload(StarLead.unit), selectinload(Star.indicators))
    found: dict[UnitKind, list[StarLine]] = {}
    for star in db.session.scalars(query.order_by(Star.position, Star.id)):
        counted = sum(indicator.is_active for indicator in star.indicators)
        found.setdefault(star.unit_kind, []).append(StarLine(star, lead_on(star.leads, today), counted))
    return found


def lead_on(leads: Iterable[StarLead], day: date) -> Unit | None:
    """Return who leads on that day."""
    holding = (
        lead.unit for lead in leads if lead.valid_from <= day and (lead.valid_to is None or lead.valid_to >= day)
    )
    return next(holding, None)


def star_page(star_id: int) -> Star:
    """Return a star with its leads and indicators; raise ``NotFoundError`` where there is none."""
    query = select(Star).where(Star.id == star_id)
    query = query.options(selectinload(Star.leads).joinedload(StarLead.unit), selectinload(Star.indicators))
    star = db.session.scalars(query.execution_options(populate_existing=True)).first()
    if star is None:
        raise NotFoundError
    return star


def indicator_get(indicator_id: int) -> Indicator:
    """Return an indicator with its star; raise ``NotFoundError`` where there is none."""
    query = select(Indicator).where(Indicator.id == indicator_id).options(joinedload(Indicator.star))
    indicator = db.session.scalars(query).first()
    if indicator is None:
        raise NotFoundError
    return indicator
