"""Units by hand: making, naming, confirming, tagging; every change is audited and keeps what was before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import InvalidError, NotFoundError, RefusedError
from tracker.languages import _
from tracker.models import NameReason, Unit, UnitKind, UnitName, UnitTag
from tracker.pinyin import spellings
from tracker.policy import Actor
from tracker.services import search_index
from tracker.services.chain import audit_record
from tracker.services.unit_tree import (
    PARENTS,
    PLACES,
    TOWNS,
    check_parent,
    name_begin,
    name_end,
    organisation_lock,
    place,
    target,
    unit_for_change,
)


@dataclass(frozen=True)
class UnitValues:
    """What a unit is made from; without a position it comes last."""

    kind: UnitKind
    name: str
    full_name: str = ""
    code: str | None = None
    parent_id: int | None = None


def unit_create(*, values: UnitValues, actor: Actor | None, at: datetime) -> Unit:
    """Make a unit. Raises ``InvalidError`` for a taken code or name, or a parent that cannot hold it."""
    with transaction():
        organisation_lock()
        parent = db.session.get(Unit, values.parent_id) if values.parent_id else None
        if PARENTS[values.kind] or _has_county():
            check_parent(values.kind, parent)
        _check_code(values.code)
        _check_name(values.name, parent.id if parent else None)
        unit = unit_add(values, parent, at=at, confirmed=True)
        name_begin(unit, local_date(at))
        detail = {"kind": unit.kind.value, "code": unit.code, "parent": unit.parent_id}
        audit_record("unit.create", actor=actor, at=at, target=target(unit), detail=detail)
    return unit


def unit_add(values: UnitValues, parent: Unit | None, *, at: datetime, confirmed: bool) -> Unit:
    """Add the row of a unit at the end of its parent, inside the caller's transaction, without a name row."""
    last = db.session.scalar(select(func.max(Unit.position)).where(Unit.parent_id == (parent.id if parent else None)))
    unit = Unit(kind=values.kind, kind_confirmed=confirmed, code=values.code, position=(last or 0) + 1, created_at=at)
    unit_call(unit, values.name, values.full_name or values.name)
    unit.parent_id = parent.id if parent else None
    db.session.add(unit)
    db.session.flush()
    place(unit, parent)
    return unit


def unit_call(unit: Unit, name: str, full_name: str) -> None:
    """Give the unit its names and the ways to type them; changes no history."""
    unit.name, unit.full_name = name, full_name
    unit.pinyin, unit.initials = spellings(name)


def unit_rename(
    *, unit_id: int, name: str, full_name: str, on: date, actor: Actor | None, at: datetime, version: int | None = None
) -> Unit:
    """Give the unit another name from ``on``; the former one stays in its history and is still found."""
    with transaction():
        unit = unit_for_change(unit_id, version)
        was = unit.full_name
        if (unit.name, unit.full_name) == (name, full_name):
            raise InvalidError({"name": _("新名称与现名相同")})
        if unit.name != name:
            _check_name(name, unit.parent_id, unit.id)
        name_end(unit, NameReason.RENAMED, on)
        unit_call(unit, name, full_name)
        name_begin(unit, on)
        search_index.refresh_at(unit.id)
        detail = {"from": was, "to": full_name, "on": on.isoformat()}
        audit_record("unit.rename", actor=actor, at=at, target=target(unit), detail=detail)
    return unit


def unit_recode(
    *, unit_id: int, code: str | None, on: date, actor: Actor | None, at: datetime, version: int | None = None
) -> Unit:
    """Give the unit another division code from ``on``; the former one stays in its history."""
    with transaction():
        unit = unit_for_change(unit_id, version)
        was = unit.code
        if was == code:
            raise InvalidError({"code": _("新代码与现代码相同")})
        _check_code(code)
        name_end(unit, NameReason.RECODED, on)
        unit.code = code
        name_begin(unit, on)
        detail = {"from": was, "to": code, "on": on.isoformat()}
        audit_record("unit.recode", actor=actor, at=at, target=target(unit), detail=detail)
    return unit


