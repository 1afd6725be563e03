"""A row of units: making one, or changing its names, code, place, kind and marks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from tracker import labels
from tracker.database import db
from tracker.errors import InvalidError
from tracker.languages import _
from tracker.models import Unit, UnitTag
from tracker.queries.workbook import tags_today
from tracker.services.unit_tree import unit_move
from tracker.services.units import (
    UnitValues,
    tag_add,
    tag_end,
    unit_confirm_kind,
    unit_create,
    unit_recode,
    unit_rename,
)
from tracker.services.workbook_rows import RowWork, unit_called


def unit_row(work: RowWork, values: Mapping[str, Any]) -> None:
    """Make a unit, or change what differs."""
    work.name = values["name"]
    parent = unit_called(values["parent"], "parent") if values["parent"] else None
    if values["id"] is None:
        unit = _created(work, values, parent)
    else:
        unit = _existing(values["id"])
        _change_names(work, unit, values)
        _change_place(work, unit, values, parent)
        _change_kind(work, unit, values)
    _change_tags(work, unit, values)


def _existing(unit_id: int) -> Unit:
    unit = db.session.get(Unit, unit_id)
    if unit is None:
        raise InvalidError({"id": _("没有系统编号为 {n} 的单位；新单位请留空系统编号").format(n=unit_id)})
    if unit.closed_on is not None:
        raise InvalidError({"id": _("“{name}”已经撤销").format(name=unit.name)})
    return unit


def _created(work: RowWork, values: Mapping[str, Any], parent: Unit | None) -> Unit:
    work.what = "created"
    full_name = values["full_name"] or values["name"]
    made = UnitValues(values["kind"], values["name"], full_name, values["code"], parent.id if parent else None)
    try:
        return unit_create(values=made, **work.by)
    except InvalidError as error:
        raise InvalidError({key.removesuffix("_id"): words for key, words in error.errors.items()}) from error


def _change_names(work: RowWork, unit: Unit, values: Mapping[str, Any]) -> None:
    full_name = values["full_name"] or unit.full_name
    changed = [work.differs("name", unit.name, values["name"]), work.differs("full_name", unit.full_name, full_name)]
    if any(changed):
        unit_rename(unit_id=unit.id, name=values["name"], full_name=full_name, on=work.on, **work.by)
    if work.differs("code", unit.code, values["code"]):
        unit_recode(unit_id=unit.id, code=values["code"], on=work.on, **work.by)


def _change_place(work: RowWork, unit: Unit, values: Mapping[str, Any], parent: Unit | None) -> None:
    if parent is None:
        if unit.parent_id is not None:
            raise InvalidError({"parent": _("请填写上级")})
        return
    if unit.parent_id != parent.id:
        work.differs("parent", unit.parent.name if unit.parent else "", parent.name)
        try:
            unit_move(unit_id=unit.id, parent_id=parent.id, **work.by)
        except InvalidError as error:
            raise InvalidError({"parent": "；".join(error.errors.values())}) from error


def _change_kind(work: RowWork, unit: Unit, values: Mapping[str, Any]) -> None:
    """Confirm a kind; a confirmation is not taken back, and a changed kind is a confirmed one."""
    words = [labels.word(labels.UNIT_KIND, kind) for kind in (unit.kind, values["kind"])]
    kind_changed = work.differs("kind", *words)
    if kind_changed or (values["confirmed"] and work.differs("confirmed", unit.kind_confirmed, True)):
        unit_confirm_kind(unit_ids=[unit.id], kind=values["kind"], **work.by)


def _change_tags(work: RowWork, unit: Unit, values: Mapping[str, Any]) -> None:
    wanted = tuple(dict.fromkeys(tag.strip() for tag in values["tags"]))
    db.session.refresh(unit, ["tags"])
    had = tuple(tags_today(unit, work.on))
    if set(wanted) == set(had):
        return
    work.fields.append(("tags", "、".join(had), "、".join(wanted)))
    for tag in sorted(set(wanted) - set(had)):
        if len(tag) > 40:
            raise InvalidError({"tags": _("标签最多 40 个字")})
        tag_add(unit_ids=[unit.id], tag=tag, since=work.on, until=None, **work.by)
    for tag in sorted(set(had) - set(wanted)):
        _end_tag(work, unit, tag)


def _end_tag(work: RowWork, unit: Unit, tag: str) -> None:
    query = select(UnitTag).where(UnitTag.unit_id == unit.id, UnitTag.tag == tag, UnitTag.since <= work.on)
    row = db.session.scalars(query.order_by(UnitTag.since.desc()).limit(1)).one()
    tag_end(tag_id=row.id, until=max(work.on - timedelta(days=1), row.since), **work.by)
