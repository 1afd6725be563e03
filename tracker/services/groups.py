"""Supervision groups and the villages on their rosters; people come to a group by their posts, which are granted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select

from tracker.database import db, transaction
from tracker.errors import InvalidError, NotFoundError
from tracker.languages import _
from tracker.models import GroupVillage, SupervisionGroup, Unit
from tracker.policy import Actor
from tracker.services.chain import audit_record
from tracker.services.unit_tree import PLACES, organisation_lock


def group_create(*, number: int, name: str, actor: Actor | None, at: datetime) -> SupervisionGroup:
    """Make a group; raise ``InvalidError`` where the number is taken."""
    with transaction() as session:
        organisation_lock()
        _check_number(number)
        group = SupervisionGroup(number=number, name=name)
        session.add(group)
        session.flush()
        audit_record("group.create", actor=actor, at=at, target=_target(group))
    return group


def group_edit(
    *, group_id: int, number: int, name: str, is_active: bool, actor: Actor | None, at: datetime
) -> SupervisionGroup:
    """Change a group's number, name, and whether it still works."""
    with transaction():
        organisation_lock()
        group = group_for_change(group_id)
        if number != group.number:
            _check_number(number)
        was = [group.number, group.name, group.is_active]
        if was != [number, name, is_active]:
            group.number, group.name, group.is_active = number, name, is_active
            detail = {"from": was, "to": [number, name, is_active]}
            audit_record("group.edit", actor=actor, at=at, target=_target(group), detail=detail)
    return group


def roster_add(
    *,
    group_id: int,
    unit_ids: Collection[int],
    valid_from: date,
    valid_to: date | None,
    actor: Actor | None,
    at: datetime,
) -> int:
    """Put villages on a group's roster, both days inclusive; return how many were not on it then.

    A village may stand on two rosters: another group re-checks what the first one found.
    """
    check_period(valid_from, valid_to)
    with transaction() as session:
        organisation_lock()
        group = group_for_change(group_id)
        wanted = _places(unit_ids)
        known = set(session.scalars(select(GroupVillage.unit_id).where(*_overlapping(group_id, valid_from, valid_to))))
        fresh = [unit for unit in wanted if unit.id not in known]
        for unit in fresh:
            session.add(GroupVillage(group_id=group.id, unit_id=unit.id, valid_from=valid_from, valid_to=valid_to))
        detail = {"units": [unit.id for unit in fresh], "from": str(valid_from), "to": str(valid_to or "")}
        if fresh:
            audit_record("group.roster_add", actor=actor, at=at, target=_target(group), detail=detail)
    return len(fresh)


def roster_remove(
    *, group_id: int, entry_ids: Collection[int], last_day: date, actor: Actor | None, at: datetime
) -> int:
    """Take villages off a group's roster after ``last_day``; return how many.

    An entry that would not have begun by then is dropped; the audit keeps it.
    """
    with transaction() as session:
        organisation_lock()
        group = group_for_change(group_id)
        chosen = GroupVillage.id.in_(entry_ids), GroupVillage.group_id == group_id
        entries = session.scalars(select(GroupVillage).where(*chosen).order_by(GroupVillage.id)).all()
        if not entries:
            raise InvalidError({"ids": _("请至少选择一个村（社区）")})
        ended = [entry for entry in entries if entry.valid_to is None or entry.valid_to > last_day]
        for entry in ended:
            if entry.valid_from > last_day:
                session.delete(entry)
            else:
                entry.valid_to = last_day
        detail = {"units": [entry.unit_id for entry in ended], "last_day": last_day.isoformat()}
        if ended:
            audit_record("group.roster_remove", actor=actor, at=at, target=_target(group), detail=detail)
    return len(ended)


def roster_copy(
    *, from_id: int, to_id: int, day: date, valid_from: date, valid_to: date | None, actor: Actor | None, at: datetime
) -> int:
    """Give ``to_id`` for a new period the villages that ``from_id`` has on ``day``; return how many are new.

    Open-ended entries of the receiving group that reach into the new period end the day before it.
    """
    check_period(valid_from, valid_to)
    with transaction() as session:
        organisation_lock()
        unit_ids = session.scalars(select(GroupVillage.unit_id).where(*_overlapping(from_id, day, day))).all()
        if not unit_ids:
            raise InvalidError({"day": _("这一天该组名单上没有村（社区），请另选日期")})
        for entry in session.scalars(select(GroupVillage).where(*_open_before(to_id, valid_from))):
            entry.valid_to = valid_from - timedelta(days=1)
        session.flush()
        added = roster_add(
            group_id=to_id, unit_ids=unit_ids, valid_from=valid_from, valid_to=valid_to, actor=actor, at=at
        )
        detail = {"from": from_id, "day": day.isoformat(), "added": added}
        audit_record("group.roster_copy", actor=actor, at=at, target=_target(group_for_change(to_id)), detail=detail)
    return added


def group_for_change(group_id: int) -> SupervisionGroup:
    """Return the group, or raise ``NotFoundError``."""
    group = db.session.get(SupervisionGroup, group_id)
    if group is None:
        raise NotFoundError
    return group


def check_period(first: date, last: date | None, field: str = "valid_to") -> None:
    """Raise ``InvalidError`` where a period ends before it begins."""
    if last is not None and last < first:
        raise InvalidError({field: _("结束日期不能早于开始日期")})


def _places(unit_ids: Collection[int]) -> list[Unit]:
    query = select(Unit).where(Unit.id.in_(unit_ids), Unit.kind.in_(PLACES), Unit.closed_on.is_(None))
    units = list(db.session.scalars(query.order_by(Unit.path)))
    if not units or len(units) != len(set(unit_ids)):
        raise InvalidError({"unit_ids": _("请选择未撤销的村（社区）")})
    return units


def _overlapping(group_id: int, first: date, last: date | None) -> tuple[ColumnElement[bool], ...]:
    ends_later = or_(GroupVillage.valid_to.is_(None), GroupVillage.valid_to >= first)
    return (GroupVillage.group_id == group_id, ends_later, GroupVillage.valid_from <= (last or date.max))


def _open_before(group_id: int, day: date) -> tuple[ColumnElement[bool], ...]:
    return (GroupVillage.group_id == group_id, GroupVillage.valid_to.is_(None), GroupVillage.valid_from < day)


def _check_number(number: int) -> None:
    if db.session.scalar(select(func.count()).where(SupervisionGroup.number == number)):
        raise InvalidError({"number": _("组号 {n} 已有，请换一个").format(n=number)})


def _target(group: SupervisionGroup) -> str:
    return f"group:{group.id} {group.name}"