def unit_confirm_kind(*, unit_ids: Collection[int], kind: UnitKind | None, actor: Actor | None, at: datetime) -> int:
    """Confirm what these units are, as ``kind`` or, with ``None``, as proposed; return how many changed.

    A place may be a village or a community, a township-level unit a township or a street.
    """
    with transaction():
        organisation_lock()
        units = db.session.scalars(select(Unit).where(Unit.id.in_(unit_ids)).order_by(Unit.id)).all()
        if not units or len(units) != len(set(unit_ids)):
            raise InvalidError({"unit_ids": _("请至少选择一个单位")}) if not unit_ids else NotFoundError
        changed = [unit for unit in units if _confirm(unit, kind or unit.kind)]
        for unit in changed:
            detail = {"kind": unit.kind.value}
            audit_record("unit.confirm_kind", actor=actor, at=at, target=target(unit), detail=detail)
    return len(changed)


def _confirm(unit: Unit, kind: UnitKind) -> bool:
    level = next((level for level in (TOWNS, PLACES) if unit.kind in level), (unit.kind,))
    if kind not in level:
        raise InvalidError({"kind": _("“{name}”不能设为这一类型").format(name=unit.name)})
    is_new = not unit.kind_confirmed or unit.kind is not kind
    unit.kind, unit.kind_confirmed = kind, True
    return is_new


def alias_add(*, unit_id: int, name: str, actor: Actor | None, at: datetime) -> UnitName:
    """Let the unit be found under another name that people use."""
    with transaction() as session:
        unit = unit_for_change(unit_id)
        known = session.scalars(select(UnitName.name).where(UnitName.unit_id == unit.id)).all()
        if name in (unit.name, *known):
            raise InvalidError({"alias": _("这个名称已经在用")})
        alias = UnitName(unit_id=unit.id, name=name, full_name=name, reason=NameReason.ALIAS, valid_from=local_date(at))
        session.add(alias)
        audit_record("unit.alias_add", actor=actor, at=at, target=target(unit), detail={"alias": name})
    return alias


def tag_add(
    *, unit_ids: Collection[int], tag: str, since: date, until: date | None, actor: Actor | None, at: datetime
) -> int:
    """Mark units for a period, both days inclusive; return how many were not marked yet."""
    if until is not None and until < since:
        raise InvalidError({"until": _("结束日期不能早于开始日期")})
    with transaction():
        units = [unit_for_change(unit_id) for unit_id in sorted(set(unit_ids))]
        marked = [unit for unit in units if _mark(unit, tag, since, until)]
        detail = {"tag": tag, "since": since.isoformat(), "until": until.isoformat() if until else None}
        for unit in marked:
            audit_record("unit.tag_add", actor=actor, at=at, target=target(unit), detail=detail)
    return len(marked)


def _mark(unit: Unit, tag: str, since: date, until: date | None) -> bool:
    overlapping = select(UnitTag.id).where(
        UnitTag.unit_id == unit.id,
        UnitTag.tag == tag,
        func.coalesce(UnitTag.until, date.max) >= since,
        UnitTag.since <= (until or date.max),
    )
    if db.session.scalars(overlapping).first() is not None:
        return False
    db.session.add(UnitTag(unit_id=unit.id, tag=tag, since=since, until=until))
    return True


def tag_end(*, tag_id: int, until: date, actor: Actor | None, at: datetime) -> UnitTag:
    """End a mark with ``until`` as its last day."""
    with transaction() as session:
        organisation_lock()
        tag = session.get(UnitTag, tag_id)
        if tag is None:
            raise NotFoundError
        if tag.until is not None and tag.until <= until:
            raise RefusedError(_("这个标签已经结束"))
        if until < tag.since:
            raise InvalidError({"until": _("结束日期不能早于开始日期")})
        tag.until = until
        detail = {"tag": tag.tag, "until": until.isoformat()}
        audit_record("unit.tag_end", actor=actor, at=at, target=target(tag.unit), detail=detail)
    return tag


def _has_county() -> bool:
    return db.session.scalar(select(Unit.id).where(Unit.kind == UnitKind.COUNTY).limit(1)) is not None


def _check_code(code: str | None) -> None:
    taken = select(Unit.name).where(Unit.code == code)
    if code is not None and (name := db.session.scalar(taken)) is not None:
        raise InvalidError({"code": _("代码 {code} 已由“{name}”使用").format(code=code, name=name)})


def _check_name(name: str, parent_id: int | None, unit_id: int | None = None) -> None:
    same = select(Unit.id).where(
        Unit.name == name, Unit.parent_id == parent_id, Unit.closed_on.is_(None), Unit.id != (unit_id or 0)
    )
    if db.session.scalar(same) is not None:
        raise InvalidError({"name": _("同一上级下已有“{name}”，请用能区分的名称").format(name=name)})
