"""Stars, who leads them and what is measured under them: lists that the county keeps."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import or_, select

from tracker.database import db, transaction
from tracker.errors import InvalidError, NotFoundError
from tracker.languages import _
from tracker.models import Indicator, IndicatorKind, Star, StarLead, Unit, UnitKind
from tracker.policy import Actor
from tracker.services.chain import audit_record
from tracker.services.groups import check_period
from tracker.services.unit_tree import organisation_lock

STARRED = (UnitKind.VILLAGE, UnitKind.COMMUNITY, UnitKind.ENTERPRISE, UnitKind.OFFICE)
LEADING = (UnitKind.DEPARTMENT, UnitKind.OFFICE, UnitKind.COUNTY)
_SEEDS = Path(__file__).resolve().parent.parent / "data" / "stars.csv"


@dataclass(frozen=True)
class StarValues:
    """What the county says of a star; ``key`` is its lasting name within the kind."""

    unit_kind: UnitKind
    key: str
    name: str
    position: int = 0
    is_active: bool = True


@dataclass(frozen=True)
class IndicatorValues:
    """What the county says of an indicator."""

    kind: IndicatorKind
    name: str
    measured_in: str = ""
    position: int = 0
    is_active: bool = True


def _seeds() -> Iterator[StarValues]:
    with _SEEDS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield StarValues(UnitKind(row["unit_kind"]), row["key"], row["name"], int(row["position"]))


def stars_seed(*, at: datetime, actor: Actor | None = None) -> int:
    """Make the stars of villages, communities and enterprises that are missing; return how many.

    Source: published practice of two counties; the stars of offices are set by the county itself.
    """
    with transaction() as session:
        organisation_lock()
        known = {(star.unit_kind, star.key) for star in session.scalars(select(Star))}
        fresh = [values for values in _seeds() if (values.unit_kind, values.key) not in known]
        session.add_all(_star(values) for values in fresh)
        session.flush()
        if fresh:
            audit_record("star.seed", actor=actor, at=at, target="stars", detail={"n": len(fresh)})
    return len(fresh)


def star_create(*, values: StarValues, actor: Actor | None, at: datetime) -> Star:
    """Make a star; raise ``InvalidError`` where its kind has that key or name."""
    with transaction() as session:
        organisation_lock()
        _check_star(values)
        star = _star(values)
        session.add(star)
        session.flush()
        audit_record("star.create", actor=actor, at=at, target=_target(star))
    return star


def star_edit(*, star_id: int, name: str, position: int, is_active: bool, actor: Actor | None, at: datetime) -> Star:
    """Change what a star is called, where it stands, and whether it is still given."""
    with transaction():
        star = star_for_change(star_id)
        _check_star(StarValues(star.unit_kind, star.key, name), star.id)
        was = [star.name, star.position, star.is_active]
        if was != [name, position, is_active]:
            star.name, star.position, star.is_active = name, position, is_active
            detail = {"from": was, "to": [name, position, is_active]}
            audit_record("star.edit", actor=actor, at=at, target=_target(star), detail=detail)
    return star


def lead_set(
    *, star_id: int, unit_id: int, valid_from: date, valid_to: date | None, actor: Actor | None, at: datetime
) -> StarLead:
    """Let a department lead a star for a period; who led it then without an end stops the day before."""
    check_period(valid_from, valid_to)
    with transaction() as session:
        star = star_for_change(star_id)
        unit = session.get(Unit, unit_id)
        if unit is None or unit.closed_on is not None or unit.kind not in LEADING:
            raise InvalidError({"unit_id": _("请选择一个部门")})
        for lead in _leads_in(star_id, valid_from, valid_to):
            if lead.valid_to is not None or lead.valid_from >= valid_from:
                words = _("{name} 在这段时间已是牵头部门（{first} 起），请先调整")
                said = words.format(name=lead.unit.name, first=lead.valid_from.isoformat())
                raise InvalidError({"valid_from": said})
            lead.valid_to = valid_from - timedelta(days=1)
        lead = StarLead(star_id=star.id, unit_id=unit.id, valid_from=valid_from, valid_to=valid_to)
        session.add(lead)
        session.flush()
        detail = {"unit": unit.id, "from": valid_from.isoformat(), "to": str(valid_to or "")}
        audit_record("star.lead_set", actor=actor, at=at, target=_target(star), detail=detail)
    return lead


def lead_end(*, lead_id: int, valid_to: date, actor: Actor | None, at: datetime) -> StarLead:
    """Let a department stop leading a star after ``valid_to``."""
    with transaction() as session:
        organisation_lock()
        lead = session.get(StarLead, lead_id)
        if lead is None:
            raise NotFoundError
        check_period(lead.valid_from, valid_to)
        lead.valid_to = valid_to
        detail = {"unit": lead.unit_id, "to": valid_to.isoformat()}
        audit_record("star.lead_end", actor=actor, at=at, target=_target(lead.star), detail=detail)
    return lead


def indicator_add(*, star_id: int, values: IndicatorValues, actor: Actor | None, at: datetime) -> Indicator:
    """Add an indicator, a bottom line or a veto item to a star."""
    with transaction() as session:
        star = star_for_change(star_id)
        _check_indicator(star.id, values)
        indicator = Indicator(star_id=star.id, **vars(values))
        session.add(indicator)
        session.flush()
        audit_record("indicator.add", actor=actor, at=at, target=_target(star), detail={"name": values.name})
    return indicator


def indicator_edit(*, indicator_id: int, values: IndicatorValues, actor: Actor | None, at: datetime) -> Indicator:
    """Change an indicator; one that no longer counts is made inactive and stays with its issues."""
    with transaction() as session:
        organisation_lock()
        indicator = session.get(Indicator, indicator_id)
        if indicator is None:
            raise NotFoundError
        _check_indicator(indicator.star_id, values, indicator.id)
        changed = {name: value for name, value in vars(values).items() if getattr(indicator, name) != value}
        for name, value in changed.items():
            setattr(indicator, name, value)
        if changed:
            detail = {name: str(value) for name, value in changed.items()} | {"id": indicator.id}
            audit_record("indicator.edit", actor=actor, at=at, target=_target(indicator.star), detail=detail)
    return indicator


def star_for_change(star_id: int) -> Star:
    """Return the star with the organisation locked, or raise ``NotFoundError``."""
    organisation_lock()
    star = db.session.get(Star, star_id)
    if star is None:
        raise NotFoundError
    return star


def _star(values: StarValues) -> Star:
    return Star(
        unit_kind=values.unit_kind, key=values.key, name=values.name, position=values.position,
        is_active=values.is_active,
    )  # fmt: skip


def _check_star(values: StarValues, star_id: int = 0) -> None:
    if values.unit_kind not in STARRED:
        raise InvalidError({"unit_kind": _("这类单位不参加星级创建")})
    same = or_(Star.key == values.key, Star.name == values.name)
    query = select(Star.id).where(Star.unit_kind == values.unit_kind, same, Star.id != star_id)
    if db.session.scalars(query).first() is not None:
        raise InvalidError({"name": _("这类单位已有同名的星，请换一个名称")})


def _check_indicator(star_id: int, values: IndicatorValues, indicator_id: int = 0) -> None:
    query = select(Indicator.id).where(
        Indicator.star_id == star_id, Indicator.kind == values.kind, Indicator.name == values.name,
        Indicator.id != indicator_id,
    )  # fmt: skip
    if db.session.scalars(query).first() is not None:
        raise InvalidError({"name": _("这颗星下已有同名的指标")})


def _leads_in(star_id: int, first: date, last: date | None) -> list[StarLead]:
    ends_later = or_(StarLead.valid_to.is_(None), StarLead.valid_to >= first)
    query = select(StarLead).where(StarLead.star_id == star_id, ends_later, StarLead.valid_from <= (last or date.max))
    return list(db.session.scalars(query.order_by(StarLead.valid_from)))


def _target(star: Star) -> str:
    return f"star:{star.id} {star.name}"
