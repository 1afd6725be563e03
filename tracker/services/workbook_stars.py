"""Rows of stars, lead departments and indicators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from tracker.database import db
from tracker.errors import InvalidError
from tracker.languages import _
from tracker.models import Indicator, Star, StarLead, UnitKind
from tracker.services.stars import (
    IndicatorValues,
    StarValues,
    indicator_add,
    indicator_edit,
    lead_end,
    lead_set,
    star_create,
    star_edit,
)
from tracker.services.workbook_rows import RowWork, unit_called


def star_row(work: RowWork, values: Mapping[str, Any]) -> None:
    """Make or change a star."""
    work.name = values["name"]
    kind, key = values["unit_kind"], values["key"]
    star = db.session.scalars(select(Star).where(Star.unit_kind == kind, Star.key == key)).first()
    if star is None:
        work.what = "created"
        made = StarValues(kind, key, values["name"], values["position"], values["active"])
        star_create(values=made, **work.by)
        return
    now = {"name": values["name"], "position": values["position"], "active": values["active"]}
    was = {"name": star.name, "position": star.position, "active": star.is_active}
    if [name for name in now if work.differs(name, was[name], now[name])]:
        star_edit(star_id=star.id, name=now["name"], position=now["position"], is_active=now["active"], **work.by)


def lead_row(work: RowWork, values: Mapping[str, Any]) -> None:
    """Let a department lead a star, or stop."""
    star, unit = _star_named(values["unit_kind"], values["star"]), unit_called(values["unit"], "unit")
    work.name = f"{star.name} {unit.name}"
    if values["id"] is None:
        work.what = "created"
        period = {"valid_from": values["valid_from"], "valid_to": values["valid_to"]}
        try:
            lead_set(star_id=star.id, unit_id=unit.id, **period, **work.by)
        except InvalidError as error:
            raise InvalidError({key.removesuffix("_id"): words for key, words in error.errors.items()}) from error
        return
    lead = db.session.get(StarLead, values["id"])
    if lead is None or (lead.star_id, lead.unit_id, lead.valid_from) != (star.id, unit.id, values["valid_from"]):
        raise InvalidError({"id": _("原有的行只能填写结束日期；换部门请另起一行并留空系统编号")})
    if lead.valid_to == values["valid_to"]:
        return
    if values["valid_to"] is None:
        raise InvalidError({"valid_to": _("已结束的不能恢复，请另起一行")})
    work.differs("valid_to", lead.valid_to, values["valid_to"])
    lead_end(lead_id=lead.id, valid_to=values["valid_to"], **work.by)


def indicator_row(work: RowWork, values: Mapping[str, Any]) -> None:
    """Add or change an indicator."""
    work.name = values["name"]
    star = _star_named(values["unit_kind"], values["star"])
    now = IndicatorValues(values["kind"], values["name"], values["measured_in"], values["position"], values["active"])
    if values["id"] is None:
        work.what = "created"
        indicator_add(star_id=star.id, values=now, **work.by)
        return
    indicator = db.session.get(Indicator, values["id"])
    if indicator is None or indicator.star_id != star.id:
        raise InvalidError({"id": _("系统编号与星不符；新的一行请留空系统编号")})
    keys = {"kind": "kind", "name": "name", "measured_in": "measured_in", "position": "position", "is_active": "active"}
    if [name for name, key in keys.items() if work.differs(key, getattr(indicator, name), getattr(now, name))]:
        indicator_edit(indicator_id=indicator.id, values=now, **work.by)


def _star_named(kind: UnitKind, name: str) -> Star:
    star = db.session.scalars(select(Star).where(Star.unit_kind == kind, Star.name == name)).first()
    if star is None:
        raise InvalidError({"star": _("这类单位没有名为“{name}”的星，请核对").format(name=name)})
    return star
