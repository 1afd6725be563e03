"""The organisation as sheets of rows: one layout for what is exported and for what is brought back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from tracker.database import db
from tracker.languages import N_
from tracker.models import GroupVillage, Indicator, Star, StarLead, SupervisionGroup, Unit, UnitKind, UnitPlace

Row = dict[str, Any]
# Sheet → its name and its columns, key → heading.
SHEETS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "units": (
        N_("单位"),
        {
            "id": N_("系统编号"), "code": N_("区划代码"), "kind": N_("类型"), "confirmed": N_("类型已确认"),
            "name": N_("名称"), "full_name": N_("全称"), "parent": N_("上级"), "tags": N_("标签"),
        },
    ),
    "places": (
        N_("坐标"),
        {"unit": N_("单位"), "longitude": N_("经度"), "latitude": N_("纬度"), "source": N_("来源")},
    ),
    "groups": (N_("督导组"), {"number": N_("组号"), "name": N_("名称"), "active": N_("启用")}),
    "roster": (
        N_("督导名单"),
        {
            "id": N_("系统编号"), "number": N_("组号"), "unit": N_("村（社区）"), "valid_from": N_("开始日期"),
            "valid_to": N_("结束日期"),
        },
    ),
    "stars": (
        N_("星级"),
        {
            "unit_kind": N_("适用类型"), "key": N_("标识"), "name": N_("名称"), "position": N_("顺序"),
            "active": N_("启用"),
        },
    ),
    "leads": (
        N_("牵头部门"),
        {
            "id": N_("系统编号"), "unit_kind": N_("适用类型"), "star": N_("星"), "unit": N_("牵头部门"),
            "valid_from": N_("开始日期"), "valid_to": N_("结束日期"),
        },
    ),
    "indicators": (
        N_("指标"),
        {
            "id": N_("系统编号"), "unit_kind": N_("适用类型"), "star": N_("星"), "kind": N_("类别"),
            "name": N_("名称"), "measured_in": N_("计量单位"), "position": N_("顺序"), "active": N_("启用"),
        },
    ),
}  # fmt: skip


@dataclass(frozen=True)
class SheetRow:
    """One row of a workbook that came back: typed values by column, and in which cell each stood."""

    sheet: str
    line: int
    values: Mapping[str, Any]
    letters: Mapping[str, str]

    def cell(self, key: str) -> str:
        """Return where a value stood, such as ``C12``; the row's number alone for a missing column."""
        return f"{self.letters.get(key, '')}{self.line}"


@dataclass(frozen=True)
class CellError:
    """What is wrong in one cell, and the remedy."""

    sheet: str
    cell: str
    words: str


def workbook_rows(today: date) -> dict[str, list[Row]]:
    """Return the rows of every sheet; codes stay codes, days stay days."""
    units = db.session.scalars(select(Unit).where(Unit.closed_on.is_(None)).order_by(Unit.path)).all()
    call = unit_caller(units)
    sheets: dict[str, Callable[[], list[Row]]] = {
        "units": lambda: _units(call, today),
        "places": lambda: _places(call),
        "groups": _groups,
        "roster": lambda: _roster(call),
        "stars": _stars,
        "leads": lambda: _leads(call),
        "indicators": _indicators,
    }
    return {sheet: rows() for sheet, rows in sheets.items()}


def unit_caller(units: Sequence[Unit]) -> Callable[[Unit | None], str]:
    """Return how a row calls a unit: by its name where only one is called so, else by its code or ``#id``."""
    names = Counter(unit.name for unit in units)

    def call(unit: Unit | None) -> str:
        if unit is None:
            return ""
        return unit.name if names[unit.name] == 1 else unit.code or f"#{unit.id}"

    return call


def tags_today(unit: Unit, today: date) -> list[str]:
    """Return the marks a unit carries on that day."""
    return [tag.tag for tag in unit.tags if tag.since <= today and (tag.until is None or tag.until >= today)]


def _units(call: Callable[[Unit | None], str], today: date) -> list[Row]:
    query = select(Unit).where(Unit.closed_on.is_(None)).options(selectinload(Unit.tags)).order_by(Unit.path)
    by_id = {unit.id: unit for unit in db.session.scalars(query)}
    ordered = sorted(by_id.values(), key=lambda unit: [int(part) for part in unit.path.split("/") if part])
    return [
        {
            "id": unit.id, "code": unit.code, "kind": unit.kind.value, "confirmed": unit.kind_confirmed,
            "name": unit.name, "full_name": unit.full_name, "parent": call(by_id.get(unit.parent_id or 0)),
            "tags": "、".join(tags_today(unit, today)),
        }
        for unit in ordered
    ]  # fmt: skip


def _places(call: Callable[[Unit | None], str]) -> list[Row]:
    """Return where each village and community lies, and what else has a place; empty where it is not known."""
    lies = or_(Unit.kind.in_((UnitKind.VILLAGE, UnitKind.COMMUNITY)), UnitPlace.unit_id.is_not(None))
    query = select(Unit, UnitPlace).outerjoin(UnitPlace, UnitPlace.unit_id == Unit.id)
    found = db.session.execute(query.where(Unit.closed_on.is_(None), lies).order_by(Unit.path))
    return [
        {
            "unit": call(unit), "longitude": place and place.longitude, "latitude": place and place.latitude,
            "source": place and place.source,
        }
        for unit, place in found
    ]  # fmt: skip


def _groups() -> list[Row]:
    groups = db.session.scalars(select(SupervisionGroup).order_by(SupervisionGroup.number))
    return [{"number": group.number, "name": group.name, "active": group.is_active} for group in groups]


def _roster(call: Callable[[Unit | None], str]) -> list[Row]:
    query = select(GroupVillage).join(GroupVillage.group).join(GroupVillage.unit)
    query = query.options(joinedload(GroupVillage.group), joinedload(GroupVillage.unit))
    entries = db.session.scalars(query.order_by(SupervisionGroup.number, GroupVillage.valid_from, Unit.path))
    return [
        {
            "id": entry.id, "number": entry.group.number, "unit": call(entry.unit), "valid_from": entry.valid_from,
            "valid_to": entry.valid_to,
        }
        for entry in entries
    ]  # fmt: skip


def _stars() -> list[Row]:
    stars = db.session.scalars(select(Star).order_by(Star.unit_kind, Star.position, Star.id))
    return [
        {
            "unit_kind": star.unit_kind.value, "key": star.key, "name": star.name, "position": star.position,
            "active": star.is_active,
        }
        for star in stars
    ]  # fmt: skip


def _leads(call: Callable[[Unit | None], str]) -> list[Row]:
    query = select(StarLead).join(StarLead.star).options(joinedload(StarLead.star), joinedload(StarLead.unit))
    leads = db.session.scalars(query.order_by(Star.unit_kind, Star.position, StarLead.valid_from, StarLead.id))
    return [
        {
            "id": lead.id, "unit_kind": lead.star.unit_kind.value, "star": lead.star.name, "unit": call(lead.unit),
            "valid_from": lead.valid_from, "valid_to": lead.valid_to,
        }
        for lead in leads
    ]  # fmt: skip


def _indicators() -> list[Row]:
    query = select(Indicator).join(Indicator.star).options(joinedload(Indicator.star))
    indicators = db.session.scalars(query.order_by(Star.unit_kind, Star.position, Indicator.position, Indicator.id))
    return [
        {
            "id": one.id, "unit_kind": one.star.unit_kind.value, "star": one.star.name, "kind": one.kind.value,
            "name": one.name, "measured_in": one.measured_in, "position": one.position, "active": one.is_active,
        }
        for one in indicators
    ]  # fmt: skip
